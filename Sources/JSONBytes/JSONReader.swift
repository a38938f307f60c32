/// Reads JSON (RFC 8259) strictly, from UTF-8 bytes that the caller keeps alive: a whole tree, or
/// piece by piece without one.
///
/// Refuses invalid UTF-8, lone surrogates, control characters in strings, leading zeros, a byte
/// order mark, bytes after the value, duplicate keys in an object, and more than ``JSONLimits``
/// allows.
///
/// ```swift
/// var reader = JSONReader(bytes)
/// try reader.readObject { reader, key throws(JSONError) in
///     if reader.text(key, equals: "query") { query = try reader.readStringBytes() } else { try reader.skipValue() }
/// }
/// try reader.readEnd()
/// ```
public struct JSONReader {
    let bytes: UnsafeRawBufferPointer
    public let limits: JSONLimits
    /// The offset of the next byte.
    public internal(set) var offset = 0
    var depth = 0
    var values = 0

    public init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard) {
        (self.bytes, self.limits) = (bytes, limits)
    }

    public init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .standard) {
        self.init(UnsafeRawBufferPointer(bytes), limits: limits)
    }

    // MARK: Any value

    /// The kind of the next value, which is not consumed.
    public mutating func peekKind() throws(JSONError) -> JSONKind {
        skipSpace()
        guard offset < bytes.count else {
            throw JSONError("The JSON text ends where a value was expected.", offset: offset)
        }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw unexpected("a value")
        }
    }

    /// The next value as a tree.
    public mutating func readValue() throws(JSONError) -> JSONValue {
        values += 1
        guard values <= limits.values else {
            throw JSONError("The JSON text has more than \(limits.values) values.", offset: offset)
        }
        switch try peekKind() {
        case .null:
            try readNull()
            return .null
        case .bool: return .bool(try readBool())
        case .number: return .number(string(in: try readNumberRange()))
        case .string: return .string(try readString())
        case .array:
            var items: [JSONValue] = []
            try readArray { reader throws(JSONError) in items.append(try reader.readValue()) }
            return .array(items)
        case .object:
            var members: [JSONMember] = []
            try readObject { reader, key throws(JSONError) in
                members.append(JSONMember(key: reader.string(key), value: try reader.readValue()))
            }
            return .object(members)
        }
    }

    /// The bytes of the next value, without surrounding white space; its syntax is still checked.
    @discardableResult
    public mutating func skipValue() throws(JSONError) -> Range<Int> {
        let kind = try peekKind()
        let start = offset
        switch kind {
        case .null: try readNull()
        case .bool: _ = try readBool()
        case .number: _ = try readNumberRange()
        case .string: _ = try readText()
        case .array: try readArray { reader throws(JSONError) in try reader.skipValue() }
        case .object: try readObject { reader, _ throws(JSONError) in try reader.skipValue() }
        }
        return start..<offset
    }

    /// Checks that only white space is left.
    public mutating func readEnd() throws(JSONError) {
        skipSpace()
        guard offset == bytes.count else { throw unexpected("the end of the JSON text") }
    }

    // MARK: Values of one kind

    public mutating func readNull() throws(JSONError) { try readWord("null", expected: "null") }

    public mutating func readBool() throws(JSONError) -> Bool {
        skipSpace()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "t") {
            try readWord("true", expected: "true")
            return true
        }
        try readWord("false", expected: "true or false")
        return false
    }

    /// The bytes of a number in JSON syntax; any precision and any exponent.
    public mutating func readNumberRange() throws(JSONError) -> Range<Int> {
        skipSpace()
        let start = offset
        if at(UInt8(ascii: "-")) { offset += 1 }
        if at(UInt8(ascii: "0")) {
            offset += 1
            if offset < bytes.count, isDigit(bytes[offset]) {
                throw JSONError("A number does not begin with a superfluous zero.", offset: offset - 1)
            }
        } else {
            try readDigits()
        }
        if at(UInt8(ascii: ".")) {
            offset += 1
            try readDigits()
        }
        if at(UInt8(ascii: "e")) || at(UInt8(ascii: "E")) {
            offset += 1
            if at(UInt8(ascii: "+")) || at(UInt8(ascii: "-")) { offset += 1 }
            try readDigits()
        }
        return start..<offset
    }

    // MARK: Arrays and objects

    /// Calls `item` before each item; it must read exactly one value, by any method.
    public mutating func readArray(_ item: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try open(UInt8(ascii: "["), "an array")
        skipSpace()
        if at(UInt8(ascii: "]")) {
            close()
            return
        }
        while true {
            try item(&self)
            skipSpace()
            if at(UInt8(ascii: "]")) { break }
            guard at(UInt8(ascii: ",")) else { throw unexpected("`,` or `]`") }
            offset += 1
        }
        close()
    }

    /// Calls `member` with each key; it must read exactly one value, by any method. A duplicate key
    /// is an error, even if spelled with different escapes.
    public mutating func readObject(_ member: (inout JSONReader, JSONText) throws(JSONError) -> Void) throws(JSONError)
    {
        try open(UInt8(ascii: "{"), "an object")
        skipSpace()
        if at(UInt8(ascii: "}")) {
            close()
            return
        }
        var seen = JSONKeySet()
        while true {
            skipSpace()
            guard at(UInt8(ascii: "\"")) else { throw unexpected("a key in quotation marks") }
            let start = offset
            let key = try readText()
            guard seen.insert(key, of: self) else {
                throw JSONError("The key `\(shown(key))` stands twice in one object.", offset: start)
            }
            skipSpace()
            guard at(UInt8(ascii: ":")) else { throw unexpected("`:`") }
            offset += 1
            try member(&self, key)
            skipSpace()
            if at(UInt8(ascii: "}")) { break }
            guard at(UInt8(ascii: ",")) else { throw unexpected("`,` or `}`") }
            offset += 1
        }
        close()
    }

    private mutating func open(_ bracket: UInt8, _ expected: String) throws(JSONError) {
        skipSpace()
        guard at(bracket) else { throw unexpected(expected) }
        depth += 1
        guard depth <= limits.depth else {
            throw JSONError("The JSON text is nested deeper than \(limits.depth) levels.", offset: offset)
        }
        offset += 1
    }

    private mutating func close() {
        offset += 1
        depth -= 1
    }
}

public enum JSONKind: Sendable, Equatable {
    case null, bool, number, string, array, object
}

/// Parses a whole JSON text into a tree.
public func parseJSON(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> JSONValue {
    try parse(bytes, limits: limits).get()
}

private func parse(_ bytes: [UInt8], limits: JSONLimits) -> Result<JSONValue, JSONError> {
    bytes.withUnsafeBytes { raw in
        Result { () throws(JSONError) in
            var reader = JSONReader(raw, limits: limits)
            try reader.checkLength()
            let value = try reader.readValue()
            try reader.readEnd()
            return value
        }
    }
}
