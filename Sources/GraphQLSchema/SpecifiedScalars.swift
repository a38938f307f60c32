/// The five scalars that GraphQL itself specifies, with their input coercion (sections 3.5.1 to
/// 3.5.5).
public enum SpecifiedScalars {
    /// In the order of the specification.
    public static let names = ["Int", "Float", "String", "Boolean", "ID"]

    public static let int = ScalarCoercion(
        literal: { input throws(CoercionFailure) in try integer(input) },
        json: { input throws(CoercionFailure) in try integer(integral(input)) })

    public static let float = ScalarCoercion { input throws(CoercionFailure) in
        switch input {
        case .int(let text), .float(let text):
            guard let value = Double(text), value.isFinite else {
                throw CoercionFailure("Float cannot represent \(input.summary): it is not within double precision.")
            }
            return .float(value)
        case .string, .boolean, .enumValue, .list, .object, .null:
            throw CoercionFailure("Float cannot represent \(input.summary): it is not a number.")
        }
    }

    public static let string = ScalarCoercion { input throws(CoercionFailure) in
        guard case .string(let text) = input else {
            throw CoercionFailure("String cannot represent \(input.summary): it is not a string.")
        }
        return .string(text)
    }

    public static let boolean = ScalarCoercion { input throws(CoercionFailure) in
        guard case .boolean(let value) = input else {
            throw CoercionFailure("Boolean cannot represent \(input.summary): it is neither true nor false.")
        }
        return .boolean(value)
    }

    /// Always gives `.string`: an id is never treated as a number.
    public static let id = ScalarCoercion(
        literal: { input throws(CoercionFailure) in try identifier(input) },
        json: { input throws(CoercionFailure) in try identifier(integral(input)) })

    static let types: [ScalarType] = [
        ScalarType(
            name: "Int", description: "A whole number of 32 bits, from -2147483648 to 2147483647.", specifiedByURL: nil,
            coercion: int),
        ScalarType(
            name: "Float", description: "A finite number in double precision (IEEE 754).", specifiedByURL: nil,
            coercion: float),
        ScalarType(
            name: "String", description: "Text: a sequence of Unicode code points.", specifiedByURL: nil,
            coercion: string),
        ScalarType(name: "Boolean", description: "`true` or `false`.", specifiedByURL: nil, coercion: boolean),
        ScalarType(
            name: "ID",
            description:
                "A key of an object, opaque to clients: always written as a string, read from a string or an integer.",
            specifiedByURL: nil, coercion: id),
    ]

    static func coercion(_ name: String) -> ScalarCoercion? { types.first { $0.name == name }?.coercion }

    private static func integer(_ input: ScalarInput) throws(CoercionFailure) -> InputValue {
        switch input {
        case .int(let text):
            guard let value = Int32(text) else {
                throw CoercionFailure("Int cannot represent \(input.summary): it is not within 32 bits.")
            }
            return .int(Int64(value))
        case .float, .string, .boolean, .enumValue, .list, .object, .null:
            throw CoercionFailure("Int cannot represent \(input.summary): it is not an integer.")
        }
    }

    private static func identifier(_ input: ScalarInput) throws(CoercionFailure) -> InputValue {
        switch input {
        case .string(let text), .int(let text): return .string(text)
        case .float, .boolean, .enumValue, .list, .object, .null:
            throw CoercionFailure("ID cannot represent \(input.summary): it is neither a string nor an integer.")
        }
    }

    /// A JSON number without a fraction, such as `1.0` or `1e3`, as an integer; others unchanged.
    private static func integral(_ input: ScalarInput) -> ScalarInput {
        // Up to 2^53 every integer is exact in double precision.
        guard case .float(let text) = input, let value = Double(text), value.magnitude <= 0x1p53,
            value == value.rounded(.towardZero)
        else { return input }
        return .int(String(Int64(value)))
    }
}
