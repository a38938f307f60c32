import Diagnostics
import PorticoAccess
import PorticoGateway
import Testing

/// A role with `introspection: off` learns no name of the schema that it did not send itself.
@Suite struct IntrospectionOffTests {
    private static func rules(_ word: String, _ database: SpotexDatabase) throws -> CompiledPolicy {
        let types = database.catalog.types.keys.sorted().map { "    \($0): { read: { fields: all } }\n" }.joined()
        let roles = SourceText(
            name: "roles.yaml", "roles:\n  tester:\n    crossTenant: true\n    introspection: \(word)\n\(types)")
        let policy = try Policy.load(catalog: database.catalog, roles: roles, tenants: [])
        guard case .rules(let rules) = policy.rules(role: "tester", tenant: "agency-001") else {
            throw SpotexFailure(description: "no rules")
        }
        return rules
    }

    /// Each with the name that is suggested where introspection is on.
    @Test(arguments: [
        ("{ tikets { id } }", "{}", "tickets"),
        ("{ tickets { subjekt } }", "{}", "subject"),
        ("{ tickets(wher: {}) { id } }", "{}", "where"),
        ("{ tickets(where: {subjekt: {eq: \"a\"}}) { id } }", "{}", "subject"),
        ("{ tickets(where: {status: {eq: OPNE}}) { id } }", "{}", "OPEN"),
        ("{ tickets(where: {status: {eq: \"OPNE\"}}) { id } }", "{}", "OPEN"),
        ("query($w: TicketFiltr) { tickets(where: $w) { id } }", "{}", "TicketFilter"),
        ("{ ... on Qurey { apiVersion } }", "{}", "Query"),
        ("query($w: TicketFilter) { tickets(where: $w) { id } }", #"{"w": {"subjekt": {"eq": "a"}}}"#, "subject"),
        ("query($s: TicketStatus!) { tickets(where: {status: {eq: $s}}) { id } }", #"{"s": "OPNE"}"#, "OPEN"),
        // A field of the types that may stand for an interface.
        (#"{ node(nodeId: "a") { subject } }"#, "{}", "Ticket"),
    ])
    func namesAreNotSuggested(_ query: String, _ variables: String, _ name: String) async throws {
        let database = try SpotexDatabase.shared.get()
        var answers: [String] = []
        for word in ["on", "off"] {
            answers.append(
                String(
                    decoding: try await RequestLimitTests.ask(query, variables, Self.rules(word, database), database)
                        .body, as: UTF8.self))
        }
        #expect(answers[0].contains("Did you mean") && answers[0].contains("\\\"\(name)\\\""), "\(answers[0])")
        #expect(!answers[1].contains("Did you mean") && !answers[1].contains("\"\(name)\\\""), "\(answers[1])")
        #expect(answers[1].contains("\"errors\""))
    }

    /// What a document says itself is no secret, and neither are the directives of GraphQL.
    @Test func namesOfTheDocumentAre() async throws {
        let database = try SpotexDatabase.shared.get()
        let query =
            "query($first: Int) { tickets(first: $frist) { ...Part @skpi(if: true) } } fragment Prat on Ticket { id }"
        let answer = try await RequestLimitTests.ask(query, "{}", Self.rules("off", database), database)
        let text = String(decoding: answer.body, as: UTF8.self)
        for name in ["$first", "Prat", "@skip"] { #expect(text.contains("Did you mean \\\"\(name)\\\"?"), "\(text)") }
    }

    @Test func introspectionIsRefused() async throws {
        let database = try SpotexDatabase.shared.get()
        let rules = try Self.rules("off", database)
        #expect(!rules.limits.allowIntrospection)
        let answer = try await RequestLimitTests.ask("{ __schema { __typename } }", "{}", rules, database)
        #expect(
            String(decoding: answer.body, as: UTF8.self).contains(
                #""extensions":{"code":"LIMIT_EXCEEDED","limit":"introspectionDepth"}"#))
        #expect(
            try await RequestLimitTests.ask("{ __typename tickets(first: 1) { __typename } }", "{}", rules, database)
                .outcome == .data)
    }
}
