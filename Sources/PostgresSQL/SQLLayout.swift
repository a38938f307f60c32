/// Formats a statement of ``SQLPrinter`` for display: one clause or condition per line, inner
/// statements indented. Only white space changes.
public struct SQLLayout {
    /// The kind of a part, for colouring.
    public enum Part: Sendable {
        case keyword, name, parameter, literal, other
    }

    private struct Token {
        var text: Substring
        var part: Part
        /// Whether white space precedes it.
        var isApart: Bool
    }

    private struct Block {
        /// Indentation of its clauses.
        var indent = 0
        /// Its own open parentheses.
        var depth = 0
    }

    private let paint: (String, Part) -> String
    private var lines: [String] = []
    private var line = ""
    private var isLineEmpty = true
    /// Indentation of the current line.
    private var indent = 0
    /// The outermost statement and all open nested ones.
    private var blocks = [Block()]

    /// The lines of a statement or an expression.
    /// - Parameter paint: Colours each part of the text.
    public static func lines(_ sql: String, paint: @escaping (String, Part) -> String = { text, _ in text }) -> [String]
    {
        var layout = SQLLayout(paint: paint)
        layout.lay(tokens(sql))
        return layout.lines
    }

    private init(paint: @escaping (String, Part) -> String) { self.paint = paint }

    // MARK: Lines

    private static let clauses: Set<Substring> = [
        "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "CROSS", "LEFT", "JOIN", "UNION",
    ]
    /// `a IS DISTINCT FROM b` and `LEFT JOIN` continue.
    private static let openWords: Set<Substring> = ["DISTINCT", "CROSS", "LEFT"]

    private mutating func lay(_ tokens: [Token]) {
        for (index, token) in tokens.enumerated() {
            let former = index > 0 ? tokens[index - 1].text : ""
            let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
            if token.text == ")", blocks.count > 1, blocks[blocks.count - 1].depth == 0 {
                begin(at: blocks.removeLast().indent - 1)
                put(token, isApart: false)
                continue
            }
            let block = blocks[blocks.count - 1]
            if block.depth == 0, token.part == .keyword, !isLineEmpty {
                if Self.clauses.contains(token.text), !Self.openWords.contains(former) { begin(at: block.indent) }
                if token.text == "AND" || token.text == "OR" { begin(at: block.indent + 1) }
            }
            put(token, isApart: token.isApart)
            if token.text == "(" {
                if next == "SELECT" {
                    blocks.append(Block(indent: indent + 1))
                    begin(at: indent + 1)
                } else {
                    blocks[blocks.count - 1].depth += 1
                }
            } else if token.text == ")" {
                blocks[blocks.count - 1].depth -= 1
            }
        }
        finish()
    }

    private mutating func begin(at indent: Int) {
        finish()
        self.indent = indent
        line = String(repeating: "  ", count: indent)
    }

    private mutating func finish() {
        if !isLineEmpty { lines.append(line) }
        line = ""
        isLineEmpty = true
    }

    private mutating func put(_ token: Token, isApart: Bool) {
        if isApart, !isLineEmpty { line += " " }
        line += paint(String(token.text), token.part)
        isLineEmpty = false
    }

    // MARK: Tokens

    private static func tokens(_ sql: String) -> [Token] {
        var tokens: [Token] = [], rest = sql[...], isApart = false
        while let first = rest.first {
            if first == " " || first == "\n" {
                rest.removeFirst()
                isApart = true
                continue
            }
            let (text, part) = token(at: rest, first)
            tokens.append(Token(text: text, part: part, isApart: isApart))
            rest = rest[text.endIndex...]
            isApart = false
        }
        return tokens
    }

    private static func token(at rest: Substring, _ first: Character) -> (Substring, Part) {
        switch first {
        case "\"": return (quoted(rest, by: first), .name)
        case "'": return (quoted(rest, by: first), .literal)
        case "$": return (rest.prefix { $0 == "$" || $0.isNumber }, .parameter)
        case "/" where rest.hasPrefix("/*"):
            return (rest[..<(rest.firstRange(of: "*/")?.upperBound ?? rest.endIndex)], .other)
        default:
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
            guard !word.isEmpty else { return (rest.prefix(1), .other) }
            let isKeyword = word.allSatisfy { $0.isUppercase }
            return (word, isKeyword ? .keyword : first.isNumber ? .literal : .other)
        }
    }

    /// A doubled quotation mark begins another quoted part, which has the same effect.
    private static func quoted(_ rest: Substring, by mark: Character) -> Substring {
        guard let end = rest.dropFirst().firstIndex(of: mark) else { return rest }
        return rest[...end]
    }
}
