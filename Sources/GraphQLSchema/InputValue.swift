/// A value after input coercion: what arguments and variables hold once they are known to fit their types.
public indirect enum InputValue: Sendable, Hashable {
    case null
    case int(Int64)
    case float(Double)
    case boolean(Bool)
    /// Strings, ids, and every custom scalar that is written as a string.
    case string(String)
    case enumValue(String)
    case list([InputValue])
    /// In the order of the type's definition; only what was given or has a default.
    case object([InputMember])
    /// A custom scalar's free value (JSON), as the text of one JSON value.
    case json(String)

    public subscript(_ name: String) -> InputValue? {
        if case .object(let members) = self { members.first { $0.name == name }?.value } else { nil }
    }

    /// Bytes of what is said in it, roughly: texts and names as they are, and a few for everything else.
    public var byteCount: Int {
        switch self {
        case .null, .int, .float, .boolean: 8
        case .string(let text), .enumValue(let text), .json(let text): 8 + text.utf8.count
        case .list(let items): items.reduce(8) { $0 + $1.byteCount }
        case .object(let members): members.reduce(8) { $0 + $1.name.utf8.count + $1.value.byteCount }
        }
    }
}

public struct InputMember: Sendable, Hashable {
    public var name: String
    public var value: InputValue

    public init(name: String, value: InputValue) {
        self.name = name
        self.value = value
    }
}
