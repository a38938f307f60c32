import ExactText

/// A JSON text as a tree, for small inputs read in any order: variables, claims, settings.
/// Responses are written as bytes, without a tree.
///
/// Numbers keep their spelling, so that no precision is lost; members keep their order.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// As written, such as `1.50` or `12345678901234567890`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The value of an object's member, or `nil` if there is none or this is not an object; linear
    /// in the members. Setting a member moves it to the end.
    public subscript(_ key: String) -> JSONValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.key.text.hasSameBytes(as: key) }?.value
        }
        set {
            guard case .object(var members) = self else { return }
            members.removeAll { $0.key.text.hasSameBytes(as: key) }
            if let newValue { members.append(JSONMember(key: key, value: newValue)) }
            self = .object(members)
        }
    }

    public subscript(_ key: ExactString) -> JSONValue? { self[key.text] }

    /// The string, or `nil` for any other value.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The items of an array; empty for any other value.
    public var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }

    /// The output of ``write(into:)``.
    public var bytes: [UInt8] {
        let buffer = ResponseBuffer()
        write(into: buffer)
        return buffer.takeBytes()
    }

    /// Appends this value without white space. Numbers keep their spelling.
    ///
    /// Recurses as deep as the value is nested, for a parsed value at most ``JSONLimits/depth``.
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

/// Compares bytes: canonically equivalent texts in Unicode differ.
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

public struct JSONMember: Sendable, Equatable {
    public var key: ExactString
    public var value: JSONValue

    public init(key: ExactString, value: JSONValue) { (self.key, self.value) = (key, value) }

    public init(key: String, value: JSONValue) { self.init(key: ExactString(key), value: value) }
}
