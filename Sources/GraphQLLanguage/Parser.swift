import Diagnostics

/// A recursive-descent parser with one token of look-ahead. Each method parses the production of
/// the grammar in its comment; it begins at ``token`` and leaves ``token`` after what it read.
struct Parser {
    private(set) var lexer: Lexer
    /// The next token, not yet consumed.
    private(set) var token: Token
    /// The end of the last consumed token.
    private(set) var lastEnd = 0
    private var depth = 0
    private let depthLimit: Int

    init(_ source: UnsafeBufferPointer<UInt8>, _ limits: ParseLimits) throws(SyntaxError) {
        lexer = Lexer(source, tokenLimit: limits.tokens, nameLimit: limits.names)
        depthLimit = min(limits.depth, ParseLimits.deepest)
        token = try lexer.next()
    }

    // MARK: Tokens

    @inline(__always) mutating func advance() throws(SyntaxError) {
        lastEnd = token.end
        token = try lexer.next()
    }

    /// Consumes the next token if it is of this kind; returns whether it was.
    @inline(__always) mutating func skip(_ kind: Token.Kind) throws(SyntaxError) -> Bool {
        guard token.kind == kind else { return false }
        try advance()
        return true
    }

    @inline(__always) mutating func expect(_ kind: Token.Kind) throws(SyntaxError) {
        guard token.kind == kind else { throw unexpected(kind.expected) }
        try advance()
    }

    func expectEnd() throws(SyntaxError) {
        guard token.kind == .endOfText else { throw unexpected(Token.Kind.endOfText.expected) }
    }

    /// Whether the next token is this name.
    func isKeyword(_ keyword: StaticString) -> Bool {
        let count = keyword.utf8CodeUnitCount
        guard token.kind == .name, token.end - token.start == count else { return false }
        for index in 0..<count where keyword.utf8Start[index] != lexer.source[token.start + index] { return false }
        return true
    }

    mutating func skipKeyword(_ keyword: StaticString) throws(SyntaxError) -> Bool {
        guard isKeyword(keyword) else { return false }
        try advance()
        return true
    }

    // Name (section 2.1.9)
    @inline(__always) mutating func name(_ expected: StaticString) throws(SyntaxError) -> Name {
        guard token.kind == .name else { throw unexpected(expected) }
        let name = Name(lexer.text(token.start, token.end), range: token.range)
        try advance()
        return name
    }

    /// Consumes a string and returns its value.
    mutating func stringValue() throws(SyntaxError) -> StringValue {
        let value = StringValue(lexer.stringValue(token), isBlock: token.kind == .blockString, range: token.range)
        try advance()
        return value
    }

    /// The spelling of the next token.
    func spelling() -> String { lexer.text(token.start, token.end) }

    /// From `start` to the end of the last consumed token.
    @inline(__always) func range(from start: Int) -> SourceRange { SourceRange(start, lastEnd) }

    // MARK: Depth

    /// Call before each production that may contain itself, with ``leave()`` after it.
    @inline(__always) mutating func enter() throws(SyntaxError) {
        depth += 1
        if depth > depthLimit {
            throw SyntaxError(
                "The document is nested more than \(depthLimit) levels deep.", range: token.range,
                kind: .limit(name: .depth, limit: depthLimit))
        }
    }

    @inline(__always) mutating func leave() { depth -= 1 }

    // MARK: Errors

    func unexpected(_ expected: StaticString, hint: String? = nil) -> SyntaxError {
        unexpected("\(expected)", hint: hint)
    }

    func unexpected(_ expected: String, hint: String? = nil) -> SyntaxError {
        SyntaxError("Expected \(expected), found \(found).", range: token.range, hint: hint)
    }

    private var found: String {
        switch token.kind {
        case .endOfText: "the end of the text"
        case .string, .blockString: "a string"
        default: lexer.spelling(token.start, token.end)
        }
    }
}
