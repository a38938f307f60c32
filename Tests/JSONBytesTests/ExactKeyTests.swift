import ExactText
import JSONBytes
import Testing

/// Keys and texts that are one in Unicode, and two in bytes.
@Suite struct ExactKeyTests {
    @Test(arguments: [("K", "\u{212A}"), ("\u{E9}", "e\u{301}"), ("\u{C5}", "\u{212B}"), ("\u{3A9}", "\u{2126}")])
    func keysAreTheirBytes(_ one: String, _ other: String) throws {
        let value = try parseJSON(Array("{\"\(one)\": 1, \"\(other)\": 2}".utf8))
        #expect(value[one] == .number("1") && value[other] == .number("2"))
        #expect(value[ExactString(other)] == .number("2"))
        #expect(try parseJSON(Array("{\"\(one)\": 1}".utf8))[other] == nil)
        #expect(throws: JSONError.self) { try parseJSON(Array("{\"\(one)\": 1, \"\(one)\": 2}".utf8)) }
        #expect(
            JSONValue.string(one) != .string(other)
                && JSONValue.object([JSONMember(key: one, value: .null)])
                    != .object([JSONMember(key: other, value: .null)])
        )
        #expect(JSONValue.array([.string(one), .bool(true)]) == .array([.string(one), .bool(true)]))
    }
}
