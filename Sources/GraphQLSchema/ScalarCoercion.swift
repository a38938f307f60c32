/// The input coercion of one scalar.
///
/// There are two variants because JSON does not distinguish integers from floats (section 3.5,
/// Input Coercion): `1.0` in a variable is accepted as an integer, while the literal `1.0` in a
/// document is only a float.
public struct ScalarCoercion: Sendable {
    /// For literals of a document. Throws ``CoercionFailure`` with one sentence such as `Int cannot
    /// represent 3000000000: it is not within 32 bits.`
    public let coerce: @Sendable (ScalarInput) throws(CoercionFailure) -> InputValue
    /// For variables in JSON; throws like ``coerce``.
    public let coerceJSON: @Sendable (ScalarInput) throws(CoercionFailure) -> InputValue

    /// The same for literals and for JSON.
    public init(_ coerce: @escaping @Sendable (ScalarInput) throws(CoercionFailure) -> InputValue) {
        self.coerce = coerce
        self.coerceJSON = coerce
    }

    public init(
        literal: @escaping @Sendable (ScalarInput) throws(CoercionFailure) -> InputValue,
        json: @escaping @Sendable (ScalarInput) throws(CoercionFailure) -> InputValue
    ) {
        coerce = literal
        coerceJSON = json
    }

    /// For an unknown custom scalar: lists and objects become JSON text, others stay.
    public static let passThrough = ScalarCoercion { input in
        switch input {
        case .null: .null
        case .string(let text), .enumValue(let text): .string(text)
        case .boolean(let value): .boolean(value)
        // A number that its Swift type cannot represent keeps its spelling.
        case .int(let text): Int64(text).map(InputValue.int) ?? .json(text)
        case .float(let text): if let value = Double(text), value.isFinite { .float(value) } else { .json(text) }
        case .list, .object: .json(input.jsonText)
        }
    }
}

public struct CoercionFailure: Error, Sendable, Equatable {
    public var message: String
    public init(_ message: String) { self.message = message }
}
