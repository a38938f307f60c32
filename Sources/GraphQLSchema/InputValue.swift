import ExactText

/// A value after input coercion: the content of arguments and variables that fit their types.
public indirect enum InputValue: Sendable {
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

    /// Approximate bytes: texts and names as they are, and a few for everything else.
    public var byteCount: Int {
        switch self {
        case .null, .int, .float, .boolean: 8
        case .string(let text), .enumValue(let text), .json(let text): 8 + text.utf8.count
        case .list(let items): items.reduce(8) { $0 + $1.byteCount }
        case .object(let members): members.reduce(8) { $0 + $1.name.utf8.count + $1.value.byteCount }
        }
    }
}

/// Compares bytes: a literal spelled differently in Unicode finds other rows.
extension InputValue: Hashable {
    public static func == (left: InputValue, right: InputValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.int(let a), .int(let b)): a == b
        case (.float(let a), .float(let b)): a == b
        case (.boolean(let a), .boolean(let b)): a == b
        case (.string(let a), .string(let b)), (.enumValue(let a), .enumValue(let b)), (.json(let a), .json(let b)):
            a.hasSameBytes(as: b)
        case (.list(let a), .list(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        case (.null, _), (.int, _), (.float, _), (.boolean, _), (.string, _), (.enumValue, _), (.json, _), (.list, _),
            (.object, _):
            false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .int(let number): hasher.combine(number)
        case .float(let number): hasher.combine(number)
        case .boolean(let flag): hasher.combine(flag)
        case .string(let text), .enumValue(let text), .json(let text): hasher.combine(ExactString(text))
        case .list(let items): hasher.combine(items)
        case .object(let members): hasher.combine(members)
        }
    }
}

public struct InputMember: Sendable, Hashable {
    public var name: String
    public var value: InputValue

    public init(name: String, value: InputValue) { (self.name, self.value) = (name, value) }
}
