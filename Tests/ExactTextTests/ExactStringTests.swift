import ExactText
import Testing

@Suite struct ExactStringTests {
    /// Pairs of texts that Swift takes for one.
    static let twins = [
        ("Kevin", "\u{212A}evin"), ("caf\u{E9}", "cafe\u{301}"), ("\u{3A9}", "\u{2126}"), ("\u{C5}", "\u{212B}"),
        ("a;", "a\u{37E}"), ("`", "\u{1FEF}"),
    ]

    @Test(arguments: twins) func twinsAreTwo(_ one: String, _ other: String) {
        #expect(one == other, "they are twins")
        #expect(ExactString(one) != ExactString(other))
        #expect(!one.hasSameBytes(as: other))
        #expect(Set([ExactString(one), ExactString(other)]).count == 2)
        var table: [ExactString: Int] = [ExactString(one): 1]
        #expect(table[other] == nil && table[one] == 1)
        table[other] = 2
        #expect(table.count == 2 && table[one] == 1 && table[other] == 2)
        #expect((ExactString(one) < ExactString(other)) != (ExactString(other) < ExactString(one)))
        #expect(!Set(exact: [one]).contains(other))
    }

    @Test(arguments: twins) func aPlainTableIsAskedByBytesToo(_ one: String, _ other: String) {
        let table = [one: 1]
        #expect(table[other] == 1 && table[ExactString(other)] == nil && table[ExactString(one)] == 1)
        #expect([one].contains(other) && ![one].contains(ExactString(other)) && [one].contains(ExactString(one)))
    }

    @Test func equalTextsAreEqualWhereverTheyCameFrom() {
        for length in [0, 1, 15, 16, 17, 200] {
            let text = String(repeating: "é", count: length)
            let copy = String(decoding: Array(text.utf8), as: UTF8.self)
            #expect(ExactString(text) == ExactString(copy))
            #expect(ExactString(text).hashValue == ExactString(copy).hashValue)
            #expect(ExactString(text) != ExactString(text + "e"))
        }
        #expect("\(ExactString("é"))" == "é" && "\([ExactString("é")])" == "[\"é\"]")
        let parts: Set<[ExactString]> = [["ab", "c"], ["a", "bc"]]
        #expect(parts.count == 2)
    }

    @Test func theCaseOfLettersIsThatOfASCII() {
        #expect(ExactString("AGENCY_owner").isSameInASCIICase(as: "agency_OWNER"))
        #expect(!ExactString("k").isSameInASCIICase(as: "\u{212A}"), "the KELVIN SIGN in small letters is k")
        #expect(!ExactString("É").isSameInASCIICase(as: "é"))
        #expect(!ExactString("a").isSameInASCIICase(as: "ab"))
    }

    @Test func theFirstOfEqualKeysCounts() {
        let table = Dictionary(firstOf: [("é", 1), ("e\u{301}", 2), ("é", 3)])
        #expect(table == ["é": 1, "e\u{301}": 2])
    }
}
