extension JSONReader {
    func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether this byte comes next.
    func at(_ byte: UInt8) -> Bool { offset < bytes.count && bytes[offset] == byte }

    mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    /// Refuses a text longer than ``JSONLimits/bytes``; for readers of whole texts, since
    /// incremental callers have bounded their input already.
    func checkLength() throws(JSONError) {
        guard bytes.count <= limits.bytes else {
            throw JSONError("The JSON text is longer than \(limits.bytes) bytes.", offset: limits.bytes)
        }
    }

    mutating func readDigits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, isDigit(bytes[offset]) { offset += 1 }
        guard offset > start else { throw unexpected("a digit") }
    }

    mutating func readWord(_ word: StaticString, expected: String) throws(JSONError) {
        skipSpace()
        let length = word.utf8CodeUnitCount
        guard bytes.count - offset >= length else { throw unexpected(expected) }
        for index in 0..<length where bytes[offset + index] != word.utf8Start[index] { throw unexpected(expected) }
        offset += length
    }

    /// An error about what was found at the offset, and what was expected.
    func unexpected(_ expected: String) -> JSONError {
        guard offset < bytes.count else {
            return JSONError("The JSON text ends where \(expected) was expected.", offset: offset)
        }
        let byte = bytes[offset]
        let found =
            byte > 0x20 && byte < 0x7F
            ? "`\(Character(Unicode.Scalar(byte)))`" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
        return JSONError("\(found) stands where \(expected) was expected.", offset: offset)
    }
}
