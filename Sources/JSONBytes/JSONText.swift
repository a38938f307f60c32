/// A string in the text of a ``JSONReader``: checked, not copied. Only that reader can convert it.
public struct JSONText: Sendable, Equatable {
    /// The bytes between the quotation marks.
    public let range: Range<Int>
    /// Whether it contains a `\`; otherwise the bytes are the string.
    public let hasEscapes: Bool
}

extension JSONReader {
    public mutating func readString() throws(JSONError) -> String { string(try readText()) }

    /// The UTF-8 bytes of the next string, unescaped.
    public mutating func readStringBytes() throws(JSONError) -> [UInt8] { utf8(try readText()) }

    /// The UTF-8 bytes of a text, unescaped: a plain copy if there are no escapes.
    public func utf8(_ text: JSONText) -> [UInt8] {
        text.hasEscapes ? unescaped(text.range) : [UInt8](bytes[text.range])
    }

    public func string(_ text: JSONText) -> String {
        text.hasEscapes ? String(decoding: unescaped(text.range), as: UTF8.self) : string(in: text.range)
    }

    /// Whether the unescaped text equals this literal.
    public func text(_ text: JSONText, equals literal: StaticString) -> Bool {
        let expected = UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        return text.hasEscapes
            ? unescaped(text.range).elementsEqual(expected) : bytes[text.range].elementsEqual(expected)
    }

    /// The bytes of a range of the text, such as the one returned by ``skipValue()``.
    public func string(in range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// A key for an error message: not longer than a line.
    func shown(_ text: JSONText) -> String {
        let whole = string(text)
        return whole.count > 64 ? whole.prefix(64) + "…" : whole
    }

    // MARK: Scanning

    /// Reads past a string and checks all of it.
    public mutating func readText() throws(JSONError) -> JSONText {
        skipSpace()
        guard at(UInt8(ascii: "\"")) else { throw unexpected("a string") }
        let start = offset + 1
        var hasEscapes = false
        offset = start
        while true {
            skipPlainWords()
            guard offset < bytes.count else {
                throw JSONError("The string that begins at byte \(start - 1) has no end.", offset: offset)
            }
            switch bytes[offset] {
            case 0x22:
                offset += 1
                return JSONText(range: start..<(offset - 1), hasEscapes: hasEscapes)
            case 0x5C:
                hasEscapes = true
                try readEscape()
            case 0x00..<0x20:
                throw JSONError("A control character in a string must be written as an escape.", offset: offset)
            case 0x20..<0x80: offset += 1
            default: try readMultibyte()
            }
        }
    }

    /// Skips whole words of ASCII without special characters.
    private mutating func skipPlainWords() {
        guard let base = bytes.baseAddress else { return }
        while offset &+ 8 <= bytes.count {
            let word = (base + offset).loadUnaligned(as: UInt64.self)
            guard (ResponseBuffer.escapeMask(word) | word) & 0x8080_8080_8080_8080 == 0 else { return }
            offset &+= 8
        }
    }

    /// One scalar beyond ASCII, as a well-formed byte sequence of Unicode, table 3-7.
    private mutating func readMultibyte() throws(JSONError) {
        let first = bytes[offset]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw JSONError("The JSON text is not valid UTF-8.", offset: offset)
        }
        guard bytes.count - offset >= length, second.contains(bytes[offset + 1]) else {
            throw JSONError("The JSON text is not valid UTF-8.", offset: offset)
        }
        for index in 2..<max(length, 2) where bytes[offset + index] & 0xC0 != 0x80 {
            throw JSONError("The JSON text is not valid UTF-8.", offset: offset)
        }
        offset += length
    }

    private mutating func readEscape() throws(JSONError) {
        let start = offset
        guard offset + 1 < bytes.count else { throw JSONError("The JSON text ends within an escape.", offset: start) }
        switch bytes[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 2
        case UInt8(ascii: "u"):
            guard let unit = codeUnit(at: start) else {
                throw JSONError("`\\u` needs four hexadecimal digits.", offset: start)
            }
            offset += 6
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00, let low = codeUnit(at: offset), low & 0xFC00 == 0xDC00 else {
                throw JSONError("The escape is one half of a surrogate pair; the other half is missing.", offset: start)
            }
            offset += 6
        default: throw JSONError("An escape is one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX.", offset: start)
        }
    }

    /// The number of a `\uXXXX` at `index`, if there is one.
    private func codeUnit(at index: Int) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for byte in bytes[(index + 2)..<(index + 6)] {
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: unit = unit << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: unit = unit << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return unit
    }

    /// The unescaped bytes of a range that ``readText()`` has checked.
    private func unescaped(_ range: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let run = bytes[index..<range.upperBound].firstIndex(of: 0x5C) ?? range.upperBound
            result.append(contentsOf: bytes[index..<run])
            index = run
            guard index + 1 < range.upperBound else { break }
            if bytes[index + 1] == UInt8(ascii: "u"), var scalar = codeUnit(at: index) {
                index += 6
                if scalar & 0xFC00 == 0xD800, let low = codeUnit(at: index) {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                    index += 6
                }
                UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}")?.forEach { result.append($0) }
            } else {
                result.append(Self.resolved(bytes[index + 1]))
                index += 2
            }
        }
        return result
    }

    private static func resolved(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }
}
