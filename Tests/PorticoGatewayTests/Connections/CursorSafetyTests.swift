import JSONBytes
import PorticoAccess
import PorticoGateway
import PorticoCatalog
import Testing

/// A cursor is good for the query and the viewer that it came from and for nothing else; and what a
/// viewer may not see shows in no page.
@Suite struct CursorSafetyTests {
    private static var database: Result<SpotexDatabase, any Error> { IsolationTests.database }
    private static let owner = Viewer(id: "a-u1", role: "agency_owner", tenant: "a", tenants: ["a", "b"])
    private static let base = #"tickets|where: {status: {in: [OPEN, CLOSED]}}, orderBy: [{subject: ASC}], first: 2"#

    private func ask(
        _ description: String, after cursor: String? = nil, as viewer: Viewer = owner, variables: String = "{}"
    ) async throws -> EmbeddedGateway.Answer {
        let parts = description.split(separator: "|").map(String.init)
        let head = parts.count > 2 ? parts[2] : "{"
        let query =
            "\(head) page: \(parts[0])Connection(\(parts[1])\(cursor.map { ", after: \"\($0)\"" } ?? "")) { edges { cursor node { id } } } }"
        return try await Self.database.get().ask(query, as: viewer, variables: variables)
    }

    private func cursor(_ description: String = base, as viewer: Viewer = owner) async throws -> String {
        let answer = try await ask(description, as: viewer)
        return try #require(
            try parseJSON(answer.body)["data"]?["page"]?["edges"]?.items.first?["cursor"]?.text,
            "\(String(decoding: answer.body, as: UTF8.self))")
    }

    private func isRefused(_ answer: EmbeddedGateway.Answer) -> Bool {
        answer.outcome == .requestError(.badInput)
            && String(decoding: answer.body, as: UTF8.self).contains("A cursor works with the field")
    }

    /// The size of a page is free, and so is how a filter is spelled.
    @Test(arguments: [
        (base, "{}"),
        (#"tickets|where: {status: {in: [OPEN, CLOSED]}}, orderBy: [{subject: ASC_NULLS_LAST}], first: 50"#, "{}"),
        (
            #"tickets|where: $w, orderBy: [{subject: ASC}]|query($w: TicketFilter) {"#,
            #"{"w": {"status": {"in": ["OPEN", "CLOSED"]}}}"#
        ),
        (
            #"tickets|where: {status: {in: [OPEN, $s]}}, orderBy: [{subject: ASC}, {id: ASC}]|query($s: TicketStatus!) {"#,
            #"{"s": "CLOSED"}"#
        ),
    ])
    func worksWithItsQuery(_ query: String, _ variables: String) async throws {
        #expect(try await ask(query, after: try await cursor(), variables: variables).outcome == .data)
    }

    @Test(arguments: [
        #"tickets|where: {status: {in: [OPEN]}}, orderBy: [{subject: ASC}]"#,
        #"tickets|where: {status: {in: [CLOSED, OPEN]}}, orderBy: [{subject: ASC}]"#,
        #"tickets|where: {status: {notIn: [OPEN, CLOSED]}}, orderBy: [{subject: ASC}]"#,
        #"tickets|where: {priority: {in: []}}, orderBy: [{subject: ASC}]"#,
        #"tickets|orderBy: [{subject: ASC}]"#,
        #"tickets|where: {status: {in: [OPEN, CLOSED]}}, orderBy: [{subject: DESC}]"#,
        #"tickets|where: {status: {in: [OPEN, CLOSED]}}, orderBy: [{subject: ASC_NULLS_FIRST}]"#,
        #"tickets|where: {status: {in: [OPEN, CLOSED]}}, orderBy: [{description: ASC}]"#,
        #"tickets|where: {status: {in: [OPEN, CLOSED]}}"#,
        #"users|first: 1"#,
    ])
    func worksWithNoOtherQuery(_ query: String) async throws {
        let cursor = try await cursor()
        #expect(isRefused(try await ask(query, after: cursor)))
    }

    @Test(arguments: [
        Viewer(id: "a-u2", role: "agency_owner", tenant: "a", tenants: ["a", "b"]),
        Viewer(id: "a-u1", role: "agency_owner", tenant: "b", tenants: ["a", "b"]),
        Viewer(id: nil, role: "agency_owner", tenant: "a", tenants: ["a", "b"]),
    ])
    func worksForNoOtherViewer(_ viewer: Viewer) async throws {
        let cursor = try await cursor()
        #expect(isRefused(try await ask(Self.base, after: cursor, as: viewer)))
    }

    /// Also below a row: the field is another.
    @Test func worksForNoOtherField() async throws {
        let cursor = try await cursor("tickets|orderBy: [{subject: ASC}]")
        let answer = try await Self.database.get().ask(
            #"{ tenant(id: "a") { ticketsConnection(orderBy: [{subject: ASC}], after: "\#(cursor)") { nodes { id } } } }"#,
            as: Self.owner)
        #expect(isRefused(answer))
    }

    @Test func isTheSameEveryTime() async throws {
        #expect(try await cursor() == (try await cursor()))
    }

    @Test func cannotBeForged() async throws {
        let cursor = try await cursor()
        for position in stride(from: 0, to: cursor.count, by: 7) {
            var characters = Array(cursor)
            characters[position] = characters[position] == "A" ? "B" : "A"
            #expect(isRefused(try await ask(Self.base, after: String(characters))))
        }
        for text in ["", "x", String(cursor.dropLast()), cursor + "A", cursor + "=", " ", "ä", "\\u0000"] {
            #expect(isRefused(try await ask(Self.base, after: text)), "\(text)")
        }
        let long = try await ask(Self.base, after: String(repeating: "A", count: 8_193))
        #expect(long.outcome == .requestError(.badInput))
        #expect(String(decoding: long.body, as: UTF8.self).contains("none has more than 8192 characters"))
    }

    /// A null or left out cursor begins at the start; a variable that is not a text does not
    /// coerce.
    @Test func nullBeginsAtTheStart() async throws {
        let database = try Self.database.get()
        let query = "query($c: String) { ticketsConnection(after: $c, first: 1) { nodes { id } } }"
        let without = try await database.ask(query, as: Self.owner),
            null = try await database.ask(query, as: Self.owner, variables: #"{"c": null}"#)
        #expect(without.outcome == .data && without.body == null.body)
    }

    /// A row's text that no cursor can hold: the page is there, and only going on from that row is
    /// refused.
    @Test func rowsTooLongForACursor() async throws {
        let database = try SpotexDatabase(
            extra: "UPDATE tickets SET subject = repeat('x', 100000) WHERE id = 'ticket-001';")
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let walk = PageWalk(
            database: database, viewer: viewer, list: "tickets", type: "Ticket",
            filter: #"{"id": {"eq": "ticket-001"}}"#, order: #"[{"subject": "ASC"}]"#)
        let page = try await walk.page(#""first": 1"#)
        #expect(page.ids == ["ticket-001"])
        let end = try #require(page.end)
        #expect(end.utf8.count < 100)
        let answer = try await database.ask(
            #"{ ticketsConnection(where: {id: {eq: "ticket-001"}}, orderBy: [{subject: ASC}], after: "\#(end)") { nodes { id } } }"#,
            as: viewer)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("too long for a cursor"))
    }

    // MARK: What may not be seen

    @Test func countsAndFlagsAreOfVisibleRows() async throws {
        let database = try Self.database.get()
        let client = Viewer(id: "b-u3", role: "client", tenant: "b", tenants: ["b"])
        let answer = try await database.ask(
            "{ ticketsConnection(first: 1) { totalCount nodes { id messagesConnection { totalCount } } pageInfo { hasNextPage } } }",
            as: client)
        #expect(
            String(decoding: answer.body, as: UTF8.self)
                == #"{"data":{"ticketsConnection":{"totalCount":1,"nodes":[{"id":"b-kb-2","messagesConnection":{"totalCount":3}}],"pageInfo":{"hasNextPage":false}}}}"#
        )
    }

    /// What precedes a cursor is looked for under the same rules: when only the row of the cursor
    /// itself is hidden now, nothing does.
    @Test func flagsDoNotFeelHiddenRows() async throws {
        let database = try SpotexDatabase(extra: TangledData.sql)
        let client = Viewer(id: "b-u3", role: "client", tenant: "b", tenants: ["b"])
        let first = try await database.ask("{ ticketsConnection(first: 1) { pageInfo { endCursor } } }", as: client)
        let cursor = try #require(
            try parseJSON(first.body)["data"]?["ticketsConnection"]?["pageInfo"]?["endCursor"]?.text)
        let query = #"{ ticketsConnection(after: "\#(cursor)") { pageInfo { hasPreviousPage } } }"#
        #expect(
            String(decoding: try await database.ask(query, as: client).body, as: UTF8.self).contains(
                #""hasPreviousPage":true"#))
        try database.cluster.psql("UPDATE tickets SET creator_id = 'b-u1' WHERE id = 'b-kb-2'", database: database.name)
        #expect(
            String(decoding: try await database.ask(query, as: client).body, as: UTF8.self).contains(
                #""hasPreviousPage":false"#))
    }

    /// A hidden field has no part in the order of pages, neither stated nor by default, so that no
    /// cursor holds it.
    @Test func hiddenFieldsCannotBePagedBy() async throws {
        let database = try Self.database.get()
        let roles = "roles: { tester: { reach: tenant, Ticket: { read: { fields: { except: [createdAt] } } } } }"
        let policy = try Policy.load(catalog: database.catalog, roles: .init(name: "roles.yaml", roles), tenants: [])
        guard case .rules(let rules) = policy.rules(role: "tester", tenant: "b") else {
            throw SpotexFailure(description: "no rules")
        }
        let viewer = Viewer(id: "b-u1", role: "tester", tenant: "b", tenants: ["b"])
        func ask(_ query: String) async -> EmbeddedGateway.Answer {
            await database.gateway.respond(to: GraphQLRequest(query: Array(query.utf8)), viewer: viewer, rules: rules)
        }
        #expect(
            await ask("{ ticketsConnection(orderBy: [{createdAt: ASC}]) { nodes { id } } }").outcome
                == .requestError(.validationError))
        let byDefault = await ask("{ ticketsConnection { edges { cursor node { id } } } }"),
            byKey = await ask("{ ticketsConnection(orderBy: [{id: ASC}]) { edges { cursor node { id } } } }")
        #expect(byDefault.body == byKey.body)
        #expect(byDefault.observation.rows == 9)
    }

    /// The same key under which another field is hidden: a list that may not be read has no
    /// connection either.
    @Test func aHiddenListHasNoConnection() async throws {
        let database = try Self.database.get()
        let client = Viewer(id: "b-u3", role: "client", tenant: "b", tenants: ["b"])
        for query in [
            "{ auditLogsConnection { totalCount } }", "{ tenants { usersConnection { totalCount } } }",
            "{ paymentsConnection { totalCount } }",
        ] {
            #expect(try await database.ask(query, as: client).outcome == .requestError(.validationError), "\(query)")
        }
        #expect(try database.rules(client).schema.type("AuditLogConnection") == nil)
    }

    @Test func bothCountForTheCost() async throws {
        let answer = try await Self.database.get().ask(
            "{ ticketsConnection(first: 500) { nodes { messagesConnection(first: 500) { nodes { ticket { messagesConnection(last: 500) { nodes { id } } } } } } } }",
            as: Self.owner)
        #expect(answer.outcome == .requestError(.limitExceeded))
    }
}
