import Glibc
import PlainFiles
import SocketLoop

/// The files of a trail: `000001.jsonl` and on, of which the last is being written. Each begins
/// with all rules in force then, so that it can be understood without those before it.
struct AccessHistoryFolder: Sendable {
    /// Bytes of a file that are read. Stands against a folder that is none of ours.
    static let readBytes = 2 << 30

    let path: String

    func file(_ number: Int) -> String {
        let digits = String(number)
        return "\(path)/\(String(repeating: "0", count: max(0, 6 - digits.utf8.count)))\(digits).jsonl"
    }

    var lock: String { "\(path)/lock" }

    /// The numbers of the files that are there, in their order; `nil` where the folder cannot be
    /// read.
    func numbers() -> [Int]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var numbers: [Int] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name.hasSuffix(".jsonl"), let number = Int(name.dropLast(6)), number > 0,
                file(number) == "\(path)/\(name)"
            {
                numbers.append(number)
            }
        }
        return numbers.sorted()
    }

    /// Makes the folder, and those above it that are missing, for this user alone.
    func make() throws(FileFailure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o700) != 0, errno != EEXIST, FileStamp(made) == nil { throw FileFailure(number: errno) }
        }
    }

    /// The lines of a file, the last of which may be half written.
    func lines(of number: Int) throws(FileFailure) -> [ArraySlice<UInt8>] {
        try readFile(file(number), limit: Self.readBytes).split(separator: 0x0A)
    }
}
