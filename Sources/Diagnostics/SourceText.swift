/// A half-open range of UTF-8 byte offsets into one source text.
///
/// Syntax trees keep only offsets; line and column are computed when a diagnostic is printed
/// (``SourceText/position(at:)``).
public struct SourceRange: Sendable, Hashable {
    public var start: UInt32
    public var end: UInt32

    @inlinable public init(_ start: Int, _ end: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
    }

    /// The range of something without a text, such as a derived definition.
    public static let none = SourceRange(0, 0)

    /// From the start of this range to the end of `other`.
    @inlinable public func through(_ other: SourceRange) -> SourceRange { SourceRange(Int(start), Int(other.end)) }
}

/// A line and a column from 1; columns count Unicode scalars, as in the specification's examples.
public struct SourcePosition: Sendable, Hashable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) { (self.line, self.column) = (line, column) }
}

/// A text for diagnostics: its name (a path, or what clients may see) and its UTF-8 bytes.
public struct SourceText: Sendable, Equatable {
    public let name: String
    public let bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }

    public init(name: String, _ text: String) { self.init(name: name, bytes: Array(text.utf8)) }

    /// The line and column of a byte offset. Line ends are LF, CR and CRLF (GraphQL, section
    /// 2.1.2); linear in the offset.
    public func position(at offset: Int) -> SourcePosition { positions(at: [offset])[0] }

    /// The positions of many offsets, in order, by one pass over the text: there may be many
    /// errors, and one line may be the whole text.
    public func positions(at offsets: [Int]) -> [SourcePosition] {
        var positions = [SourcePosition](repeating: SourcePosition(line: 1, column: 1), count: offsets.count)
        var line = 1, column = 1, index = 0
        for target in offsets.indices.sorted(by: { offsets[$0] < offsets[$1] }) {
            let end = min(offsets[target], bytes.count)
            while index < end {
                let byte = bytes[index]
                index += 1
                // CR and LF together end one line.
                let endsLine = byte == 0x0A || byte == 0x0D && !(index < bytes.count && bytes[index] == 0x0A)
                if endsLine {
                    line += 1
                    column = 1
                } else if byte & 0xC0 != 0x80 {
                    column += 1
                }
            }
            positions[target] = SourcePosition(line: line, column: column)
        }
        return positions
    }
}
