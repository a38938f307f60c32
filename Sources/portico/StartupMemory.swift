import CSocketShim
import Glibc

/// Memory that only the start of a process has needed: code that ran once, and what the reading of
/// the project's files has left on the heap.
enum StartupMemory {
    /// Gives it back to the system; what is needed again comes back by itself, from the files'
    /// pages in memory. Changes nothing where the list of mappings cannot be read.
    static func giveBack() {
        for mapping in mappings() where mapping.isUnchangedFile {
            // Pages of a file that this process has not changed and cannot change: the file has
            // them still.
            madvise(UnsafeMutableRawPointer(bitPattern: mapping.start), mapping.length, MADV_DONTNEED)
        }
        malloc_trim(0)
    }

    /// One entry of `/proc/self/smaps`.
    struct Mapping: Equatable {
        var start: UInt
        var length: Int
        var isWritable: Bool
        var hasFile: Bool
        /// Kilobytes that are this process's own, such as what the linker has filled in; `nil`
        /// where the entry does not say.
        var anonymous: Int?

        var isUnchangedFile: Bool { hasFile && !isWritable && anonymous == 0 }
    }

    private static func mappings() -> [Mapping] {
        guard let bytes = try? FileSystem.bytes(of: "/proc/self/smaps") else { return [] }
        return read(String(decoding: bytes, as: UTF8.self))
    }

    /// The entries of a text in the form of `/proc/PID/smaps`.
    static func read(_ text: String) -> [Mapping] {
        var mappings: [Mapping] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let first = words.first else { continue }
            if words.count >= 5, let range = range(first) {
                let path = words.count > 5 ? words[5] : ""
                mappings.append(
                    Mapping(
                        start: range.lowerBound, length: range.count, isWritable: words[1].dropFirst().first == "w",
                        hasFile: path.first == "/"))
            } else if first == "Anonymous:", words.count > 1, !mappings.isEmpty {
                mappings[mappings.count - 1].anonymous = Int(words[1])
            }
        }
        return mappings
    }

    /// Two addresses in hexadecimal.
    private static func range(_ word: Substring) -> Range<UInt>? {
        let ends = word.split(separator: "-")
        guard ends.count == 2, let start = UInt(ends[0], radix: 16), let end = UInt(ends[1], radix: 16), start <= end
        else { return nil }
        return start..<end
    }
}
