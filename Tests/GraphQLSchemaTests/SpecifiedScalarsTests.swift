import GraphQLSchema
import Testing

/// Input coercion of the five specified scalars (sections 3.5.1 to 3.5.5), from literals and from
/// JSON.
@Suite struct SpecifiedScalarsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let scalar: String
        let input: ScalarInput
        /// From a literal; `nil` where it is refused.
        let literal: InputValue?
        let json: InputValue?

        init(_ scalar: String, _ input: ScalarInput, _ both: InputValue?) {
            self.init(scalar, input, literal: both, json: both)
        }

        init(_ scalar: String, _ input: ScalarInput, literal: InputValue?, json: InputValue?) {
            self.scalar = scalar
            self.input = input
            self.literal = literal
            self.json = json
        }

        var testDescription: String { "\(scalar) of \(input)" }
    }

    static let coercions = [
        "Int": SpecifiedScalars.int, "Float": SpecifiedScalars.float, "String": SpecifiedScalars.string,
        "Boolean": SpecifiedScalars.boolean, "ID": SpecifiedScalars.id,
    ]

    @Test(arguments: [
        Case("Int", .int("0"), .int(0)), Case("Int", .int("-0"), .int(0)),
        Case("Int", .int("2147483647"), .int(2_147_483_647)),
        Case("Int", .int("-2147483648"), .int(-2_147_483_648)), Case("Int", .int("2147483648"), nil),
        Case("Int", .int("-2147483649"), nil),
        Case("Int", .int("99999999999999999999999"), nil), Case("Int", .float("1.0"), literal: nil, json: .int(1)),
        Case("Int", .float("1e3"), literal: nil, json: .int(1000)),
        Case("Int", .float("1.5"), nil), Case("Int", .float("1e10"), nil), Case("Int", .float("1e400"), nil),
        Case("Int", .string("1"), nil), Case("Int", .boolean(true), nil),
        Case("Int", .enumValue("A"), nil), Case("Int", .list([.int("1")]), nil), Case("Int", .object([]), nil),
        Case("Int", .null, nil),
        Case("Float", .int("1"), .float(1)), Case("Float", .float("1.5"), .float(1.5)),
        Case("Float", .float("-1e-3"), .float(-0.001)), Case("Float", .float("1e400"), nil),
        Case("Float", .string("1.5"), nil), Case("Float", .boolean(false), nil), Case("Float", .enumValue("NaN"), nil),
        Case("String", .string(""), .string("")), Case("String", .string("ä\n"), .string("ä\n")),
        Case("String", .int("1"), nil), Case("String", .enumValue("A"), nil),
        Case("Boolean", .boolean(true), .boolean(true)), Case("Boolean", .int("1"), nil),
        Case("Boolean", .string("true"), nil), Case("Boolean", .float("1.0"), nil),
        Case("ID", .string("abc"), .string("abc")), Case("ID", .string(""), .string("")),
        Case("ID", .int("4"), .string("4")),
        Case("ID", .int("123456789012345678901234567890"), .string("123456789012345678901234567890")),
        Case("ID", .float("4.0"), literal: nil, json: .string("4")),
        Case("ID", .float("4.5"), nil), Case("ID", .boolean(true), nil), Case("ID", .enumValue("A"), nil),
        Case("ID", .list([]), nil),
    ])
    func isCoerced(_ example: Case) throws {
        let coercion = try #require(Self.coercions[example.scalar])
        #expect((try? coercion.coerce(example.input)) == example.literal)
        #expect((try? coercion.coerceJSON(example.input)) == example.json)
    }

    @Test func aRefusalSaysWhyAndRepeatsNoMoreThanAPart() {
        #expect(throws: CoercionFailure("Int cannot represent 3000000000: it is not within 32 bits.")) {
            try SpecifiedScalars.int.coerce(.int("3000000000"))
        }
        let long = String(repeating: "x", count: 1000)
        #expect(
            throws: CoercionFailure(
                "Int cannot represent \"\(String(repeating: "x", count: 60))…\": it is not an integer.")
        ) { try SpecifiedScalars.int.coerce(.string(long)) }
    }

    @Test(
        arguments: [
            (.null, .null), (.string("a"), .string("a")), (.enumValue("A"), .string("A")),
            (.boolean(true), .boolean(true)), (.int("9007199254740993"), .int(9_007_199_254_740_993)),
            (.int("99999999999999999999"), .json("99999999999999999999")), (.float("1.5"), .float(1.5)),
            (.float("1e999"), .json("1e999")),
            (.list([.int("1"), .null, .string("\"\n\u{1}")]), .json(#"[1,null,"\"\n\u0001"]"#)),
            (
                .object([("a", .boolean(false)), ("b", .object([])), ("c", .enumValue("X"))]),
                .json(#"{"a":false,"b":{},"c":"X"}"#)
            ),
        ] as [(ScalarInput, InputValue)])
    func passesThrough(_ input: ScalarInput, _ value: InputValue) throws {
        #expect(try ScalarCoercion.passThrough.coerce(input) == value)
    }
}
