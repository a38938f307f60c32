import PorticoAccess
import PorticoGateway
import PostgresClient
import Testing

/// What a request costs, counted: statements are the plan's loads, whatever the number of rows, and
/// the second request is planned no more.
@Suite struct CostTests {
    private static let many = """
        INSERT INTO wordpress_sites (id, tenant_id, name, domain) SELECT 'x-s' || n, 'agency-001', 'x', 'x' || n || '.test' FROM generate_series(1, 40) n;
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, subject) SELECT s.id || '-k' || n, s.tenant_id, s.id, 'user-client-001', 'x' FROM wordpress_sites s, generate_series(1, 5) n;
        INSERT INTO ticket_messages (id, ticket_id, author_id, body) SELECT k.id || '-m' || n, k.id, 'user-agency-001', 'x' FROM tickets k, generate_series(1, 3) n;
        """
    private static let nested =
        "query($id: ID!) { tenant(id: $id) { sites { id tickets { id creator { name } messages { id author { name } } } } } }"

    @Test func statementsDoNotGrowWithRows() async throws {
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let few = try await SpotexDatabase.shared.get().ask(
            Self.nested, as: viewer, variables: #"{"id": "agency-001"}"#)
        let database = try SpotexDatabase(extra: Self.many)
        let many = try await database.ask(Self.nested, as: viewer, variables: #"{"id": "agency-001"}"#)
        #expect(few.observation.statements == 6)
        #expect(many.observation.statements == 6)
        #expect(many.observation.rows > few.observation.rows * 50)
        #expect(await database.gateway.poolStatistics.submitted == 6)
    }

    /// The values of an aggregate are one statement and its groups another, for one parent and for
    /// forty.
    @Test func aggregatesDoNotGrowWithRows() async throws {
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let query =
            "{ sites(first: 500) { id ticketsAggregate { count max { subject } min { subject } groupBy(keys: {field: TENANT_ID}) { key { tenantId } count } } } }"
        for (extra, rows) in [("", 2), (Self.many, 42)] {
            let answer = try await SpotexDatabase(extra: extra).ask(query, as: viewer)
            #expect(answer.observation.statements == 3)
            #expect(answer.observation.rows == rows * 3, "a row of values and one group for each site")
        }
    }

    @Test func plansAndStatementsAreMadeOnce() async throws {
        let database = try SpotexDatabase()
        let viewer = SpotexDatabase.viewer("user-agency-001")
        var hits: [Bool] = []
        for id in ["agency-001", "agency-002", "nowhere"] {
            hits.append(
                try await database.ask(Self.nested, as: viewer, variables: "{\"id\": \"\(id)\"}").observation
                    .planCacheHit)
        }
        #expect(hits == [false, true, true])
    }

    /// What is not done takes no time: a cached operation is neither parsed nor planned, a refused
    /// one is not sent to PostgreSQL.
    @Test func stagesAreMeasuredWhereTheyTakePlace() async throws {
        let database = try SpotexDatabase()
        let viewer = SpotexDatabase.viewer("user-agency-001")
        func stages(_ query: String) async throws -> StageTimes {
            try await database.ask(query, as: viewer).observation.stages
        }
        func names(_ times: StageTimes) -> [String] {
            StageTimes.Stage.allCases.filter { times[$0] != nil }.map(\.rawValue)
        }
        let first = try await stages("{ tickets { id } }"), second = try await stages("{ tickets { id } }")
        #expect(names(first) == ["parse", "validate", "plan", "database", "write"])
        #expect(names(second) == ["database", "write"])
        for times in [first, second] {
            #expect(StageTimes.Stage.allCases.compactMap { times[$0] }.reduce(0, +) <= times.total)
        }
        #expect(names(try await stages("{ tickets { ")) == ["parse"])
        #expect(names(try await stages("{ nothing }")) == ["parse", "validate"])
        #expect(names(try await stages("{ tickets(first: 501) { id } }")) == ["parse", "validate", "plan"])
    }

    /// A slow request brings the SQL of its loads, without any value; PostgreSQL sees the operation
    /// and the plan before it.
    @Test func slowRequestsTellTheirLoads() async throws {
        var settings = GatewaySettings()
        settings.slowRequest = 0
        let database = try SpotexDatabase(settings: settings)
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let query = "query Seen($id: ID!) { tenant(id: $id) { sites { id } } users { name } activity: tickets { id } }"
        let observation = try await database.ask(query, as: viewer, variables: #"{"id": "agency-001"}"#).observation
        let loads = try #require(observation.loadMeasurements)
        #expect(loads.map(\.load.path) == ["tenant", "tenant.sites", "users", "activity"])
        #expect(loads.allSatisfy { $0.endedAt != nil && !$0.load.sql.contains("agency-001") })
        #expect(observation.plan?.utf8.count == 16)
        let fast = try await SpotexDatabase.shared.get().ask("{ tickets { id } }", as: viewer)
        #expect(fast.observation.loadMeasurements == nil)
    }

    /// Parent and child leave together where the child's key is known.
    @Test func knownKeysSaveARound() async throws {
        let database = try SpotexDatabase()
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let answer = try await database.ask(#"{ tenant(id: "agency-002") { sites { id } } }"#, as: viewer)
        #expect(answer.observation.statements == 2)
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"data":{"tenant":null}}"#)
    }

    @Test func theCostLimitCountsRowsThatMayBeTouched() async throws {
        let viewer = SpotexDatabase.viewer("user-agency-001")
        let answer = try await SpotexDatabase.shared.get().ask(
            "{ tickets(first: 500) { messages(first: 500) { ticket { messages(first: 500) { id } } } } }", as: viewer)
        #expect(answer.outcome == .requestError(.limitExceeded))
        let aggregates = "{ tickets(first: 500) { messages(first: 100) { ticket { messagesAggregate { count } } } } }"
        #expect(
            try await SpotexDatabase.shared.get().ask(aggregates, as: viewer).outcome == .requestError(.limitExceeded),
            "all rows of each list may be touched")
    }
}
