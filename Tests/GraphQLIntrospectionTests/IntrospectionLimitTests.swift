import GraphQLIntrospection
import GraphQLSchema
import GraphQLValidation
import JSONBytes
import Testing

@Suite struct IntrospectionLimitTests {
    /// Each level multiplies the answer; it ends at the limit, and nothing of it stays in the
    /// buffer.
    @Test func anAnswerThatGrowsEndsAtTheLimit() throws {
        var query = "name"
        for _ in 0..<15 { query = "fields { type { \(query) ofType { \(query == "name" ? "kind" : "name") } } }" }
        let operation = try operation(
            "{ __schema { types { \(query) } } }", on: schema("type Query { a: Query b: Query c: Query d: Query }"))
        let buffer = ResponseBuffer()
        buffer.append("before")
        for limit in [1, 1000, 1 << 20] {
            #expect(throws: IntrospectionFailure(limit: limit)) {
                try Introspection.write(
                    collectFields(
                        [operation.operation.selectionSet], on: operation.rootType, in: operation, variables: .none)[0]
                        .nodes, of: operation, variables: .none,
                    into: buffer, limits: IntrospectionLimits(bytes: limit)
                )
            }
            #expect(buffer.count == 6)
        }
    }

    @Test func anAnswerAtTheLimitIsGiven() throws {
        let schema = try schema("type Query { a: Int }")
        let query = "{ __schema { queryType { name } } }"
        let whole = try answer(query, on: schema)
        let bytes = #"{"queryType":{"name":"Query"}"#.utf8.count
        #expect(try answer(query, on: schema, limits: IntrospectionLimits(bytes: bytes)) == whole)
        #expect(throws: IntrospectionFailure.self) {
            try answer(query, on: schema, limits: IntrospectionLimits(bytes: bytes - 1))
        }
    }

    @Test func aFailureSaysWhatToDo() {
        #expect(IntrospectionFailure(limit: 5).message == "The answer to this introspection exceeds 5 bytes.")
    }
}
