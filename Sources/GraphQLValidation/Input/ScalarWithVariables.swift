import GraphQLLanguage
import GraphQLSchema
import JSONBytes

/// The literal of a custom scalar with variables inside, such as `{name: $name}` for JSON.
///
/// The specification gives such a place no type of its own (section 5.6.1 assumes that the
/// variable's value will fit), so the scalar validates the whole once the variables are known.
public struct ScalarWithVariables: Sendable, Hashable {
    let literal: Value
    let scalar: ScalarType
    /// The positions of the operation's variables by name.
    let positions: [String: Int]

    /// Throws if the scalar refuses the value. A variable without a value omits its member of an
    /// object, and is null within a list.
    public func value(with variables: VariableValues) throws(CoercionFailure) -> InputValue {
        try scalar.coercion.coerce(
            ScalarInput(literal: literal) { name in
                positions[name.value].flatMap { variables[$0] }.map(ScalarInput.init(coerced:))
            })
    }

    /// Approximate bytes of a variable's value inside a literal. JSON text is parsed again, into a
    /// structure that takes many times as much.
    static func bytes(of value: InputValue) -> Int {
        if case .json(let text) = value { 8 * text.utf8.count } else { value.byteCount }
    }

    /// The positions of the variables inside, with multiplicity.
    var variables: [Int] {
        var found: [Int] = []
        Self.forEachVariable(in: literal) { name in if let position = positions[name.value] { found.append(position) } }
        return found
    }

    private static func forEachVariable(in value: Value, _ body: (Name) -> Void) {
        switch value {
        case .variable(let name): body(name)
        case .list(let items, _): for item in items { forEachVariable(in: item, body) }
        case .object(let fields, _): for field in fields { forEachVariable(in: field.value, body) }
        case .int, .float, .string, .boolean, .null, .enumValue: break
        }
    }

    public static func == (left: ScalarWithVariables, right: ScalarWithVariables) -> Bool {
        left.literal == right.literal && left.scalar.name == right.scalar.name && left.positions == right.positions
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(scalar.name)
        hasher.combine(literal.range.start)
    }
}

extension ScalarInput {
    /// A variable's value as a scalar's input. Recurses as deep as the JSON parser allowed.
    fileprivate init(coerced value: InputValue) {
        switch value {
        case .null: self = .null
        case .int(let number): self = .int(String(number))
        case .float(let number): self = .float(String(number))
        case .boolean(let flag): self = .boolean(flag)
        case .string(let text), .enumValue(let text): self = .string(text)
        case .list(let items): self = .list(items.map(ScalarInput.init(coerced:)))
        case .object(let members): self = .object(members.map { ($0.name, ScalarInput(coerced: $0.value)) })
        case .json(let text): self = (try? parseJSON(Array(text.utf8))).map(ScalarInput.init(json:)) ?? .null
        }
    }

    private init(json value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .boolean(flag)
        case .number(let text):
            self =
                text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
                ? .float(text) : .int(text)
        case .string(let text): self = .string(text)
        case .array(let items): self = .list(items.map(ScalarInput.init(json:)))
        case .object(let members): self = .object(members.map { ($0.key.text, ScalarInput(json: $0.value)) })
        }
    }
}
