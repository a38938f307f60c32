import GraphQLSchema

/// The scalars of `schema.graphql` beyond the specified five: how their input is checked and
/// normalised (interface, section 3).
public enum PorticoScalars {
    /// By name.
    public static let all: [String: ScalarCoercion] = [
        "DateTime": dateTime, "Date": date, "Decimal": decimal, "BigInt": bigInt, "JSON": json,
    ]

    /// RFC 3339; gives `.string` in UTC with at most six fraction digits.
    public static let dateTime = ScalarCoercion { input throws(CoercionFailure) in
        .string(try DateTimeText(try text(input, "DateTime", "a string such as \"2025-03-01T10:20:30Z\"")).utcText)
    }

    /// RFC 3339's full-date; gives `.string`.
    public static let date = ScalarCoercion { input throws(CoercionFailure) in
        .string(try DateTimeText(date: try text(input, "Date", "a string such as \"2025-03-01\"")).dateText)
    }

    /// A string, or a number in its own spelling; gives `.string` without an exponent.
    public static let decimal = ScalarCoercion { input throws(CoercionFailure) in
        if case .int(let number) = input { return .string(try decimalText(number)) }
        if case .float(let number) = input { return .string(try decimalText(number)) }
        return .string(try decimalText(try text(input, "Decimal", "a string such as \"12.50\"")))
    }

    /// A string or an integer within 64 bits; gives `.string`.
    public static let bigInt = ScalarCoercion { input throws(CoercionFailure) in
        let spelling: String
        if case .int(let number) = input {
            spelling = number
        } else {
            spelling = try text(input, "BigInt", "a string such as \"12\"")
        }
        guard let value = integer(spelling, as: Int64.self) else {
            throw CoercionFailure(
                "BigInt cannot represent \(shortened(spelling)): it is not an integer within 64 bits.")
        }
        return .string(String(value))
    }

    /// Any value; gives `.json`.
    public static let json = ScalarCoercion { input throws(CoercionFailure) in .json(try jsonText(input)) }

    private static func text(
        _ input: ScalarInput, _ scalar: String, _ expected: String
    ) throws(CoercionFailure) -> String {
        guard case .string(let text) = input else {
            throw CoercionFailure("\(scalar) cannot represent this value: it is not \(expected).")
        }
        return text
    }
}
