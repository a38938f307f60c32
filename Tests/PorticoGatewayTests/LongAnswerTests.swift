import JSONBytes
import PorticoAccess
import PorticoGateway
import PostgresClient
import Testing

/// Requests that are cheap to send and long to answer, on a real database: where their work is
/// done, counted.
@Suite struct LongAnswerTests {
    private static let rows = """
        INSERT INTO tickets (id, tenant_id, creator_id, subject, description)
        SELECT 'long-' || n, 'agency-001', 'user-agency-001', 'long', repeat('0123456789', 250) FROM generate_series(1, 300) AS n
        """
    private static let database = Result { try SpotexDatabase(extra: rows) }
    private static let owner = SpotexDatabase.viewer("user-agency-001")

    /// A gateway of its own, so that no other work is counted.
    private func serving(
        _ change: (inout GatewaySettings) -> Void = { _ in },
        _ body: (EmbeddedGateway, SpotexDatabase) async throws -> Void
    ) async throws {
        let database = try Self.database.get()
        var settings = SpotexDatabase.settings
        change(&settings)
        let gateway = EmbeddedGateway(
            catalog: database.catalog, connection: try ConnectionSettings(database.url), settings: settings)
        _ = gateway.start()
        try await body(gateway, database)
        await gateway.stop()
    }

    private func ask(
        _ query: String, _ gateway: EmbeddedGateway, _ database: SpotexDatabase, variables: String = "{}",
        as viewer: Viewer = owner
    ) async throws -> EmbeddedGateway.Answer {
        let request = try GraphQLRequest(query: Array(query.utf8), variables: JSONText.members(variables))
        return await gateway.respond(
            to: request, viewer: viewer, rules: try database.rules(viewer), timeoutMilliseconds: 60_000)
    }

    /// Nine kilobytes of aliases ask for twenty thousand cursors.
    @Test func cursorsAreWrittenBesideTheLoop() async throws {
        let aliases = (0..<999).map { "c\($0):cursor" }.joined(separator: " ")
        let query = "{ ticketsConnection(first: 20) { edges { \(aliases) } pageInfo { endCursor } } }"
        try await serving { gateway, database in
            let small = try await ask(
                "{ ticketsConnection(first: 20) { edges { cursor } pageInfo { endCursor } } }", gateway, database)
            #expect(await gateway.statistics.besideLoop == 0)
            for round in 1...2 {
                let answer = try await ask(query, gateway, database)
                #expect(answer.outcome == .data)
                #expect(await gateway.statistics.besideLoop == round)
                let text = String(decoding: answer.body, as: UTF8.self)
                let last = try #require(text.components(separatedBy: #""endCursor":""#).last?.prefix { $0 != "\"" })
                #expect(String(decoding: small.body, as: UTF8.self).contains(#""endCursor":"\#(last)""#))
                #expect(
                    text.components(separatedBy: #":"\#(last)""#).count == 1_001,
                    "an edge's, under all its names, and the page's")
            }
        }
    }

    @Test func longAnswersAreWrittenBesideTheLoopAndShortOnesAreNot() async throws {
        let query = "query($n: Int!) { tickets(first: $n) { id subject description } }"
        try await serving { gateway, database in
            let short = try await ask(query, gateway, database, variables: #"{"n": 10}"#)
            #expect(short.outcome == .data)
            #expect(await gateway.statistics.besideLoop == 0)
            let long = try await ask(query, gateway, database, variables: #"{"n": 300}"#)
            #expect(long.body.count > 700_000)
            #expect(await gateway.statistics.besideLoop == 1)
            // The same bytes where all of it is done at once.
            #expect(try await database.ask(query, as: Self.owner, variables: #"{"n": 300}"#).body == long.body)
            #expect(long.observation.rows == 300 && long.observation.statements == 1)
        }
    }

    /// Work that waits off the loop is dropped with its request.
    @Test func whatIsCalledOffIsNotAnswered() async throws {
        try await serving({ $0.turn.answerBytes = 100 }) { gateway, database in
            let request = GraphQLRequest(query: Array("{ tickets(first: 100) { id description } }".utf8))
            let rules = try database.rules(Self.owner)
            let late = await gateway.respond(to: request, viewer: Self.owner, rules: rules, timeoutMilliseconds: 1)
            #expect(
                late.outcome == .nullData(.timeout) || late.outcome == .data || late.outcome == .requestError(.timeout))
            #expect(try await ask("{ tickets(first: 100) { id description } }", gateway, database).outcome == .data)
        }
    }

    // MARK: Values

    /// One list in many loads: that many bytes are assembled off the loop.
    @Test func longListsInManyPlacesAreBoundBesideTheLoop() async throws {
        let query =
            "query($v: [ID!]) { \((0..<30).map { "a\($0): tickets(where: {id: {in: $v}}) { id }" }.joined(separator: " ")) }"
        func variables(_ count: Int) -> String {
            #"{"v": [\#((0..<count).map { "\"ticket-\(1_000 + $0)\"" }.joined(separator: ","))]}"#
        }
        try await serving { gateway, database in
            for (count, pieces) in [(3, 0), (400, 1), (400, 1)] {
                let before = await gateway.offloadedPieces
                let answer = try await ask(query, gateway, database, variables: variables(count))
                #expect(answer.outcome == .data)
                #expect(await gateway.offloadedPieces == before + pieces)
            }
        }
    }

    @Test func longValidationIsBegunAnewBesideTheLoop() async throws {
        let query = "{ \(String(repeating: "tickets(first: 1) { id subject } ", count: 40)) }"
        try await serving({ $0.validationSteps = 1 }) { gateway, database in
            for pieces in [1, 0] {
                let before = await gateway.offloadedPieces
                let answer = try await ask(query, gateway, database)
                #expect(answer.outcome == .data)
                #expect(await gateway.offloadedPieces == before + pieces)
            }
        }
    }

    // MARK: Tenants

    /// The tenants of a viewer with twenty thousand are encoded once, off the loop; their
    /// statements go by themselves.
    @Test func manyTenantsAreEncodedOnceBesideTheLoop() async throws {
        func owner(_ tenants: TenantList) -> Viewer {
            Viewer(id: "user-agency-001", role: "agency_owner", tenant: "agency-001", tenants: tenants)
        }
        let few = owner(TenantList(["agency-001", "none"]))
        let many = owner(TenantList((0..<20_000).map { "no-tenant-\($0)" } + ["agency-001"]))
        let query =
            "{ tickets(first: 400) { id site { id name } creator { id } messages(first: 2) { id } } tenants { id } }"
        try await serving { gateway, database in
            let right = try await ask(query, gateway, database, as: few)
            #expect(String(decoding: right.body, as: UTF8.self).contains("long-1"))
            for pieces in [1, 0, 0] {
                let before = await (pieces: gateway.offloadedPieces, pool: gateway.poolStatistics)
                let answer = try await ask(query, gateway, database, as: many)
                #expect(answer.body == right.body)
                #expect(await gateway.offloadedPieces == before.pieces + pieces)
                let after = await gateway.poolStatistics
                #expect(after.merged == before.pool.merged && after.runApart == before.pool.runApart)
            }
            // A viewer that was made anew of the same list has it all.
            let before = await gateway.offloadedPieces
            #expect(try await ask(query, gateway, database, as: few.reaching(many.tenantList)).body == right.body)
            #expect(await gateway.offloadedPieces == before)
        }
    }
}
