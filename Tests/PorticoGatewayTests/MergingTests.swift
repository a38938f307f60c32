import JSONBytes
import PorticoAccess
import PorticoGateway
import PostgresClient
import TestCluster
import TestRandom
import Testing

/// Loads of different requests in one statement: every viewer gets byte for byte what it gets
/// alone.
@Suite struct MergingTests {
    /// Viewers who share plans, since their roles' rules are equal, and in the last group viewers
    /// of all rules, who share what statements are the same: what would mix if anything did.
    static let groups: [[Viewer]] = ofOneRole + [ofOneRole.flatMap { $0 }]
    private static let ofOneRole: [[Viewer]] = [
        ["a", "b", "c"].map { Viewer(id: "\($0)-u1", role: "agency_owner", tenant: $0, tenants: [$0]) },
        [["a", "b"], ["b", "c"], [], ["a", "b", "c"]].map {
            Viewer(id: "a-u1", role: "agency_owner", tenant: "a", tenants: $0)
        },
        ["a", "b", "c"].flatMap { tenant in
            (2...4).map { Viewer(id: "\(tenant)-u\($0)", role: "client", tenant: tenant, tenants: [tenant]) }
        },
        ["a", "b", "c"].map { Viewer(id: "\($0)-u2", role: "agency_agent", tenant: $0, tenants: [$0]) },
        [
            Viewer(id: "a-u1", role: "super_admin", tenant: "a", tenants: ["a"]),
            Viewer(id: "b-u1", role: "super_admin", tenant: "b", tenants: ["b"]),
        ],
    ]

    /// Operations whose requests differ by their variables.
    static let operations: [(query: String, variables: @Sendable (inout SeededGenerator) -> String)] = [
        (
            "query($id: ID!) { ticket(id: $id) { id subject site { id name } messages(first: 2) { id body } } }",
            { #"{"id": "\#(tenant(&$0))-k\#(tenant(&$0))-\#(Int.random(in: 1...3, using: &$0))"}"# }
        ),
        (
            "query($id: ID!) { site(id: $id) { name tickets(first: 3) { id creator { id } } } }",
            { #"{"id": "\#(tenant(&$0))-s\#(Int.random(in: 1...4, using: &$0))"}"# }
        ),
        (
            "query($n: Int, $o: Int) { tickets(first: $n, offset: $o) { id messages(first: $n) { id author { name } } } }",
            { #"{"n": \#(Int.random(in: 0...4, using: &$0)), "o": \#(Int.random(in: 0...3, using: &$0))}"# }
        ),
        (
            "query($s: [TicketStatus!], $t: String) { tickets(where: {or: [{status: {in: $s}}, {subject: {startsWith: $t}}]}) { id status } }",
            {
                let statuses = [#""OPEN""#, #""CLOSED", "WAITING""#, ""].randomElement(using: &$0) ?? ""
                return #"{"s": [\#(statuses)], "t": "\#(tenant(&$0))"}"#
            }
        ),
        (
            "query($n: Int, $d: DateTime) { ticketsConnection(first: $n, where: {createdAt: {gte: $d}}) { totalCount edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }",
            {
                #"{"n": \#(Int.random(in: 1...5, using: &$0)), "d": "200\#(Int.random(in: 0...9, using: &$0))-01-01T00:00:00Z"}"#
            }
        ),
        (
            "query($t: String) { ticketsAggregate(where: {subject: {startsWith: $t}}) { count min { createdAt } groupBy(keys: [{field: STATUS}]) { key { status } count } } viewer { id } }",
            {
                #"{"t": "\#(tenant(&$0))"}"#
            }
        ),
        (
            "{ payments(where: {amount: {gt: \"0\"}}) { id subscription { id } } auditLogs(first: 2) { id user { id name } } tenants(first: 2) { id sites { id } __typename } }",
            { _ in "{}" }
        ),
    ]

    private static func tenant(_ random: inout SeededGenerator) -> String {
        TangledData.tenants.randomElement(using: &random) ?? "a"
    }

    /// One connection, so that everything but the first waits.
    private static func gateways(
        _ database: SpotexDatabase
    ) throws -> (merging: EmbeddedGateway, single: EmbeddedGateway) {
        func gateway(_ keys: Int) throws -> EmbeddedGateway {
            var pool = ConnectionPool.Settings()
            pool.slowAfter = 60_000
            pool.connections = keys > 0 ? 1 : 4
            pool.mergedKeys = keys
            // A busy machine takes its time to connect.
            pool.unavailableAfter = 60_000
            let gateway = EmbeddedGateway(
                catalog: database.catalog, connection: try ConnectionSettings(database.url), poolSettings: pool,
                settings: SpotexDatabase.settings)
            _ = gateway.start()
            return gateway
        }
        return (try gateway(300), try gateway(0))
    }

    private struct Asked: Sendable {
        var viewer: Viewer
        var rules: CompiledPolicy
        var query: String
        var variables: String

        func ask(_ gateway: EmbeddedGateway) async throws -> [UInt8] {
            let request = try GraphQLRequest(query: Array(query.utf8), variables: JSONText.members(variables))
            return await gateway.respond(to: request, viewer: viewer, rules: rules, timeoutMilliseconds: 60_000).body
        }
    }

    @Test(arguments: groups.indices) func everyoneGetsWhatItGetsAlone(_ group: Int) async throws {
        let database = try IsolationTests.database.get()
        let (merging, single) = try Self.gateways(database)
        let viewers = Self.groups[group]
        var random = SeededGenerator(seed: 7 + UInt64(group))
        var queries = RandomQueries(seed: 11 + UInt64(group), schema: try database.rules(viewers[0]).schema)
        for _ in 0..<12 {
            let texts = (0..<3).map { _ in (queries.next(), "{}") }
            var round: [Asked] = []
            for _ in 0..<40 {
                guard let viewer = viewers.randomElement(using: &random),
                    let operation = Self.operations.randomElement(using: &random)
                else { continue }
                let (query, variables) =
                    Int.random(in: 0..<3, using: &random) == 0
                    ? texts[Int.random(in: 0..<3, using: &random)] : (operation.query, operation.variables(&random))
                round.append(
                    Asked(viewer: viewer, rules: try database.rules(viewer), query: query, variables: variables))
            }
            let together = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { tasks in
                for (index, asked) in round.enumerated() { tasks.addTask { (index, try await asked.ask(merging)) } }
                var bodies: [Int: [UInt8]] = [:]
                for try await (index, body) in tasks { bodies[index] = body }
                return bodies
            }
            for (index, asked) in round.enumerated() {
                let alone = try await asked.ask(single)
                let isSame = together[index] == alone
                #expect(
                    isSame,
                    "\(asked.viewer.id ?? "") in \(asked.viewer.tenants) asked \(asked.query) with \(asked.variables)")
            }
        }
        let statistics = await merging.poolStatistics
        #expect(statistics.merged > 200, "\(statistics.merged) of \(statistics.submitted) statements were run together")
        #expect(statistics.runApart == 0)
        #expect(await single.poolStatistics.merged == 0)
        await merging.stop()
        await single.stop()
    }

    /// Twenty requests that find the only connection busy: all go with one statement.
    @Test func whatWaitsTogetherIsOneStatement() async throws {
        let database = try SpotexDatabase(extra: TangledData.sql)
        let (merging, single) = try Self.gateways(database)
        let viewers = Self.groups[0]
        let asked = try (0..<20).map { index in
            let viewer = viewers[index % 3]
            let variables = #"{"id": "\#(TangledData.tenants[index % 2])-kb-1"}"#
            return Asked(
                viewer: viewer, rules: try database.rules(viewer), query: "query($id: ID!) { ticket(id: $id) { id } }",
                variables: variables)
        }
        var expected: [[UInt8]] = []
        for asked in asked { expected.append(try await asked.ask(single)) }
        _ = try await asked[0].ask(merging)
        let before = await merging.poolStatistics

        // The connection is busy while another holds a table's exclusive lock.
        async let holder: Void = withTaskExecutorPreference(BlockingThreads.executor) {
            _ = try? database.cluster.psql(
                "BEGIN; LOCK TABLE domains IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)", database: database.name)
        }
        try await Self.until {
            try database.cluster.psql(
                "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'domains'::regclass",
                database: database.name) == "1\n"
        }
        var busy = asked[0]
        (busy.query, busy.variables) = ("{ domains { id } }", "{}")
        async let held = busy.ask(merging)
        while await merging.poolStatistics.submitted == before.submitted { await Task.yield() }
        async let answers = withThrowingTaskGroup(of: (Int, [UInt8]).self) { tasks in
            for (index, asked) in asked.enumerated() { tasks.addTask { (index, try await asked.ask(merging)) } }
            var bodies: [Int: [UInt8]] = [:]
            for try await (index, body) in tasks { bodies[index] = body }
            return bodies
        }
        while await merging.poolStatistics.submitted < before.submitted + 21 { await Task.yield() }
        try await Self.until {
            try database.cluster.psql(
                "SELECT 'ended ' || count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
                database: database.name
            )
            .contains("ended 1")
        }
        _ = try await held
        for (index, body) in try await answers { #expect(body == expected[index]) }
        await holder
        let after = await merging.poolStatistics
        #expect(after.sent - before.sent == 2, "one for what held the connection, and one for all others")
        #expect(after.merged - before.merged == 20)
        await merging.stop()
        await single.stop()
    }

    /// Asks the database again and again, on a thread that may block.
    private static func until(_ holds: @escaping @Sendable () throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await withTaskExecutorPreference(BlockingThreads.executor, operation: { try holds() }) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw SpotexFailure(description: "what was waited for did not come")
    }
}
