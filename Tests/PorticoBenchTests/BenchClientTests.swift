import Testing

@testable import portico_bench

/// Telling which answers count.
@Suite struct BenchClientTests {
    @Test(
        arguments: [
            (200, #"{"data":{"a":1}}"#, nil), (200, #"{"data":{"errors":[{"message":"a field of that name"}]}}"#, nil),
            (200, #"{"data":{"a":"\"errors\""}}"#, nil),
            (200, #"{"data":null,"errors":[{"message":"no"}]}"#, "no"),
            (200, #"{"errors":[{"message":"first"},{"message":"second"}]}"#, "first"),
            (401, #"{"errors":[{"message":"who"}]}"#, #"status 401: {"errors":[{"message":"who"}]}"#),
            (200, "", "the answer is empty"),
        ] as [(Int, String, String?)])
    func errorsAreFound(_ status: Int, _ body: String, _ problem: String?) {
        #expect(BenchAnswer(status: status, body: Array(body.utf8)).problem == problem)
    }

    @Test func statementsAreReadFromTheMetrics() {
        let text =
            "# HELP portico_pool_statements_total x\n# TYPE portico_pool_statements_total counter\nportico_pool_statements_total 12\nportico_pool_statements_total_more 5\n"
        #expect(RunningTarget.statements(in: text) == 12)
        #expect(
            RunningTarget.statements(
                in: "portico_pool_statements_total{worker=\"0\"} 3\nportico_pool_statements_total{worker=\"1\"} 4\n")
                == 7)
        #expect(RunningTarget.statements(in: "go_gc 1\n") == nil)
    }
}
