import Diagnostics

/// Splits UTF-8 bytes into tokens (section 2.1). Valid only while the bytes are lent.
struct Lexer {
    let source: UnsafeBufferPointer<UInt8>
    private(set) var position = 0
    private var tokensLeft: Int
    private let tokenLimit: Int
    private let nameLimit: Int

    init(_ source: UnsafeBufferPointer<UInt8>, tokenLimit: Int, nameLimit: Int) {
        self.source = source
        self.nameLimit = nameLimit
        self.tokenLimit = max(0, tokenLimit)
        tokensLeft = self.tokenLimit
    }

    /// The byte at `index`, or 0 past the end: no token contains a zero, and where one is allowed
    /// (strings, comments) the end is checked.
    @inline(__always) func byte(_ index: Int) -> UInt8 { index < source.count ? source[index] : 0 }

    /// The next token; at the end always `endOfText`.
    mutating func next() throws(SyntaxError) -> Token {
        try skipIgnored()
        let start = position
        guard start < source.count else { return Token(kind: .endOfText, start: start, end: start) }
        guard tokensLeft > 0 else {
            throw SyntaxError(
                "The document has more than \(tokenLimit) tokens.", range: SourceRange(start, start + 1),
                kind: .limit(name: .tokens, limit: tokenLimit))
        }
        tokensLeft -= 1
        let token = try token(at: start)
        position = token.end
        return token
    }

    // Ignored :: UnicodeBOM | WhiteSpace | LineTerminator | Comment | Comma (section 2.1.7)
    private mutating func skipIgnored() throws(SyntaxError) {
        while position < source.count {
            switch source[position] {
            case 0x20, 0x2C, 0x0A, 0x0D, 0x09: position += 1
            case 0x23: try skipComment()
            case 0xEF where byte(position + 1) == 0xBB && byte(position + 2) == 0xBF: position += 3
            default: return
            }
        }
    }

    // Comment :: # CommentChar* (section 2.1.4)
    private mutating func skipComment() throws(SyntaxError) {
        while position < source.count {
            let byte = source[position]
            if byte == 0x0A || byte == 0x0D { return }
            position += byte < 0x80 ? 1 : try scalarLength(at: position)
        }
    }

    // Token :: Punctuator | Name | IntValue | FloatValue | StringValue (section 2.1.6)
    private func token(at start: Int) throws(SyntaxError) -> Token {
        let kind: Token.Kind
        switch source[start] {
        case UInt8(ascii: "{"): kind = .braceOpen
        case UInt8(ascii: "}"): kind = .braceClose
        case UInt8(ascii: "("): kind = .parenOpen
        case UInt8(ascii: ")"): kind = .parenClose
        case UInt8(ascii: ":"): kind = .colon
        case UInt8(ascii: "$"): kind = .dollar
        case UInt8(ascii: "!"): kind = .bang
        case UInt8(ascii: "["): kind = .bracketOpen
        case UInt8(ascii: "]"): kind = .bracketClose
        case UInt8(ascii: "@"): kind = .at
        case UInt8(ascii: "="): kind = .equals
        case UInt8(ascii: "|"): kind = .pipe
        case UInt8(ascii: "&"): kind = .ampersand
        case UInt8(ascii: "."):
            guard byte(start + 1) == UInt8(ascii: "."), byte(start + 2) == UInt8(ascii: ".") else {
                throw SyntaxError("Expected \"...\", found \".\".", range: SourceRange(start, start + 1))
            }
            return Token(kind: .spread, start: start, end: start + 3)
        case UInt8(ascii: "\""): return try string(at: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(at: start)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
            // Name :: NameStart NameContinue* [lookahead != NameContinue] (section 2.1.9)
            var end = start + 1
            while end < source.count, Self.continuesName(source[end]) { end += 1 }
            guard end - start <= nameLimit else { throw tooLong(start, end) }
            return Token(kind: .name, start: start, end: end)
        default: throw try unexpectedCharacter(at: start)
        }
        return Token(kind: kind, start: start, end: start + 1)
    }

    private func tooLong(_ start: Int, _ end: Int) -> SyntaxError {
        SyntaxError(
            "The name \(spelling(start, end)) has more than \(nameLimit) bytes.", range: SourceRange(start, end),
            kind: .limit(name: .names, limit: nameLimit))
    }

    @inline(__always) static func continuesName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || isDigit(byte) || byte == UInt8(ascii: "_")
    }

    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    // IntValue :: IntegerPart [lookahead != {Digit, `.`, NameStart}] (section 2.10.1) FloatValue ::
    // IntegerPart (FractionalPart ExponentPart | FractionalPart | ExponentPart) [lookahead !=
    // {Digit, `.`, NameStart}] (section 2.10.2)
    private func number(at start: Int) throws(SyntaxError) -> Token {
        var end = start
        var kind = Token.Kind.int
        if byte(end) == UInt8(ascii: "-") { end += 1 }
        let first = end
        end = try digits(from: end, of: start)
        if byte(first) == UInt8(ascii: "0"), end > first + 1 {
            throw SyntaxError(
                "The number \(spelling(start, end)) must not begin with a zero.", range: SourceRange(start, end))
        }
        if byte(end) == UInt8(ascii: ".") {
            kind = .float
            end = try digits(from: end + 1, of: start)
        }
        if byte(end) | 0x20 == UInt8(ascii: "e") {
            kind = .float
            end += 1
            if byte(end) == UInt8(ascii: "+") || byte(end) == UInt8(ascii: "-") { end += 1 }
            end = try digits(from: end, of: start)
        }
        let following = byte(end)
        if following == UInt8(ascii: ".") || Self.continuesName(following) {
            throw SyntaxError(
                "The number \(spelling(start, end)) must not be followed directly by \"\(Unicode.Scalar(following))\".",
                range: SourceRange(start, end + 1))
        }
        return Token(kind: kind, start: start, end: end)
    }

    private func digits(from first: Int, of start: Int) throws(SyntaxError) -> Int {
        var end = first
        while Self.isDigit(byte(end)) { end += 1 }
        guard end > first else {
            let found = try describeCharacter(at: end)
            throw SyntaxError(
                "Expected a digit after \(spelling(start, end)), found \(found).", range: SourceRange(start, end))
        }
        return end
    }

    /// A quoted part of the source, shortened if long.
    func spelling(_ start: Int, _ end: Int) -> String {
        let shown = 40
        guard end - start > shown else { return "\"\(text(start, end))\"" }
        return "\"\(text(start, start + shown))…\""
    }

    /// The bytes as a string. The range must not cut a character.
    @inline(__always) func text(_ start: Int, _ end: Int) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: source[start..<end]), as: UTF8.self)
    }
}

extension Lexer {
    private func unexpectedCharacter(at index: Int) throws(SyntaxError) -> SyntaxError {
        let length = source[index] < 0x80 ? 1 : try scalarLength(at: index)
        let hint: String? = source[index] == UInt8(ascii: "'") ? "Strings stand in double quotes." : nil
        return SyntaxError(
            "Unexpected character \(try describeCharacter(at: index)).", range: SourceRange(index, index + length),
            hint: hint)
    }

    /// A quoted character, or its number if it is invisible.
    func describeCharacter(at index: Int) throws(SyntaxError) -> String {
        guard index < source.count else { return "the end of the text" }
        let length = source[index] < 0x80 ? 1 : try scalarLength(at: index)
        let text = text(index, index + length)
        guard let scalar = text.unicodeScalars.first else { return "nothing" }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
            if scalar == " " { return "a space" }
            if scalar == "\n" || scalar == "\r" { return "the end of the line" }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        default: return "\"\(text)\""
        }
    }

    /// Length of the well-formed UTF-8 sequence (2–4 bytes) at `index` (Unicode, table 3-7).
    func scalarLength(at index: Int) throws(SyntaxError) -> Int {
        let lead = source[index], second = byte(index + 1)
        let length: Int
        let allowed: ClosedRange<UInt8>
        switch lead {
        case 0xC2...0xDF: (length, allowed) = (2, 0x80...0xBF)
        case 0xE0: (length, allowed) = (3, 0xA0...0xBF)
        case 0xED: (length, allowed) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, allowed) = (3, 0x80...0xBF)
        case 0xF0: (length, allowed) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, allowed) = (4, 0x80...0xBF)
        case 0xF4: (length, allowed) = (4, 0x80...0x8F)
        default: (length, allowed) = (1, 0x80...0xBF)
        }
        let wellFormed =
            length > 1 && allowed.contains(second)
            && (length < 3 || byte(index + 2) & 0xC0 == 0x80) && (length < 4 || byte(index + 3) & 0xC0 == 0x80)
        guard wellFormed else {
            throw SyntaxError("The text is not well-formed UTF-8.", range: SourceRange(index, index + 1))
        }
        return length
    }
}
