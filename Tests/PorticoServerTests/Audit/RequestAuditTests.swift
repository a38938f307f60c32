import Testing

/// The checks of the public `graphql-http` audit that are about requests, against a whole server.
/// Each is named by its id there.
@Suite(.server) struct RequestAuditTests {
    private let newer = AuditRequest.newer, older = AuditRequest.older, typename = AuditRequest.typename

    private func expect(
        _ status: Int, _ body: String?, accept: String? = nil, contentType: String? = "application/json",
        type: String? = nil, withoutErrors: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await AuditRequest.post(body, accept: accept, contentType: contentType)
        #expect(answer.status == status, sourceLocation: sourceLocation)
        if let type { #expect(answer.mediaType == type, sourceLocation: sourceLocation) }
        if withoutErrors { #expect(try answer.entry("errors") == nil, sourceLocation: sourceLocation) }
    }

    // MARK: Media types

    @Test("22EB: SHOULD accept application/graphql-response+json, and answer in it")
    func a22EB() async throws { try await expect(200, typename, accept: newer, type: newer) }

    @Test("4655: MUST accept application/json, and answer in it")
    func a4655() async throws { try await expect(200, typename, accept: older, type: older) }

    @Test("47DE: SHOULD answer */* in application/json")
    func a47DE() async throws { try await expect(200, typename, accept: "*/*", type: older) }

    @Test("80D8: SHOULD answer in application/json where Accept is missing")
    func a80D8() async throws { try await expect(200, typename, type: older) }

    @Test("82A3: MUST answer in UTF-8")
    func a82A3() async throws {
        let answer = try await AuditRequest.post(typename)
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"]?.hasSuffix("; charset=utf-8") == true)
        #expect(String(validating: answer.bytes, as: UTF8.self) != nil)
    }

    @Test("BF61: MUST accept requests in UTF-8")
    func aBF61() async throws {
        try await expect(
            200, #"{"query":"{ __type(name: \"Run🏃Swim🏊\") { name } }"}"#,
            contentType: "application/json; charset=utf-8")
    }

    @Test("78D5: MUST take a request for UTF-8 where it does not say")
    func a78D5() async throws { try await expect(200, typename) }

    // MARK: Methods

    @Test("2C94: MUST accept POST")
    func a2C94() async throws { try await expect(200, typename) }

    @Test("5A70: MAY accept GET with a form in the URL")
    func a5A70() async throws { #expect(try await AuditRequest.get("query=%7B+__typename+%7D").status == 200) }

    @Test("9C48: MAY NOT run mutations by GET")
    func a9C48() async throws {
        let answer = try await AuditRequest.get("query=mutation+%7B+__typename+%7D", accept: newer)
        #expect(answer.status == 405)
        #expect(answer.headers["allow"] == "POST")
    }

    @Test("9ABE: SHOULD refuse a POST without a content type by 4xx", arguments: [nil, "text/plain;charset=UTF-8"])
    func a9ABE(contentType: String?) async throws { try await expect(415, typename, contentType: contentType) }

    @Test("03D4: MUST accept POST of application/json")
    func a03D4() async throws { try await expect(200, typename) }

    @Test("A5BF: MAY answer 400 to a POST without a body")
    func aA5BF() async throws { try await expect(400, nil) }

    // MARK: query

    @Test("423L: MAY answer 400 where query is missing")
    func a423L() async throws { try await expect(400, #"{"notquery":"{ __typename }"}"#, accept: newer) }

    @Test("LKJ0: MAY answer 400 where query is an object")
    func aLKJ0() async throws { try await expect(400, #"{"query":{"obj":"ect"}}"#) }

    @Test("LKJ1: MAY answer 400 where query is a number")
    func aLKJ1() async throws { try await expect(400, #"{"query":0}"#) }

    @Test("LKJ2: MAY answer 400 where query is a boolean")
    func aLKJ2() async throws { try await expect(400, #"{"query":false}"#) }

    @Test("LKJ3: MAY answer 400 where query is an array")
    func aLKJ3() async throws { try await expect(400, #"{"query":["array"]}"#) }

    @Test("34A2: SHOULD allow a string as query, in application/graphql-response+json")
    func a34A2() async throws { try await expect(200, typename, accept: newer) }

    @Test("13EE: MUST allow a string as query, in application/json")
    func a13EE() async throws { try await expect(200, typename, accept: older, withoutErrors: true) }

    // MARK: operationName

    @Test("6C00: MAY answer 400 where operationName is an object")
    func a6C00() async throws { try await expect(400, #"{"operationName":{"obj":"ect"},"query":"{ __typename }"}"#) }

    @Test("6C01: MAY answer 400 where operationName is a number")
    func a6C01() async throws { try await expect(400, #"{"operationName":0,"query":"{ __typename }"}"#) }

    @Test("6C02: MAY answer 400 where operationName is a boolean")
    func a6C02() async throws { try await expect(400, #"{"operationName":false,"query":"{ __typename }"}"#) }

    @Test("6C03: MAY answer 400 where operationName is an array")
    func a6C03() async throws { try await expect(400, #"{"operationName":["array"],"query":"{ __typename }"}"#) }

    @Test("8161: SHOULD allow a string as operationName, in application/graphql-response+json")
    func a8161() async throws {
        try await expect(200, #"{"operationName":"Query","query":"query Query { __typename }"}"#, accept: newer)
    }

    @Test("B8B3: MUST allow a string as operationName, in application/json")
    func aB8B3() async throws {
        try await expect(
            200, #"{"operationName":"Query","query":"query Query { __typename }"}"#, accept: older, withoutErrors: true)
    }

    // MARK: null

    @Test("94B0: SHOULD allow null as variables, in application/graphql-response+json")
    func a94B0() async throws {
        try await expect(200, #"{"query":"{ __typename }","variables":null}"#, accept: newer, withoutErrors: true)
    }

    @Test("0220: MUST allow null as variables, in application/json")
    func a0220() async throws {
        try await expect(200, #"{"query":"{ __typename }","variables":null}"#, accept: older, withoutErrors: true)
    }

    @Test("94B1: SHOULD allow null as operationName, in application/graphql-response+json")
    func a94B1() async throws {
        try await expect(200, #"{"query":"{ __typename }","operationName":null}"#, accept: newer, withoutErrors: true)
    }

    @Test("0221: MUST allow null as operationName, in application/json")
    func a0221() async throws {
        try await expect(200, #"{"query":"{ __typename }","operationName":null}"#, accept: older, withoutErrors: true)
    }

    @Test("94B2: SHOULD allow null as extensions, in application/graphql-response+json")
    func a94B2() async throws {
        try await expect(200, #"{"query":"{ __typename }","extensions":null}"#, accept: newer, withoutErrors: true)
    }

    @Test("0222: MUST allow null as extensions, in application/json")
    func a0222() async throws {
        try await expect(200, #"{"query":"{ __typename }","extensions":null}"#, accept: older, withoutErrors: true)
    }

    // MARK: variables

    @Test("4760: MAY answer 400 where variables is a string")
    func a4760() async throws { try await expect(400, #"{"query":"{ __typename }","variables":"string"}"#) }

    @Test("4761: MAY answer 400 where variables is a number")
    func a4761() async throws { try await expect(400, #"{"query":"{ __typename }","variables":0}"#) }

    @Test("4762: MAY answer 400 where variables is a boolean")
    func a4762() async throws { try await expect(400, #"{"query":"{ __typename }","variables":false}"#) }

    @Test("4763: MAY answer 400 where variables is an array")
    func a4763() async throws { try await expect(400, #"{"query":"{ __typename }","variables":["array"]}"#) }

    private static let typed =
        #"{"query":"query Type($name: String!) { __type(name: $name) { name } }","variables":{"name":"sometype"}}"#
    private static let typedURL =
        "query=query+Type%28%24name%3A+String%21%29+%7B+__type%28name%3A+%24name%29+%7B+name+%7D+%7D&variables=%7B%22name%22%3A%22sometype%22%7D"

    @Test("2EA1: SHOULD allow an object as variables, in application/graphql-response+json")
    func a2EA1() async throws { try await expect(200, Self.typed, accept: newer) }

    @Test("28B9: MUST allow an object as variables, in application/json")
    func a28B9() async throws { try await expect(200, Self.typed, accept: older, withoutErrors: true) }

    @Test("D6D5: MAY allow variables as JSON in the URL, in application/graphql-response+json")
    func aD6D5() async throws {
        let answer = try await AuditRequest.get(Self.typedURL, accept: newer)
        #expect(answer.status == 200)
        #expect(try answer.entry("errors") == nil)
    }

    @Test("6A70: MAY allow variables as JSON in the URL, in application/json")
    func a6A70() async throws {
        let answer = try await AuditRequest.get(Self.typedURL, accept: older)
        #expect(answer.status == 200)
        #expect(try answer.entry("errors") == nil)
    }

    // MARK: extensions

    @Test("58B0: MAY answer 400 where extensions is a string")
    func a58B0() async throws { try await expect(400, #"{"query":"{ __typename }","extensions":"string"}"#) }

    @Test("58B1: MAY answer 400 where extensions is a number")
    func a58B1() async throws { try await expect(400, #"{"query":"{ __typename }","extensions":0}"#) }

    @Test("58B2: MAY answer 400 where extensions is a boolean")
    func a58B2() async throws { try await expect(400, #"{"query":"{ __typename }","extensions":false}"#) }

    @Test("58B3: MAY answer 400 where extensions is an array")
    func a58B3() async throws { try await expect(400, #"{"query":"{ __typename }","extensions":["array"]}"#) }

    @Test("428F: SHOULD allow an object as extensions, in application/graphql-response+json")
    func a428F() async throws {
        try await expect(200, #"{"query":"{ __typename }","extensions":{"some":"value"}}"#, accept: newer)
    }

    @Test("1B7A: MUST allow an object as extensions, in application/json")
    func a1B7A() async throws {
        try await expect(
            200, #"{"query":"{ __typename }","extensions":{"some":"value"}}"#, accept: older, withoutErrors: true)
    }
}
