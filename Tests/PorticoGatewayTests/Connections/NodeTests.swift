import JSONBytes
import PorticoAccess
import PorticoGateway
import Testing

/// Global ids find rows of any type under the same rules as any other way does.
@Suite struct NodeTests {
    private static var database: Result<SpotexDatabase, any Error> { IsolationTests.database }
    private static let owner = Viewer(id: "a-u1", role: "agency_owner", tenant: "a", tenants: ["a", "b"])
    private static let query =
        "query($id: ID!) { node(nodeId: $id) { __typename nodeId ... on Ticket { id } ... on AuditLog { id } } }"

    private func ask(_ id: String, as viewer: Viewer = owner, query: String = query) async throws -> String {
        String(
            decoding: try await Self.database.get().ask(query, as: viewer, variables: "{\"id\": \"\(id)\"}").body,
            as: UTF8.self)
    }

    private func id(_ type: String, _ key: [UInt8], version: UInt8 = 1) -> String {
        Base64.url([version] + Array(type.utf8) + [0] + key)
    }

    /// What a row gives as its id finds that row again, for every type that has a list.
    @Test(arguments: [
        "tenants", "users", "sites", "tickets", "ticketMessages", "domains", "tenantSubscriptions", "payments",
        "notifications", "auditLogs",
    ])
    func idsFindTheirRows(_ list: String) async throws {
        let database = try Self.database.get()
        let answer = try await database.ask("{ rows: \(list)(first: 3) { __typename nodeId } }", as: Self.owner)
        let rows = try parseJSON(answer.body)["data"]?["rows"]?.items ?? []
        #expect(!rows.isEmpty)
        for row in rows {
            let found = try parseJSON(Array(try await ask(try #require(row["nodeId"]?.text)).utf8))["data"]?["node"]
            #expect(found?["nodeId"] == row["nodeId"])
            #expect(found?["__typename"] == row["__typename"])
        }
    }

    /// Null, and nothing that tells which of these it was.
    @Test(arguments: ["", "x", "Ti", "%%", "AQ", "AVRpY2tldA"]) func whatIsNoIDIsNull(_ text: String) async throws {
        #expect(try await ask(text) == #"{"data":{"node":null}}"#)
    }

    @Test func whatNamesNoVisibleRowIsNull() async throws {
        let hidden = [
            id("Ticket", Array("c-kc-1".utf8)), id("Ticket", Array("nowhere".utf8)), id("Ticket", []),
            id("Nothing", Array("a".utf8)), id("Query", Array("a".utf8)),
            id("Ticket", Array("a-ka-1".utf8), version: 2), id("ticket", Array("a-ka-1".utf8)),
            id("Node", Array("a".utf8)),
        ]
        for id in hidden { #expect(try await ask(id) == #"{"data":{"node":null}}"#, "\(id)") }
        #expect(try await ask(id("Ticket", Array("a-ka-1".utf8))).contains("a-ka-1"))
    }

    /// Keys that PostgreSQL would refuse to read are no rows, not errors.
    @Test func keysOfAnotherFormAreNull() async throws {
        for key in [[0xFF, 0xFE], [0x61, 0x00], [0xC0, 0x80]] as [[UInt8]] {
            #expect(try await ask(id("Ticket", key)) == #"{"data":{"node":null}}"#)
        }
        for key in [[], [1], [0, 0, 0, 0, 0, 0, 0, 0, 1], Array("1".utf8)] as [[UInt8]] {
            #expect(try await ask(id("AuditLog", key)) == #"{"data":{"node":null}}"#)
        }
        #expect(try await ask(String(repeating: "A", count: 5_000)) == #"{"data":{"node":null}}"#)
    }

    /// A type that the viewer's role does not see at all is as a row that is not there.
    @Test func unreadableTypesAreNull() async throws {
        let client = Viewer(id: "b-u3", role: "client", tenant: "b", tenants: ["b"])
        let query = "query($id: ID!) { node(nodeId: $id) { __typename nodeId } }"
        #expect(
            try await ask(id("Payment", Array("b-pb".utf8)), as: client, query: query) == #"{"data":{"node":null}}"#)
        #expect(try await ask(id("Payment", Array("b-pb".utf8)), query: query).contains("Payment"))
        #expect(
            try await ask(id("Ticket", Array("b-kb-1".utf8)), as: client, query: query) == #"{"data":{"node":null}}"#)
        #expect(try await ask(id("Ticket", Array("b-kb-2".utf8)), as: client, query: query).contains("Ticket"))
    }

    /// One operation asks for ids of several types; its plans depend on the types and not on the
    /// keys.
    @Test func plansDependOnTheTypeAlone() async throws {
        let database = try SpotexDatabase(extra: TangledData.sql)
        var hits: [Bool] = []
        for id in [
            id("Ticket", Array("a-ka-1".utf8)), id("Ticket", Array("b-kb-1".utf8)), id("Site", Array("a-s1".utf8)), "x",
            "y", id("Other", [1]), id("Ticket", [2]),
        ] {
            hits.append(
                try await database.ask(Self.query, as: Self.owner, variables: "{\"id\": \"\(id)\"}").observation
                    .planCacheHit)
        }
        #expect(hits == [false, true, false, false, true, true, true])
    }

    /// Two at once, by a literal and by a variable with a default; fragments apply to the type that
    /// is there.
    @Test func severalAtOnce() async throws {
        let (ticket, site) = (id("Ticket", Array("a-ka-1".utf8)), id("Site", Array("a-s1".utf8)))
        let query = """
            query($id: ID = "\(site)") { a: node(nodeId: "\(ticket)") { ...N ... on Site { name } } b: node(nodeId: $id) { ...N ... on Node { nodeId } ... on Site { tickets(first: 1) { id } } } }
            fragment N on Node { kind: __typename ... on Ticket { subject } }
            """
        let answer = try await Self.database.get().ask(query, as: Self.owner)
        #expect(
            String(decoding: answer.body, as: UTF8.self).hasPrefix(
                #"{"data":{"a":{"kind":"Ticket","subject":"a-subject"},"b":{"kind":"Site","nodeId":"\#(site)","tickets":[{"id":"#
            ))
    }

    /// A hidden key hides the global id, and no other type's with it.
    @Test func aHiddenKeyHasNoGlobalID() async throws {
        let database = try Self.database.get()
        let roles =
            "roles: { tester: { reach: tenant, Ticket: { read: { fields: [subject] } }, Site: { read: { fields: [id, name] } } } }"
        let policy = try Policy.load(catalog: database.catalog, roles: .init(name: "roles.yaml", roles), tenants: [])
        guard case .rules(let rules) = policy.rules(role: "tester", tenant: "b") else {
            throw SpotexFailure(description: "no rules")
        }
        #expect(rules.schema.isPossible("Site", for: "Node") && !rules.schema.isPossible("Ticket", for: "Node"))
        #expect(
            rules.schema.type("Ticket")?.fields?["nodeId"] == nil && rules.schema.type("Node")?.fields?["nodeId"] != nil
        )
        let viewer = Viewer(id: "b-u1", role: "tester", tenant: "b", tenants: ["b"])
        let request = GraphQLRequest(
            query: Array("{ node(nodeId: \"\(id("Ticket", Array("b-kb-1".utf8)))\") { nodeId } }".utf8))
        #expect(
            String(
                decoding: await database.gateway.respond(to: request, viewer: viewer, rules: rules).body, as: UTF8.self)
                == #"{"data":{"node":null}}"#)
    }
}
