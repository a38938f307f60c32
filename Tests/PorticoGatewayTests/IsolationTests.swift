import JSONBytes
import PorticoAccess
import PorticoGateway
import Testing

/// Whatever a viewer asks, no row of a tenant out of reach shows: not in lists, getters or
/// relations, and not by what a filter lets through.
@Suite struct IsolationTests {
    static let database: Result<SpotexDatabase, any Error> = Result { try SpotexDatabase(extra: TangledData.sql) }

    static let viewers: [(viewer: Viewer, reach: Set<Character>)] = [
        (Viewer(id: "a-u1", role: "agency_owner", tenant: "a", tenants: ["a", "b"]), ["a", "b"]),
        (Viewer(id: "b-u1", role: "agency_owner", tenant: "b", tenants: ["b"]), ["b"]),
        (Viewer(id: "c-u2", role: "agency_agent", tenant: "c", tenants: ["c"]), ["c"]),
        (Viewer(id: "b-u3", role: "client", tenant: "b", tenants: ["b"]), ["b"]),
        (Viewer(id: "a-u1", role: "agency_owner", tenant: "a", tenants: []), []),
    ]

    @Test(arguments: viewers.indices) func randomQueriesStayWithinReach(_ index: Int) async throws {
        let database = try Self.database.get()
        let (viewer, reach) = Self.viewers[index]
        var queries = RandomQueries(seed: 42 + UInt64(index), schema: try database.rules(viewer).schema)
        var rows = 0
        for _ in 0..<150 {
            let query = queries.next()
            let answer = try await database.ask(query, as: viewer)
            // Random nesting can be dearer than the rules allow.
            if answer.outcome == .requestError(.limitExceeded) { continue }
            guard answer.outcome == .data else {
                Issue.record("\(query) gave \(String(decoding: answer.body, as: UTF8.self))")
                continue
            }
            rows += answer.observation.rows
            for text in try Self.texts(parseJSON(answer.body)) where !reach.contains(text.first ?? "?") {
                Issue.record("\(viewer.id ?? "") saw \(text) by \(query)")
            }
        }
        if !reach.isEmpty { #expect(rows > 100, "the queries must reach something for their silence to mean anything") }
    }

    /// Texts that tell their tenant: ids, names and free texts; not enum values, dates and numbers.
    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let members): members.flatMap { texts($0.value) }
        case .array(let items): items.flatMap(texts)
        case .string(let text):
            text.count > 1 && text.dropFirst().first == "-" || TangledData.tenants.contains(text) ? [text] : []
        case .null, .bool, .number: []
        }
    }

    /// What is hidden cannot be told from what does not exist.
    @Test func hiddenRowsAreLikeMissingOnes() async throws {
        let database = try Self.database.get()
        let viewer = Self.viewers[1].viewer
        let hidden = try await database.ask(
            #"{ site(id: "c-s1") { id } sites(where: {id: {eq: "c-s1"}}) { id } }"#, as: viewer)
        let missing = try await database.ask(
            #"{ site(id: "nowhere") { id } sites(where: {id: {eq: "nowhere"}}) { id } }"#, as: viewer)
        #expect(hidden.body == missing.body)
        #expect(String(decoding: hidden.body, as: UTF8.self) == #"{"data":{"site":null,"sites":[]}}"#)
    }

    /// A ticket of b under a site of c: its foreign key shows, the row behind does not, and no
    /// filter can feel it.
    @Test func filtersCannotFeelHiddenRows() async throws {
        let database = try Self.database.get()
        let viewer = Self.viewers[1].viewer
        func ids(_ filter: String) async throws -> [String] {
            let answer = try await database.ask(
                "{ tickets(where: \(filter), orderBy: [{id: ASC}]) { id } }", as: viewer)
            return try Self.texts(parseJSON(answer.body))
        }
        #expect(try await ids(#"{siteId: {eq: "c-s1"}}"#) == ["b-kc-1"])
        #expect(try await ids(#"{siteId: {eq: "c-s1"}, site: {}}"#) == [])
        #expect(try await ids(#"{site: {domain: {startsWith: "c-"}}}"#) == [])
        #expect(try await ids(#"{messages: {some: {author: {name: {startsWith: "c-"}}}}}"#) == [])
        #expect(
            try await ids(#"{siteId: {in: ["b-s1", "c-s1"]}, not: {site: {domain: {eq: "c-1.test"}}}}"#) == ["b-kb-1"])
        #expect(try await ids(#"{siteId: {in: ["b-s1", "c-s1"]}, not: {site: {domain: {ne: "c-1.test"}}}}"#) == [])
        #expect(try await ids(#"{siteId: {in: ["b-s1", "c-s1"]}, not: {site: {}}}"#) == ["b-kc-1"])
    }

    /// A client sees its own tickets, and of their messages those that are not internal.
    @Test func rowRulesHoldEverywhere() async throws {
        let database = try Self.database.get()
        let client = Viewer(id: "b-u3", role: "client", tenant: "b", tenants: ["b"])
        let tickets = try await database.ask(
            "{ tickets(orderBy: [{id: ASC}]) { id messages(orderBy: [{id: ASC}]) { id } } }", as: client)
        let text = String(decoding: tickets.body, as: UTF8.self)
        #expect(
            text
                == #"{"data":{"tickets":[{"id":"b-kb-2","messages":[{"id":"b-mb-kb-2a1"},{"id":"b-mb-kb-2b1"},{"id":"b-mb-kb-2c1"}]}]}}"#
        )
        let byRoot = try await database.ask(
            #"{ ticketMessages { ticketId } ticketMessage(id: "b-mb-kb-2a2") { id } ticket(id: "b-kb-1") { id } }"#,
            as: client)
        #expect(String(decoding: byRoot.body, as: UTF8.self).hasSuffix(#""ticketMessage":null,"ticket":null}}"#))
    }

    /// A rule that names a claim which the viewer does not have is false, also under `not` and
    /// `ne`.
    @Test func missingClaimsAreFalse() async throws {
        let database = try Self.database.get()
        let rolesFile = """
            roles:
              tester:
                reach: tenant
                Ticket: { read: { fields: all, rows: { not: { subject: { eq: $viewer.claims.secret } } } } }
            """
        let policy = try Policy.load(
            catalog: database.catalog, roles: .init(name: "roles.yaml", rolesFile), tenants: [])
        guard case .rules(let rules) = policy.rules(role: "tester", tenant: "b") else {
            throw SpotexFailure(description: "no rules")
        }
        func count(_ claims: [String: String]) async throws -> Int {
            let viewer = Viewer(id: "b-u1", role: "tester", tenant: "b", tenants: ["b"], claims: claims)
            let answer = await database.gateway.respond(
                to: GraphQLRequest(query: Array("{ tickets { id } }".utf8)), viewer: viewer, rules: rules)
            return try Self.texts(parseJSON(answer.body)).count
        }
        #expect(try await count([:]) == 0)
        #expect(try await count(["secret": "something"]) == 9)
        #expect(try await count(["secret": "b-subject"]) == 0)
    }
}
