import ExactText

/// A JSON text as a tree, for what is small and read in any order: variables, claims, settings.
/// Responses are written as bytes, without one.
///
/// Numbers keep their spelling, so that no precision is lost before their type is known; members
/// keep their order.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// As it was written, such as `1.50` or `12345678901234567890`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The value of an object's member, or `nil` when there is none or this is no object; linear in
    /// the members.
    public subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.text.hasSameBytes(as: key) }?.value
    }

    public subscript(_ key: ExactString) -> JSONValue? { self[key.text] }

    /// Appends this value without any white space. Numbers are written with the spelling that they
    /// have.
    ///
    /// It recurses as deep as the value is nested, which for a value that was read is at most
    /// ``JSONLimits/depth``.
    public func write(into buffer: ResponseBuffer) {
        switch self {
        case .null: buffer.append("null")
        case .bool(true): buffer.append("true")
        case .bool(false): buffer.append("false")
        case .number(let spelling): buffer.append(utf8: spelling)
        case .string(let text): buffer.appendJSONString(text)
        case .array(let items):
            buffer.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                item.write(into: buffer)
            }
            buffer.append(UInt8(ascii: "]"))
        case .object(let members):
            buffer.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                buffer.appendJSONString(member.key.text)
                buffer.append(UInt8(ascii: ":"))
                member.value.write(into: buffer)
            }
            buffer.append(UInt8(ascii: "}"))
        }
    }
}

/// Equal where the bytes are: two spellings of one text in Unicode are two texts.
extension JSONValue: Equatable {
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)), (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }
}

/// A key of an object together with its value.
public struct JSONMember: Sendable, Equatable {
    public var key: ExactString
    public var value: JSONValue

    public init(key: ExactString, value: JSONValue) {
        self.key = key
        self.value = value
    }

    public init(key: String, value: JSONValue) { self.init(key: ExactString(key), value: value) }
}
