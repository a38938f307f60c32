import Foundation
import PorticoAccess
import PorticoGateway
import PostgresClient
import TestCluster
import Testing

/// One tenant's slow requests beside another tenant's, and requests whose time is over: counted by
/// what runs in PostgreSQL, which a lock holds back.
@Suite(.serialized, .onBlockingThreads, .timeLimit(.minutes(5))) struct FloodTests {
    private static let agency = SpotexDatabase.viewer("user-agency-001"),
        other = SpotexDatabase.viewer("user-agency-002")
    /// What the lock holds back, and what it does not.
    private static let slow = "{ tickets { id } }", quick = "{ users { id } }"

    private static func wait(_ holds: () async throws -> Bool) async throws {
        for _ in 0..<2_000 {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("what was waited for did not happen")
    }

    /// Sessions of the gateway that run something.
    private static func active(_ database: SpotexDatabase) throws -> Int {
        let text = try database.cluster.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                + " AND query NOT LIKE 'LOCK%'", database: database.name)
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    private static func lock(_ database: SpotexDatabase) throws -> BlockingConnection {
        let writer = try BlockingConnection(ConnectionSettings(database.url))
        try writer.execute("BEGIN")
        try writer.execute("LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE")
        return writer
    }

    // MARK: A flood

    @Test func aFloodOfSlowRequestsDelaysNoOtherTenant() async throws {
        let database = try SpotexDatabase()
        let right = try await database.answer(Self.quick, as: "user-agency-002")
        _ = try await database.answer(Self.quick, as: "user-agency-001")
        let writer = try Self.lock(database)
        let rules = try database.rules(Self.agency)
        let flood = (0..<200).map { _ in
            Task {
                await database.gateway.respond(
                    to: GraphQLRequest(query: Array(Self.slow.utf8)), viewer: Self.agency, rules: rules,
                    timeoutMilliseconds: 60_000)
            }
        }
        try await Self.wait { try Self.active(database) == 3 }
        // One after the other: each is answered while all of the flood stands.
        for _ in 0..<20 { #expect(try await database.answer(Self.quick, as: "user-agency-002") == right) }
        #expect(try Self.active(database) == 3)
        let before = await database.gateway.poolStatistics
        #expect(
            before.sent == 22 + 3,
            "of the flood one statement is on each connection but one; the others wait to go together")
        try writer.execute("COMMIT")
        var answered = 0
        for request in flood where await request.value.outcome == .data { answered += 1 }
        #expect(answered == 200, "and the flood itself is served, too")
    }

    // MARK: Deadlines

    @Test(arguments: Consistency.allCases) func aDeadlineEndsTheStatementInPostgreSQL(
        consistency: Consistency
    ) async throws {
        let database = try SpotexDatabase()
        let rules = try RequestLimitTests.rules(.role, .requestTimeout, 300, database)
        let writer = try Self.lock(database)
        var request = GraphQLRequest(query: Array("{ users { id createdTickets { id } } }".utf8))
        request.consistency = consistency
        async let pending = database.gateway.respond(
            to: request, viewer: Viewer(id: "user-admin-001", role: "tester", tenant: "agency-001", tenants: []),
            rules: rules)
        try await Self.wait { try Self.active(database) == 1 }
        let answer = await pending
        #expect(answer.outcome == .nullData(.timeout))
        #expect(String(decoding: answer.body, as: UTF8.self).contains(#""code":"TIMEOUT","limit":"requestTimeout""#))
        // The lock still stands, and nothing waits for it: PostgreSQL was told.
        try await Self.wait { try Self.active(database) == 0 }
        #expect(await database.gateway.poolStatistics.cancels == 1)
        try writer.execute("COMMIT")
        #expect(try await database.answer(Self.slow, as: "user-agency-001").contains("ticket-001"))
        #expect(await database.gateway.poolStatistics.connectionsLost == 0)
    }
}
