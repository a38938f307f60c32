import Glibc
import PlainFiles
import SocketLoop

/// The files of a trail: `000001.jsonl` and on; the last is being written. Each begins with all
/// rules in force, so that it can be read without the earlier ones.
struct AccessHistoryFolder: Sendable {
    /// Bytes of a file that are read. Guards against a folder that is not a trail.
    static let readBytes = 2 << 30

    let path: String

    func file(_ number: Int) -> String {
        let digits = String(number)
        return "\(path)/\(String(repeating: "0", count: max(0, 6 - digits.utf8.count)))\(digits).jsonl"
    }

    var lock: String { "\(path)/lock" }

    /// The numbers of the existing files, in order; `nil` if the folder cannot be read.
    func numbers() -> [Int]? {
        (try? FolderListing(path, limit: .max))?.names.compactMap { name in
            Int(name.prefix(while: \.isNumber)).flatMap { $0 > 0 && file($0) == "\(path)/\(name)" ? $0 : nil }
        }.sorted()
    }

    /// Creates the folder and its missing parents, for this user alone.
    func make() throws(FileFailure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o700) != 0, errno != EEXIST, FileStamp(made) == nil { throw FileFailure(number: errno) }
        }
    }

    /// The lines of a file; the last may be incomplete.
    func lines(of number: Int) throws(FileFailure) -> [ArraySlice<UInt8>] {
        try PlainFile.bytes(of: file(number), limit: Self.readBytes).split(separator: 0x0A)
    }
}
