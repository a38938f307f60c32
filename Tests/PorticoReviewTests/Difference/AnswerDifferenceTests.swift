import JSONBytes
import PorticoReview
import Testing

@Suite struct AnswerDifferenceTests {
    @Test(
        arguments: [
            (#"{"data":{"a":[{"b":1},{"b":2}]}}"#, #"{"data":{"a":[{"b":1},{"b":2}]}}"#, nil),
            (#"{"data":{"a":1,"b":2}}"#, #"{"data":{"b":2,"a":1}}"#, nil),
            (#"{"data":{"a":[{"b":1},{"b":2}]}}"#, #"{"data":{"a":[{"b":1},{"b":3}]}}"#, "data.a[1].b: 2 → 3"),
            (#"{"data":{"a":[1]}}"#, #"{"data":{"a":[1,2]}}"#, "data.a[1]: nothing → 2"),
            (#"{"data":{"a":[1,2]}}"#, #"{"data":{"a":[1]}}"#, "data.a[1]: 2 → nothing"),
            (#"{"data":{"a":null}}"#, #"{"data":{"a":{"b":"x"}}}"#, #"data.a: null → {"b":"x"}"#),
            (#"{"data":{}}"#, #"{"errors":[{"message":"no"}]}"#, "data: {} → nothing"),
            ("null", "{}", "the whole answer: null → {}"),
            (
                #"{"a":"\#(String(repeating: "x", count: 70))"}"#, #"{"a":1}"#,
                "a: \"\(String(repeating: "x", count: 58))… → 1"
            ),
        ] as [(String, String, String?)])
    func theFirstPlaceIsNamed(_ old: String, _ new: String, _ expected: String?) throws {
        let difference = try AnswerDifference.first(parseJSON(Array(old.utf8)), parseJSON(Array(new.utf8)))
        #expect(difference.map { "\($0.path): \($0.old) → \($0.new)" } == expected)
    }
}
