/// Splits a script at its semicolons, as psql does: except those within quotes, dollar quotes,
/// comments, parentheses and `BEGIN ATOMIC … END` bodies.
///
/// Needed because several statements in one query always run in one transaction (PostgreSQL,
/// «Multiple Statements in a Simple Query»).
struct SQLStatementSplitter {
    /// A statement's bytes without the semicolon, and its first words in upper case.
    struct Piece: Equatable {
        var range: Range<Int>
        /// At most nine.
        var words: [String]
    }

    /// Words kept of a statement, for `CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS name ON`.
    private static let words = 9

    private let bytes: [UInt8]
    private var index = 0
    private var start: Int?
    private var words: [String] = []
    private var parentheses = 0
    /// Open `BEGIN` and `CASE` of an SQL function's body.
    private var blocks = 0
    private var pieces: [Piece] = []

    static func split(_ bytes: [UInt8]) -> [Piece] {
        var splitter = SQLStatementSplitter(bytes: bytes)
        splitter.run()
        return splitter.pieces
    }

    private mutating func run() {
        while index < bytes.count {
            let before = index
            step()
            precondition(index > before, "the splitter must advance")
        }
        finish(at: bytes.count)
    }

    private mutating func step() {
        let byte = bytes[index]
        switch byte {
        case 0x20, 0x09...0x0D: index += 1
        case UInt8(ascii: "-") where next == UInt8(ascii: "-"): skipLine()
        case UInt8(ascii: "/") where next == UInt8(ascii: "*"): skipComment()
        case UInt8(ascii: ";") where parentheses == 0 && blocks == 0:
            finish(at: index)
            index += 1
        default:
            if start == nil { start = index }
            token(byte)
        }
    }

    private mutating func token(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "'"): skipQuoted(by: byte, escapes: false)
        case UInt8(ascii: "\""): skipQuoted(by: byte, escapes: false)
        case UInt8(ascii: "E"), UInt8(ascii: "e"):
            if next == UInt8(ascii: "'") {
                index += 1
                skipQuoted(by: UInt8(ascii: "'"), escapes: true)
            } else {
                word()
            }
        case UInt8(ascii: "$"): dollar()
        case UInt8(ascii: "("):
            parentheses = min(parentheses + 1, MigrationLimits.nesting)
            index += 1
        case UInt8(ascii: ")"):
            parentheses = max(0, parentheses - 1)
            index += 1
        default:
            if Self.startsWord(byte) { word() } else { index += 1 }
        }
    }

    private var next: UInt8? { index + 1 < bytes.count ? bytes[index + 1] : nil }

    private mutating func finish(at end: Int) {
        if let start { pieces.append(Piece(range: start..<end, words: words)) }
        start = nil
        words = []
        parentheses = 0
        blocks = 0
    }

    private mutating func word() {
        let first = index
        while index < bytes.count,
            Self.startsWord(bytes[index]) || (0x30...0x39).contains(bytes[index]) || bytes[index] == UInt8(ascii: "$")
        { index += 1 }
        let text = String(decoding: bytes[first..<index], as: UTF8.self).uppercased()
        if words.count < Self.words { words.append(text) }
        guard isRoutine, parentheses == 0 else { return }
        switch text {
        case "BEGIN": blocks = min(blocks + 1, MigrationLimits.nesting)
        case "CASE": if blocks > 0 { blocks = min(blocks + 1, MigrationLimits.nesting) }
        case "END": blocks = max(0, blocks - 1)
        default: break
        }
    }

    /// Only `CREATE [OR REPLACE] FUNCTION` and `PROCEDURE` may have unquoted semicolons in a body.
    private var isRoutine: Bool {
        guard words.first == "CREATE" else { return false }
        let kind = words.count > 3 && words[1] == "OR" ? words[3] : words.count > 1 ? words[1] : ""
        return kind == "FUNCTION" || kind == "PROCEDURE"
    }

    private mutating func skipLine() {
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
    }

    private mutating func skipComment() {
        var depth = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                depth += 1
                index += 2
            } else if bytes[index] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                depth -= 1
                index += 2
                if depth == 0 { return }
            } else {
                index += 1
            }
        }
    }

    /// A doubled quote ends one quoted part and starts the next, with the same effect.
    private mutating func skipQuoted(by quote: UInt8, escapes: Bool) {
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            index += escapes && byte == UInt8(ascii: "\\") ? min(2, bytes.count - index) : 1
            if byte == quote {
                guard escapes, index < bytes.count, bytes[index] == quote else { return }
                index += 1
            }
        }
    }

    /// `$$ … $$` or `$tag$ … $tag$`; skips a parameter such as `$1`.
    private mutating func dollar() {
        var end = index + 1
        while end < bytes.count, Self.startsWord(bytes[end]) || (end > index + 1 && (0x30...0x39).contains(bytes[end]))
        { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
            index += 1
            return
        }
        let tag = bytes[index...end]
        index = end + 1
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "$"), bytes[index...].starts(with: tag) {
                index += tag.count
                return
            }
            index += 1
        }
    }

    private static func startsWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80
    }
}
