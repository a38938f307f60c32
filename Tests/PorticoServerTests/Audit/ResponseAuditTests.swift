import Testing

/// The checks of the public `graphql-http` audit that are about responses to what is wrong, against
/// a whole server. Each is named by its id there.
@Suite(.server) struct ResponseAuditTests {
    private let newer = AuditRequest.newer, older = AuditRequest.older
    private let noJSON = #"{ "not a JSON"#
    private let misspelt = #"{"qeury":"{ __typename }"}"#
    private let unparsable = #"{"query":"{"}"#
    private let invalid = #"{"query":"{ 8f31403dfe404bccbb0e835f2629c6a7 }"}"#
    private let uncoercible = #"{"query":"query CoerceFailure($id: ID!){ __typename }","variables":{"id":null}}"#

    private func expect(
        _ status: Int, _ body: String, accept: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await AuditRequest.post(body, accept: accept)
        #expect(answer.status == status, sourceLocation: sourceLocation)
        #expect(try answer.entry("errors") != nil, sourceLocation: sourceLocation)
    }

    // MARK: What is no request

    @Test("B6DC: MAY answer 2xx, 4xx or 5xx to what is no JSON, in application/json")
    func aB6DC() async throws { try await expect(400, noJSON, accept: older) }

    @Test("BCF8: SHOULD answer 400 to what is no JSON, in application/json")
    func aBCF8() async throws { try await expect(400, noJSON, accept: older) }

    @Test("B7N8: SHOULD answer 400 to what is no JSON, in application/graphql-response+json")
    func aB7N8() async throws { try await expect(400, noJSON, accept: newer) }

    @Test("8764: MAY answer 4xx or 5xx to wrong parameters")
    func a8764() async throws { try await expect(400, misspelt) }

    @Test("3E3A: MAY answer 400 to wrong parameters")
    func a3E3A() async throws { try await expect(400, misspelt) }

    // MARK: application/json

    @Test("572B: SHOULD answer 200 to a document that does not parse, in application/json")
    func a572B() async throws { try await expect(200, unparsable, accept: older) }

    @Test("FDE2: SHOULD answer 200 to a document that does not validate, in application/json")
    func aFDE2() async throws { try await expect(200, invalid, accept: older) }

    @Test("7B9B: SHOULD answer 200 to variables that do not coerce, in application/json")
    func a7B9B() async throws { try await expect(200, uncoercible, accept: older) }

    // MARK: application/graphql-response+json

    @Test("865D: SHOULD answer 4xx or 5xx to a document that does not parse, in application/graphql-response+json")
    func a865D() async throws { try await expect(400, unparsable, accept: newer) }

    @Test("556A: SHOULD answer 400 to a document that does not parse, in application/graphql-response+json")
    func a556A() async throws { try await expect(400, unparsable, accept: newer) }

    @Test("D586: SHOULD give no data for a document that does not parse, in application/graphql-response+json")
    func aD586() async throws { #expect(try await AuditRequest.post(unparsable, accept: newer).entry("data") == nil) }

    @Test("51FE: SHOULD answer 4xx or 5xx to a document that does not validate, in application/graphql-response+json")
    func a51FE() async throws { try await expect(400, invalid, accept: newer) }

    @Test("74FF: SHOULD answer 400 to a document that does not validate, in application/graphql-response+json")
    func a74FF() async throws { try await expect(400, invalid, accept: newer) }

    @Test("5E5B: SHOULD give no data for a document that does not validate, in application/graphql-response+json")
    func a5E5B() async throws { #expect(try await AuditRequest.post(invalid, accept: newer).entry("data") == nil) }

    @Test("86EE: SHOULD answer 400 to variables that do not coerce, in application/graphql-response+json")
    func a86EE() async throws { try await expect(400, uncoercible, accept: newer) }
}
