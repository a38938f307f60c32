import Diagnostics

/// A place in a file of rules, kept for each part of a rule for explanations.
struct RulePlace: Sendable, Hashable {
    var line: UInt32
    var column: UInt32

    func origin(in file: String) -> RuleOrigin { RuleOrigin(file: file, line: Int(line), column: Int(column)) }
}

/// The lines of one file, for fast look-up of many places.
struct RulePlaces: Sendable {
    private let bytes: [UInt8]
    /// The offset of each line's first byte.
    private let starts: [Int]

    init(_ source: SourceText) {
        bytes = source.bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated()
        where byte == 0x0A || byte == 0x0D && !(offset + 1 < bytes.count && bytes[offset + 1] == 0x0A) {
            starts.append(offset + 1)
        }
        self.starts = starts
    }

    /// As ``SourceText/position(at:)`` counts.
    subscript(_ range: SourceRange) -> RulePlace {
        let offset = min(Int(range.start), bytes.count)
        var low = 0, high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        let column = bytes[starts[low]..<offset].count { $0 & 0xC0 != 0x80 } + 1
        return RulePlace(line: UInt32(low + 1), column: UInt32(column))
    }
}
