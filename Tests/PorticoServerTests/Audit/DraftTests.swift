import TestHTTP
import Testing

/// What the draft of GraphQL over HTTP says beyond the audit, against a whole server.
@Suite(.server) struct DraftTests {
    private let newer = AuditRequest.newer, older = AuditRequest.older

    @Test(
        "Section 5.4: a mutation by GET is a 405, whether or not it validates",
        arguments: [
            "query=mutation+%7B+nothing+%7D", "query=query+A+%7B+__typename+%7D+mutation+B+%7B+x+%7D&operationName=B",
            "query=mutation+B+%7B+x+%7D&operationName=B",
        ])
    func mutationsByGET(query: String) async throws {
        for accept in [newer, older] {
            let answer = try await AuditRequest.get(query, accept: accept)
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "POST")
            #expect(try answer.entry("data") == nil)
            #expect(try code(answer) == "BAD_INPUT")
        }
    }

    @Test(
        "Section 5.4: what is no mutation is not refused as one",
        arguments: [
            ("query=query+A+%7B+__typename+%7D+mutation+B+%7B+x+%7D&operationName=A", 400),
            ("query=mutation+B+%7B+x+%7D+mutation+B+%7B+x+%7D&operationName=B", 400),
            ("query=mutation+%7B", 400), ("query=subscription+%7B+x+%7D", 400),
            ("query=query+A+%7B+__typename+%7D&operationName=A", 200),
            ("query=%7B+__typename+%7D&operationName=&variables=&extensions=", 200),
        ])
    func othersByGET(query: String, status: Int) async throws {
        #expect(try await AuditRequest.get(query, accept: newer).status == status)
    }

    @Test(
        "Section 6.4: an operation that cannot be determined is a 422",
        arguments: [
            #"{"query":"query A { __typename } query B { __typename }"}"#,
            #"{"query":"query A { __typename }","operationName":"B"}"#,
            #"{"query":"{ __typename }","operationName":"null"}"#,
        ])
    func undetermined(body: String) async throws {
        let answer = try await AuditRequest.post(body, accept: newer)
        #expect(answer.status == 422)
        #expect(try answer.entry("data") == nil)
        #expect(try await AuditRequest.post(body, accept: older).status == 200)
    }

    @Test("Section 5.1: a text that does not parse is well-formed all the same, also the empty one")
    func theEmptyDocument() async throws {
        let answer = try await AuditRequest.post(#"{"query":""}"#, accept: newer)
        #expect(answer.status == 400)
        #expect(try code(answer) == "SYNTAX_ERROR")
        #expect(try await AuditRequest.post(#"{"query":""}"#, accept: older).status == 200)
        #expect(try await AuditRequest.get("query=", accept: older).status == 400)
    }

    @Test("Section 5.5.1: members that are not known are ignored")
    func unknownMembers() async throws {
        let answer = try await AuditRequest.post(#"{"query":"{ apiVersion }","id":7,"doc":{"query":1}}"#, accept: newer)
        #expect(answer.status == 200)
        #expect(answer.body == #"{"data":{"apiVersion":"1.0"}}"#)
        #expect(try await AuditRequest.get("query=%7BapiVersion%7D&other=1&other=2", accept: newer).status == 200)
    }

    @Test(
        "Section 5.2: Accept with qualities, wildcards and charsets",
        arguments: [
            ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json"),
            ("application/json, application/graphql-response+json;q=0.9", "application/json"),
            ("application/graphql-response+json;q=0, application/json", "application/json"),
            ("application/graphql-response+json;q=0, */*", "application/json"),
            ("application/json;q=0, */*;q=0.1", "application/graphql-response+json"),
            ("application/*;q=0.2, text/html", "application/json"),
            ("application/graphql-response+json;charset=UTF-8", "application/graphql-response+json"),
            ("application/json; charset=utf8", "application/json"),
            ("text/plain", nil), ("application/graphql-response+json; charset=iso-8859-1", nil), ("*/*;q=0", nil),
        ] as [(String, String?)])
    func negotiation(accept: String, expected: String?) async throws {
        let answer = try await AuditRequest.post(AuditRequest.typename, accept: accept)
        #expect(answer.status == (expected == nil ? 406 : 200))
        #expect(answer.mediaType == expected ?? older)
    }

    @Test("Section 6.4: sizes, types and methods have their own statuses")
    func otherStatuses() async throws {
        #expect(
            try await AuditRequest.post(#"{"query":"{ a }"}"# + String(repeating: " ", count: 1 << 20)).status == 413)
        #expect(try await AuditRequest.get("query=" + String(repeating: "a", count: 20_000)).status == 414)
        #expect(try await AuditRequest.post(AuditRequest.typename, contentType: "application/graphql").status == 415)
        let address = try #require(RunningServer.address)
        let answer = try await RunningServer.answer(
            "PUT /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", from: address)
        #expect(answer.status == 405)
        #expect(answer.headers["allow"] == "GET, HEAD, POST")
        #expect(
            try await RunningServer.answer(
                "GET /graphql HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n", from: address
            ).status == 431)
    }
}
