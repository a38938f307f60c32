import Diagnostics
import JSONBytes
import PorticoAccess
import PorticoGateway
import Testing

/// Each limit of requests, stated for the gateway, a role or a tenant: what is at the limit is
/// answered, what is one above is refused, by the limit's name.
@Suite struct RequestLimitTests {
    /// Who states it.
    enum Owner: CaseIterable { case gateway, role, tenant, roleOfTenant }

    struct Case: Sendable, CustomTestStringConvertible {
        var limit: RequestLimit
        var value: Int
        var within: String
        var above: String
        var variables = ("{}", "{}")
        var code = "LIMIT_EXCEEDED"
        /// Refused before anything runs.
        var isRequestError = true

        var testDescription: String { limit.name }
    }

    static let cases: [Case] = [
        Case(limit: .documentBytes, value: 16, within: "{ apiVersion   }", above: "{ apiVersion    }"),
        Case(
            limit: .tokens, value: 10, within: "{ a: apiVersion b: apiVersion apiVersion __typename }",
            above: "{ a: apiVersion b: apiVersion c: apiVersion }"),
        Case(
            limit: .nameBytes, value: 64, within: "{ \(String(repeating: "a", count: 64)): apiVersion }",
            above: "{ \(String(repeating: "a", count: 65)): apiVersion }"),
        Case(
            limit: .nesting, value: 3, within: "{ tickets { tenant { id } } }",
            above: "{ tickets { tenant { users { id } } } }"),
        Case(
            limit: .depth, value: 2, within: "{ tickets { id __typename } __schema { queryType { name } } }",
            above: "{ tickets { tenant { id } } }"),
        Case(
            limit: .aliases, value: 2, within: "{ a: apiVersion b: apiVersion }",
            above: "{ ...F ...F c: apiVersion } fragment F on Query { a: apiVersion }"),
        Case(
            limit: .rootFields, value: 2, within: "{ a: apiVersion b: apiVersion }",
            above: "{ a: apiVersion b: apiVersion c: apiVersion }"),
        Case(
            limit: .selections, value: 3, within: "{ ...F apiVersion } fragment F on Query { __typename }",
            above: "{ ...F ...F } fragment F on Query { apiVersion }"),
        Case(
            limit: .introspectionDepth, value: 2, within: "{ __schema { description } }",
            above: "{ __schema { queryType { name } } }"),
        Case(
            limit: .introspectionDepth, value: 0, within: "{ __typename tickets { __typename id } }",
            above: "{ __schema { __typename } }"),
        Case(
            limit: .introspectionDepth, value: 0, within: "{ apiVersion }", above: "{ __type(name: \"User\") { name } }"
        ),
        Case(
            limit: .introspectionLists, value: 1, within: "{ __type(name: \"User\") { fields { name } } }",
            above: "{ __type(name: \"User\") { fields { type { fields { name } } } } }"),
        Case(
            limit: .introspectionBytes, value: 1024, within: "{ __schema { queryType { name } } }",
            above: "{ __schema { types { name fields { name } } } }"),
        // All of them together.
        Case(
            limit: .introspectionBytes, value: 1024,
            within: "{ \((0..<30).map { "a\($0): __schema { queryType { name } }" }.joined(separator: " ")) }",
            above: "{ \((0..<40).map { "a\($0): __schema { queryType { name } }" }.joined(separator: " ")) }"),
        Case(
            limit: .inputValues, value: 3, within: "query($i: [ID!]!) { tickets(where: {id: {in: $i}}) { id } }",
            above: "query($i: [ID!]!) { tickets(where: {id: {in: $i}}) { id } }",
            variables: (#"{"i": ["a", "b"]}"#, #"{"i": ["a", "b", "c"]}"#)),
        // A text of the document counts wherever its fragment is spread.
        Case(limit: .valueBytes, value: 1024, within: repeated(text: 400), above: repeated(text: 600)),
        // One variable that stands twice in a list, in two loads, in what a cursor is bound to, and
        // in one literal of a scalar.
        values("tickets(where: {id: {in: [$v, $v]}}) { id }"),
        values("tickets(where: {subject: {contains: $v}}) { id } users(where: {name: {contains: $v}}) { id }"),
        values("ticketsConnection(where: {id: {in: [$v, $v]}}) { edges { cursor } }"),
        values("auditLogs(where: {changes: {contains: {a: $v, b: [$v]}}}) { id }"),
        Case(
            limit: .first, value: 60, within: "{ tickets(first: 60) { id } }", above: "{ tickets(first: 61) { id } }",
            code: "BAD_INPUT"),
        Case(
            limit: .first, value: 60, within: "query($n: Int) { tickets(first: $n) { id } }",
            above: "query($n: Int) { tickets(first: $n) { id } }",
            variables: (#"{"n": 60}"#, #"{"n": 61}"#), code: "BAD_INPUT"),
        Case(
            limit: .offset, value: 5, within: "{ tickets(offset: 5) { id } }", above: "{ tickets(offset: 6) { id } }",
            code: "BAD_INPUT"),
        Case(
            limit: .operands, value: 2, within: #"{ tickets(where: {id: {in: ["a", "b"]}}) { id } }"#,
            above: #"{ tickets(where: {id: {notIn: ["a", "b", "c"]}}) { id } }"#),
        Case(
            limit: .operands, value: 2, within: "query($i: [ID!]!) { tickets(where: {id: {in: $i}}) { id } }",
            above: "query($i: [ID!]!) { tickets(where: {id: {in: $i}}) { id } }",
            variables: (#"{"i": ["a", "b"]}"#, #"{"i": ["a", "b", "c"]}"#)),
        Case(
            limit: .operands, value: 2, within: "query($w: TicketFilter) { tickets(where: $w) { id } }",
            above: "query($w: TicketFilter) { tickets(where: $w) { id } }",
            variables: (
                #"{"w": {"not": {"id": {"in": ["a", "b"]}}}}"#, #"{"w": {"not": {"id": {"in": ["a", "b", "c"]}}}}"#
            )),
        Case(
            limit: .filterDepth, value: 2, within: #"{ tickets(where: {not: {not: {}}}) { id } }"#,
            above: #"{ tickets(where: {not: {site: {tenant: {}}}}) { id } }"#),
        Case(
            limit: .filterConditions, value: 3,
            within: #"{ tickets(where: {or: [{id: {eq: "a"}}, {id: {ne: "b"}}]}) { id } }"#,
            above: #"{ tickets(where: {or: [{id: {eq: "a", ne: "b"}}, {id: {ne: "c"}}]}) { id } }"#),
        Case(
            limit: .filterLists, value: 1,
            within: "{ sites(where: {tickets: {some: {}}, domains: {none: {}}}) { id } }",
            above: "{ sites(where: {tickets: {some: {messages: {some: {}}}}}) { id } }"),
        Case(
            limit: .patternBytes, value: 16,
            within: #"{ tickets(where: {subject: {like: "%34567890123456", contains: "1234567890123456"}}) { id } }"#,
            above: #"{ tickets(where: {subject: {iLike: "%34567890123456ö"}}) { id } }"#),
        Case(
            limit: .patternBytes, value: 16,
            within: "query($p: String!) { tickets(where: {subject: {endsWith: $p, ne: $p}}) { id } }",
            above: "query($p: String!) { tickets(where: {subject: {endsWith: $p, ne: $p}}) { id } }",
            variables: (#"{"p": "1234567890123456"}"#, #"{"p": "12345678901234567"}"#)),
        Case(
            limit: .relations, value: 1, within: "{ sites(where: {tenant: {}}) { id } }",
            above: "{ sites(where: {tenant: {children: {none: {}}}}) { id } }"),
        Case(
            limit: .loads, value: 2, within: "{ tickets { messages { id } } }",
            above: "{ tickets { messages { id } tenant { id } } }"),
        Case(
            limit: .cost, value: 100, within: "{ users(first: 100) { id } }",
            above: "{ users(first: 100) { id } site(id: \"x\") { id } }"),
        Case(
            limit: .rows, value: 2, within: "{ users(first: 2) { id } }", above: "{ users(first: 3) { id } }",
            isRequestError: false),
        Case(
            limit: .rows, value: 4, within: "{ users(first: 2) { tenant { id } } }",
            above: "{ tenants(first: 3) { users { id } } }", isRequestError: false),
        Case(
            limit: .cursors, value: 2, within: "{ usersConnection(first: 2) { edges { cursor } } }",
            above: "{ usersConnection(first: 2) { edges { cursor } pageInfo { endCursor } } }",
            isRequestError: false),
        Case(
            limit: .resultBytes, value: 4096, within: "{ users(first: 1) { id } }",
            above: "{ " + (0..<10).map { "a\($0): users { id name email }" }.joined(separator: " ") + " }",
            isRequestError: false),
        Case(
            limit: .responseBytes, value: 1024, within: "{ users(first: 1) { id } }",
            above: "{ users { \((0..<60).map { "a\($0): id" }.joined(separator: " ")) } }", isRequestError: false),
    ]

    private static func repeated(text bytes: Int) -> String {
        let text = String(repeating: "a", count: bytes)
        return
            "{ a: viewer { ...F } b: viewer { ...F } } fragment F on User { createdTickets(where: {subject: {contains: \"\(text)\"}}) { id } }"
    }

    /// A long text that comes once and is used twice.
    private static func values(_ fields: String) -> Case {
        let query = "query($v: String!) { \(fields) }".replacing(
            "String!", with: fields.contains("id: {") ? "ID!" : "String!")
        func variables(_ bytes: Int) -> String { #"{"v": "\#(String(repeating: "a", count: bytes))"}"# }
        return Case(
            limit: .valueBytes, value: 1024, within: query, above: query, variables: (variables(400), variables(600)))
    }

    /// Limits whose tests stand elsewhere: those of time and of tenants, and what is no refusal.
    @Test func everyLimitIsTested() {
        let elsewhere: Set<RequestLimit> = [
            .validationSteps, .defaultFirst, .errors, .requestTimeout, .concurrentRequests, .requestsPerSecond,
            .requestBurst,
        ]
        #expect(Set(Self.cases.map(\.limit)).union(elsewhere) == Set(RequestLimit.allCases))
    }

    @Test(arguments: cases, Owner.allCases) func theLimitIsReachedButNotExceeded(
        _ limited: Case, _ owner: Owner
    ) async throws {
        let database = try SpotexDatabase.shared.get()
        let rules = try Self.rules(owner, limited.limit, limited.value, database)
        #expect(rules.limits[limited.limit] == limited.value)
        let within = try await Self.ask(limited.within, limited.variables.0, rules, database)
        #expect(within.outcome == .data, "\(String(decoding: within.body, as: UTF8.self))")
        #expect(within.observation.limit == nil)
        let above = try await Self.ask(limited.above, limited.variables.1, rules, database)
        let text = String(decoding: above.body, as: UTF8.self)
        let extensions = "\"extensions\":{\"code\":\"\(limited.code)\",\"limit\":\"\(limited.limit.name)\""
        #expect(
            text.contains(
                extensions + (limited.limit == .cost ? #","cost":{"estimate":101,"limit":100,"path":"users"}}"# : "}")),
            "\(text)")
        #expect(text.contains("\(limited.value)"), "the message names the value: \(text)")
        #expect(text.contains("\"data\"") == !limited.isRequestError)
        #expect(above.observation.limit == limited.limit)
        // Another tenant, or another role, is bound by the defaults.
        if owner == .tenant || owner == .roleOfTenant {
            let free = try Self.rules(nil, limited.limit, limited.value, database)
            #expect(try await Self.ask(limited.above, limited.variables.1, free, database).observation.limit == nil)
        }
    }

    /// A role may lower what the gateway allows, and its list without `first` follows.
    @Test func theRowsOfAListWithoutFirst() async throws {
        let database = try SpotexDatabase.shared.get()
        for owner in Owner.allCases {
            let rules = try Self.rules(owner, .defaultFirst, 1, database)
            #expect(try await Self.ask("{ users { id } }", "{}", rules, database).observation.rows == 1)
        }
    }

    static func ask(
        _ query: String, _ variables: String, _ rules: CompiledPolicy, _ database: SpotexDatabase
    ) async throws -> EmbeddedGateway.Answer {
        let request = try GraphQLRequest(query: Array(query.utf8), variables: JSONText.members(variables))
        let viewer = Viewer(id: "user-admin-001", role: "tester", tenant: "agency-001", tenants: ["agency-001"])
        return await database.gateway.respond(to: request, viewer: viewer, rules: rules)
    }

    /// The rules of a role that may read everything, with one limit.
    static func rules(
        _ owner: Owner?, _ limit: RequestLimit, _ value: Int, _ database: SpotexDatabase
    ) throws -> CompiledPolicy {
        let text = "{ \(limit.name): \(limit.definition.text(value)) }"
        var limits = RuleLimits()
        if owner == .gateway { limits[limit] = value }
        let types = database.catalog.types.keys.sorted().map { "\($0): { read: { fields: all } }" }
        let own = owner == .role ? ["limits: \(text)"] : []
        let roles = "roles:\n  tester:\n" + (["crossTenant: true"] + own + types).map { "    \($0)\n" }.joined()
        let file = owner == .tenant ? "limits: \(text)" : owner == .roleOfTenant ? "tester: { limits: \(text) }" : "{}"
        let policy = try Policy.load(
            catalog: database.catalog, limits: limits, roles: SourceText(name: "roles.yaml", roles),
            tenants: [SourceText(name: "agency-001.yaml", file)])
        guard case .rules(let rules) = policy.rules(role: "tester", tenant: "agency-001") else {
            throw SpotexFailure(description: "no rules: \(policy.tenantProblems)")
        }
        return rules
    }
}
