import CSocketShim
import Glibc
import PorticoProject

/// Memory that only the start of a process needs: code that ran once, and remaining heap.
enum StartupMemory {
    /// Returns it to the system; pages that are needed again are reloaded from their files. Does
    /// nothing if the list of mappings cannot be read.
    static func giveBack() {
        for mapping in mappings() where mapping.isUnchangedFile {
            // Unmodified, read-only pages of a file, which still has them.
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
        /// Kilobytes of private pages, such as those filled in by the linker; `nil` if not stated.
        var anonymous: Int?

        var isUnchangedFile: Bool { hasFile && !isWritable && anonymous == 0 }
    }

    private static func mappings() -> [Mapping] {
        guard let bytes = try? FileSystem.bytes(of: "/proc/self/smaps") else { return [] }
        return read(String(decoding: bytes, as: UTF8.self))
    }

    /// The entries of a text in the format of `/proc/PID/smaps`.
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
