import GraphQLSchema
import PorticoCatalog
import Testing

private func coerced(_ scalar: String, _ input: ScalarInput) -> String {
    do throws(CoercionFailure) {
        switch try PorticoScalars.all[scalar]!.coerce(input) {
        case .string(let text), .json(let text): return text
        case let other: return "\(other)"
        }
    } catch {
        return "! " + error.message
    }
}

@Suite struct ScalarTests {
    fileprivate static let form =
        "a point of time is written as in RFC 3339, with its time zone, such as \"2025-03-01T10:20:30Z\" or \"2025-03-01T11:20:30+01:00\""

    @Test(arguments: [
        ("2025-03-01T10:20:30Z", "2025-03-01T10:20:30Z"), ("2025-03-01t10:20:30z", "2025-03-01T10:20:30Z"),
        ("2025-03-01T10:20:30.500Z", "2025-03-01T10:20:30.5Z"),
        ("2025-03-01T10:20:30.123456Z", "2025-03-01T10:20:30.123456Z"),
        ("2025-03-01T10:20:30.123456000Z", "2025-03-01T10:20:30.123456Z"),
        ("2025-03-01T00:20:30+01:00", "2025-02-28T23:20:30Z"), ("2024-02-29T23:30:00-23:59", "2024-03-01T23:29:00Z"),
        ("2024-12-31T23:00:00-02:00", "2025-01-01T01:00:00Z"),
        ("2025-01-01T00:30:00+05:30", "2024-12-31T19:00:00Z"), ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("2025-03-01T10:20:30-00:00", "2025-03-01T10:20:30Z"), ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"),
    ]) func readsDateTimes(_ text: String, _ expected: String) {
        #expect(coerced("DateTime", .string(text)) == expected)
    }

    @Test(arguments: [
        ("2025-02-29T00:00:00Z", "that month has 28 days"), ("1900-02-29T00:00:00Z", "that month has 28 days"),
        ("2025-04-31T00:00:00Z", "that month has 30 days"),
        ("2025-13-01T00:00:00Z", "expected a month from 01 to 12"),
        ("2025-00-01T00:00:00Z", "expected a month from 01 to 12"),
        ("2025-01-00T00:00:00Z", "expected a day from 01 to 31"),
        ("0000-01-01T00:00:00Z", "expected a year from 0001 to 9999"),
        ("2025-01-01T24:00:00Z", "expected an hour from 00 to 23"),
        ("2025-01-01T23:60:00Z", "expected a minute from 00 to 59"),
        ("2025-06-30T23:59:60Z", "leap seconds are not supported"),
        ("2025-01-01T00:00:61Z", "expected a second from 00 to 59"),
        ("2025-01-01T00:00:00", "it has no time zone: end it with Z or an offset such as +01:00"),
        ("2025-01-01T00:00:00+24:00", "expected an offset such as +01:00"),
        ("2025-01-01T00:00:00.1234567Z", "it has more than six fraction digits"),
        ("2025-01-01T00:00:00.Z", "expected digits behind the point"),
        ("2025-01-01 00:00:00Z", ScalarTests.form), ("2025-01-01", ScalarTests.form),
        ("25-01-01T00:00:00Z", ScalarTests.form),
        ("2025-01-01T00:00:00Zx", ScalarTests.form), ("", ScalarTests.form), ("yesterday", ScalarTests.form),
        ("infinity", ScalarTests.form),
        ("9999-12-31T23:59:59-00:01", "in UTC it is not within the years 0001 to 9999"),
        ("0001-01-01T00:00:00+00:01", "in UTC it is not within the years 0001 to 9999"),
        ("２０２５-01-01T00:00:00Z", ScalarTests.form),
    ]) func refusesDateTimes(_ text: String, _ reason: String) {
        #expect(coerced("DateTime", .string(text)) == "! DateTime cannot represent \"\(text)\": \(reason).")
    }

    @Test(arguments: [
        ("2025-03-01", "2025-03-01"), ("2025-02-30", "! Date cannot represent \"2025-02-30\": that month has 28 days."),
        (
            "2025-03-01T",
            "! Date cannot represent \"2025-03-01T\": a date is written as \"2025-03-01\", year, month and day."
        ),
        (
            "yesterday",
            "! Date cannot represent \"yesterday\": a date is written as \"2025-03-01\", year, month and day."
        ),
    ])
    func readsDates(_ text: String, _ expected: String) { #expect(coerced("Date", .string(text)) == expected) }

    @Test(arguments: [
        (ScalarInput.string("12.50"), "12.50"), (.int("7"), "7"), (.float("1.5e3"), "1500"), (.float("1e-3"), "0.001"),
        (.float("12.5E+1"), "125"), (.string("-0.0"), "0.0"), (.string("007.5"), "7.5"),
        (.string(String(repeating: "9", count: 1000)), String(repeating: "9", count: 1000)),
        (.string("NaN"), "! Decimal cannot represent \"NaN\": it is not a decimal number."),
        (.string("1."), "! Decimal cannot represent \"1.\": it is not a decimal number."),
        (.string(".5"), "! Decimal cannot represent \".5\": it is not a decimal number."),
        (.string("+1"), "! Decimal cannot represent \"+1\": it is not a decimal number."),
        (.string(""), "! Decimal cannot represent \"\": it is not a decimal number."),
        (.string("1e"), "! Decimal cannot represent \"1e\": it is not a decimal number."),
        (.string("1e1001"), "! Decimal cannot represent \"1e1001\": it has more than 1000 digits."),
        (
            .float("1e999999999999999999999"),
            "! Decimal cannot represent \"1e999999999999999999999\": it is not a decimal number."
        ),
        (.string("12e999"), "! Decimal cannot represent \"12e999\": it has more than 1000 digits."),
        (.boolean(true), "! Decimal cannot represent this value: it is not a string such as \"12.50\"."),
    ]) func readsDecimals(_ input: ScalarInput, _ expected: String) { #expect(coerced("Decimal", input) == expected) }

    @Test(arguments: [
        (ScalarInput.string("9223372036854775807"), "9223372036854775807"), (.int("-5"), "-5"), (.string("007"), "7"),
        (
            .string("9223372036854775808"),
            "! BigInt cannot represent \"9223372036854775808\": it is not an integer within 64 bits."
        ),
        (.string("1.0"), "! BigInt cannot represent \"1.0\": it is not an integer within 64 bits."),
        (.string(" 1"), "! BigInt cannot represent \" 1\": it is not an integer within 64 bits."),
        (.string("+1"), "! BigInt cannot represent \"+1\": it is not an integer within 64 bits."),
        (.float("1.0"), "! BigInt cannot represent this value: it is not a string such as \"12\"."),
    ]) func readsBigInts(_ input: ScalarInput, _ expected: String) { #expect(coerced("BigInt", input) == expected) }

    @Test(arguments: [
        (ScalarInput.object([("a", .list([.int("1"), .null, .string("x\"y")]))]), #"{"a":[1,null,"x\"y"]}"#),
        (.string("a"), "\"a\""), (.float("1e3"), "1e3"),
        (.string("a\u{0}b"), "! JSON cannot represent a text with a NUL character (U+0000)."),
        (.object([("a\u{0}", .null)]), "! JSON cannot represent a text with a NUL character (U+0000)."),
        (.float("1e400000"), "! JSON cannot represent \"1e400000\": it has more than 1000 digits."),
        (.enumValue("FOO"), "! JSON cannot represent FOO: put a text in quotation marks."),
        (
            (0..<65).reduce(ScalarInput.null) { inner, _ in .list([inner]) },
            "! JSON cannot represent a value that is nested deeper than 64 levels."
        ),
    ]) func readsJSON(_ input: ScalarInput, _ expected: String) { #expect(coerced("JSON", input) == expected) }
}

@Suite struct ParameterTextTests {
    private static let state = ColumnType.enum(
        EnumBinding(name: "State", sqlType: "state", values: [EnumLabel(value: "IN_WORK", label: "in_work")]))

    private func text(_ value: InputValue, _ type: ColumnType) -> String {
        do throws(CoercionFailure) { return String(decoding: try parameterText(value, for: type), as: UTF8.self) } catch
        { return "! " + error.message }
    }

    @Test(arguments: [
        (InputValue.string("a"), ColumnType.text, "a"), (.string(""), .varchar, ""), (.string("EUR"), .bpchar, "EUR"),
        (.string("5"), .int8, "5"), (.string("-007"), .int4, "-7"), (.int(5), .int2, "5"), (.int(5), .numeric, "5"),
        (.int(5), .float8, "5.0"), (.float(0.1), .float8, "0.1"), (.float(1e21), .float8, "1e+21"),
        (.float(0.1), .float4, "0.1"), (.boolean(true), .bool, "t"), (.boolean(false), .bool, "f"),
        (.string("2F1C8A52-6F0E-4B5C-9D59-0C9A4F4CE0AA"), .uuid, "2f1c8a52-6f0e-4b5c-9d59-0c9a4f4ce0aa"),
        (.string("2f1c8a526f0e4b5c9d590c9a4f4ce0aa"), .uuid, "2f1c8a52-6f0e-4b5c-9d59-0c9a4f4ce0aa"),
        (.string("2025-03-01T11:00:00+01:00"), .timestamptz, "2025-03-01T10:00:00Z"),
        (.string("2025-03-01T11:00:00+01:00"), .timestamp, "2025-03-01T10:00:00"),
        (.string("2025-03-01"), .date, "2025-03-01"),
        (.enumValue("IN_WORK"), state, "in_work"), (.string("IN_WORK"), state, "in_work"),
        (.json("{\"a\":1}"), .jsonb, "{\"a\":1}"), (.string("a\"b"), .jsonb, "\"a\\\"b\""),
        (.string("12.50"), .numeric, "12.50"),
        (.list([.string("a"), .string("b,\"}\\ NULL")]), .array(.text), #"{"a","b,\"}\\ NULL"}"#),
        (.list([]), .array(.text), "{}"), (.string("a"), .array(.text), "{\"a\"}"),
        (.list([.string("NULL"), .string("")]), .array(.text), #"{"NULL",""}"#),
        (.list([.enumValue("IN_WORK")]), .array(state), "{\"in_work\"}"),
        (.list([.string("3"), .int(4)]), .array(.int8), "{\"3\",\"4\"}"),
    ]) func writes(_ value: InputValue, _ type: ColumnType, _ expected: String) {
        #expect(text(value, type) == expected)
    }

    @Test(arguments: [
        (InputValue.string("a\u{0}"), ColumnType.text, "A text cannot hold a NUL character (U+0000)."),
        (.string("abc"), .int8, "\"abc\" is not an integer within 64 bits."),
        (.string("9223372036854775808"), .int8, "\"9223372036854775808\" is not an integer within 64 bits."),
        (.string("2147483648"), .int4, "\"2147483648\" is not an integer within 32 bits."),
        (.int(40_000), .int2, "\"40000\" is not an integer within 16 bits."),
        (.string(" 1"), .int8, "\" 1\" is not an integer within 64 bits."),
        (.string(""), .int4, "\"\" is not an integer within 32 bits."),
        (.string("not-a-uuid"), .uuid, "\"not-a-uuid\" is not a UUID such as 2f1c8a52-6f0e-4b5c-9d59-0c9a4f4ce0aa."),
        (
            .string("2f1c8a52-6f0e-4b5c-9d59-0c9a4f4ce0ag"), .uuid,
            "\"2f1c8a52-6f0e-4b5c-9d59-0c9a4f4ce0ag\" is not a UUID such as 2f1c8a52-6f0e-4b5c-9d59-0c9a4f4ce0aa."
        ),
        (.float(.infinity), .float8, "inf is not a finite number."),
        (.float(1e300), .float4, "1e+300 is not a number within single precision."),
        (.float(1e-300), .float4, "1e-300 is not a number within single precision."),
        (.string("nan"), .float8, "\"nan\" is not a number within double precision."),
        (.enumValue("CLOSED"), state, "\"CLOSED\" is not a value of State."),
        (
            .string("2025-02-30T00:00:00Z"), .timestamptz,
            "DateTime cannot represent \"2025-02-30T00:00:00Z\": that month has 28 days."
        ),
        (.null, .text, "Null is not a value to compare with: ask for a missing value with `isNull: true`."),
        (
            .list([.null]), .array(.text),
            "Null is not a value to compare with: ask for a missing value with `isNull: true`."
        ),
        (.list([.string("a\u{0}")]), .array(.text), "A text cannot hold a NUL character (U+0000)."),
        (.boolean(true), .text, "true is not a text."), (.list([]), .text, "a list is not a text."),
        (.string("yes"), .bool, "\"yes\" is not true or false."),
        (.list([.list([])]), .array(.array(.text)), "a list of lists is not a list."),
        (.string("NaN"), .numeric, "Decimal cannot represent \"NaN\": it is not a decimal number."),
        (.json("{}"), .text, "a JSON value is not a text."),
    ]) func refuses(_ value: InputValue, _ type: ColumnType, _ reason: String) {
        #expect(text(value, type) == "! " + reason)
    }

    @Test(arguments: [
        ("a%", true), ("a\\", false), ("a\\\\", true), ("a\\\\\\", false), ("\\", false), ("", true), ("\\%", true),
    ])
    func aPatternDoesNotEndInAnEscape(_ pattern: String, _ isFit: Bool) {
        #expect((likePatternProblem(pattern) == nil) == isFit)
    }
}
