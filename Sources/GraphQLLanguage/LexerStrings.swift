import Diagnostics

// Strings are read twice: to find their end and check them, and to build their value if needed.
extension Lexer {
    // StringValue :: `""` [lookahead != `"`] | `"` StringCharacter+ `"` | BlockString (section
    // 2.10.4)
    func string(at start: Int) throws(SyntaxError) -> Token {
        if byte(start + 1) == UInt8(ascii: "\""), byte(start + 2) == UInt8(ascii: "\"") {
            return try blockString(at: start)
        }
        var index = start + 1
        var hasEscapes = false
        while index < source.count {
            switch source[index] {
            case UInt8(ascii: "\""): return Token(kind: .string, hasEscapes: hasEscapes, start: start, end: index + 1)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index = try escape(at: index).get().end
            case 0x0A, 0x0D:
                throw SyntaxError(
                    "Unterminated string.", range: SourceRange(start, index),
                    hint: "A string over several lines stands between \"\"\" and \"\"\".")
            case 0x80...: index += try scalarLength(at: index)
            default: index += 1
            }
        }
        throw SyntaxError("Unterminated string.", range: SourceRange(start, index))
    }

    // BlockString :: `"""` BlockStringCharacter* `"""` (section 2.10.4)
    private func blockString(at start: Int) throws(SyntaxError) -> Token {
        var index = start + 3
        var hasEscapes = false
        while index < source.count {
            switch source[index] {
            case UInt8(ascii: "\"") where isTripleQuote(at: index):
                return Token(kind: .blockString, hasEscapes: hasEscapes, start: start, end: index + 3)
            case UInt8(ascii: "\\") where isTripleQuote(at: index + 1):
                hasEscapes = true
                index += 4
            case 0x80...: index += try scalarLength(at: index)
            default: index += 1
            }
        }
        throw SyntaxError("Unterminated block string: expected \"\"\".", range: SourceRange(start, index))
    }

    func isTripleQuote(at index: Int) -> Bool {
        byte(index) == UInt8(ascii: "\"") && byte(index + 1) == UInt8(ascii: "\"")
            && byte(index + 2) == UInt8(ascii: "\"")
    }

    /// The value of a token of the kind `string` or `blockString`.
    func stringValue(_ token: Token) -> String {
        if token.kind == .blockString { return blockStringValue(token) }
        guard token.hasEscapes else { return text(token.start + 1, token.end - 1) }
        // No escape sequence is shorter than the UTF-8 of its value.
        return String(unsafeUninitializedCapacity: token.end - token.start) { buffer in
            var count = 0, index = token.start + 1
            while index < token.end - 1 {
                if source[index] == UInt8(ascii: "\\"), case .success(let escape) = escape(at: index) {
                    for unit in escape.scalar.utf8 {
                        buffer[count] = unit
                        count += 1
                    }
                    index = escape.end
                } else {
                    buffer[count] = source[index]
                    count += 1
                    index += 1
                }
            }
            return count
        }
    }

    struct Escape {
        var scalar: Unicode.Scalar
        /// The index after its last byte.
        var end: Int
    }

    // StringCharacter :: … | `\u` EscapedUnicode | `\` EscapedCharacter (section 2.10.4)
    private func escape(at start: Int) -> Result<Escape, SyntaxError> {
        let plain: Unicode.Scalar
        switch byte(start + 1) {
        case UInt8(ascii: "\""): plain = "\""
        case UInt8(ascii: "\\"): plain = "\\"
        case UInt8(ascii: "/"): plain = "/"
        case UInt8(ascii: "b"): plain = "\u{8}"
        case UInt8(ascii: "f"): plain = "\u{C}"
        case UInt8(ascii: "n"): plain = "\n"
        case UInt8(ascii: "r"): plain = "\r"
        case UInt8(ascii: "t"): plain = "\t"
        case UInt8(ascii: "u"):
            return byte(start + 2) == UInt8(ascii: "{") ? bracedEscape(at: start) : fixedEscape(at: start)
        default: return .failure(invalidEscape(start, through: start + 2))
        }
        return .success(Escape(scalar: plain, end: start + 2))
    }

    // EscapedUnicode :: `{` HexDigit+ `}`
    private func bracedEscape(at start: Int) -> Result<Escape, SyntaxError> {
        var index = start + 3
        var value: UInt32 = 0
        while let digit = hexDigit(byte(index)) {
            value = min(value << 4 | digit, 0x11_0000)
            index += 1
        }
        guard byte(index) == UInt8(ascii: "}"), index > start + 3 else {
            return .failure(invalidEscape(start, through: index + 1))
        }
        guard let scalar = Unicode.Scalar(value) else {
            let message = "The escape sequence \(spelling(start, index + 1)) stands for no Unicode character."
            return .failure(SyntaxError(message, range: SourceRange(start, index + 1)))
        }
        return .success(Escape(scalar: scalar, end: index + 1))
    }

    // EscapedUnicode :: HexDigit HexDigit HexDigit HexDigit; above U+FFFF two of them, a leading
    // and a trailing surrogate
    private func fixedEscape(at start: Int) -> Result<Escape, SyntaxError> {
        guard let unit = fourHexDigits(at: start + 2) else { return .failure(invalidEscape(start, through: start + 6)) }
        if let scalar = Unicode.Scalar(unit) { return .success(Escape(scalar: scalar, end: start + 6)) }
        if unit < 0xDC00, byte(start + 6) == UInt8(ascii: "\\"), byte(start + 7) == UInt8(ascii: "u"),
            let low = fourHexDigits(at: start + 8), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x1_0000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        {
            return .success(Escape(scalar: scalar, end: start + 12))
        }
        let message = "The escape sequence \(spelling(start, start + 6)) is half of a surrogate pair."
        return .failure(
            SyntaxError(
                message, range: SourceRange(start, start + 6),
                hint: "Write the character itself, or \\u{…} with its number."))
    }

    private func fourHexDigits(at start: Int) -> UInt32? {
        var value: UInt32 = 0
        for index in start..<start + 4 {
            guard let digit = hexDigit(byte(index)) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The range contains only parts of an escape sequence, so that the message cuts no character.
    private func invalidEscape(_ start: Int, through limit: Int) -> SyntaxError {
        var end = start + 1
        while end < min(limit, source.count), (0x21..<0x7F).contains(source[end]), source[end] != UInt8(ascii: "\"") {
            end += 1
        }
        return SyntaxError(
            "Invalid escape sequence \(spelling(start, end)).", range: SourceRange(start, end),
            hint: "A backslash itself is written \\\\.")
    }
}
