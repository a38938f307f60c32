import PorticoAccess
import PorticoGateway
import Testing

/// With PostgreSQL's statistics, the cost of an operation is what it finds and no longer what it
/// could ask for.
@Suite struct StatisticsTests {
    private static let many = """
        INSERT INTO wordpress_sites (id, tenant_id, name, domain) SELECT 'x-s' || n, 'agency-001', 'x', 'x' || n || '.test' FROM generate_series(1, 40) n;
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, subject) SELECT s.id || '-k' || n, s.tenant_id, s.id, 'user-client-001', 'x' FROM wordpress_sites s, generate_series(1, 5) n;
        ANALYZE;
        """

    private static func isAnswered(_ query: String, cost: Int, _ database: SpotexDatabase) async throws -> Bool {
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let rules = try database.rules(viewer)
        var limits = rules.limits
        limits[.cost] = cost
        let bounded = CompiledPolicy(
            fingerprint: rules.fingerprint &+ UInt64(cost), role: rules.role, reach: rules.reach,
            catalog: rules.catalog, schema: rules.schema, types: rules.types, limits: limits)
        let answer = await database.gateway.respond(
            to: GraphQLRequest(query: Array(query.utf8)), viewer: viewer, rules: bounded)
        if answer.outcome == .data { return true }
        #expect(answer.observation.limit == .cost)
        return false
    }

    @Test func listsCostWhatThereIs() async throws {
        let database = try SpotexDatabase(extra: Self.many)
        let query = "{ sites(first: 100) { tickets(first: 100) { id } } }"
        #expect(try await !Self.isAnswered(query, cost: 2000, database), "by its `first`s it may touch 10,100 rows")
        await database.gateway.readStatistics()
        #expect(try await Self.isAnswered(query, cost: 2000, database), "there are some 40 sites with 5 tickets each")
        #expect(try await !Self.isAnswered(query, cost: 100, database), "which are more than a hundred all the same")
    }

    @Test func aggregatesCostTheRowsThatTheyLookAt() async throws {
        let database = try SpotexDatabase(extra: Self.many)
        let query = "{ ticketsAggregate { count } }"
        await database.gateway.readStatistics()
        #expect(try await Self.isAnswered(query, cost: 500, database))
        #expect(try await !Self.isAnswered(query, cost: 50, database))
    }

    @Test func withoutStatisticsTheFirstsTell() async throws {
        let database = try SpotexDatabase()
        await database.gateway.readStatistics()
        #expect(
            try await !Self.isAnswered("{ sites(first: 100) { tickets(first: 100) { id } } }", cost: 2000, database),
            "tables that were never analysed say nothing")
    }
}
