import Foundation
import PorticoGateway
import PostgresClient
import Testing

/// «One moment in time»: what a request sees while somebody writes between its loads.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SnapshotTests {
    private static let query = "{ tickets { id subject messages { body } } }"
    private static let viewer = SpotexDatabase.viewer("user-agency-001")

    private static func ask(
        _ database: SpotexDatabase, _ consistency: Consistency?, _ query: String = query
    ) async throws -> EmbeddedGateway.Answer {
        var request = GraphQLRequest(query: Array(query.utf8))
        request.consistency = consistency
        return await database.gateway.respond(to: request, viewer: viewer, rules: try database.rules(viewer))
    }

    private static func text(_ answer: EmbeddedGateway.Answer) -> String {
        String(decoding: answer.body, as: UTF8.self)
    }

    /// Sessions that wait for the writer's lock.
    private static let waiting =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'"

    /// Changes both levels of the query in one transaction, which holds the second level back until
    /// `meanwhile` is done.
    private static func write(
        _ database: SpotexDatabase, asking: @escaping @Sendable () async throws -> EmbeddedGateway.Answer,
        meanwhile: () async throws -> Void = {}
    ) async throws -> String {
        let writer = try BlockingConnection(ConnectionSettings(database.url))
        try writer.execute(
            """
            BEGIN; LOCK TABLE ticket_messages IN ACCESS EXCLUSIVE MODE; UPDATE tickets SET subject = 'new subject';
            UPDATE ticket_messages SET body = 'new body'
            """)
        async let answer = asking()
        try await wait(database)
        try await meanwhile()
        try writer.execute("COMMIT")
        return text(try await answer)
    }

    /// The session that waits for the lock, another one than `former`.
    @discardableResult private static func wait(
        _ database: SpotexDatabase, otherThan former: String = ""
    ) async throws -> String {
        for _ in 0..<1_000 {
            let session = try database.cluster.psql(waiting, database: database.name).trimmingCharacters(
                in: .whitespacesAndNewlines)
            if !session.isEmpty, session != former { return session }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("nobody came to wait for the lock")
        return ""
    }

    /// Kills the session that waits, and waits until there is another one.
    private static func killTheWaiting(_ database: SpotexDatabase, awaitingAnother: Bool = true) async throws {
        let session = try await wait(database)
        try database.cluster.psql("SELECT pg_terminate_backend(\(session))", database: database.name)
        if awaitingAnother { try await wait(database, otherThan: session) }
    }

    @Test func `by default each statement sees its own moment`() async throws {
        let database = try SpotexDatabase()
        let answer = try await Self.write(database, asking: { try await Self.ask(database, nil) })
        #expect(!answer.contains("new subject"), "the first level was read before the writer was done")
        #expect(answer.contains("new body"), "the second behind it")
    }

    @Test func `with one moment for the request the answer is the old state as a whole`() async throws {
        let database = try SpotexDatabase()
        let before = Self.text(try await Self.ask(database, .statement))
        let answer = try await Self.write(database, asking: { try await Self.ask(database, .request) })
        #expect(answer == before)
        #expect(Self.text(try await Self.ask(database, .request)).contains("new subject"))
    }

    @Test func `the setting holds where the request does not say, and the request may relax it`() async throws {
        var settings = GatewaySettings()
        settings.consistency = .request
        let strict = try SpotexDatabase(settings: settings)
        let before = Self.text(try await Self.ask(strict, nil))
        #expect(try await Self.write(strict, asking: { try await Self.ask(strict, nil) }) == before)
        let relaxed = try SpotexDatabase(settings: settings)
        #expect(try await Self.write(relaxed, asking: { try await Self.ask(relaxed, .statement) }).contains("new body"))
    }

    /// Its connection is killed between its levels: a part of it on another snapshot would be
    /// neither the old state nor the new.
    @Test func `when the connection is lost the request is started again as a whole`() async throws {
        let database = try SpotexDatabase()
        let answer = try await Self.write(
            database, asking: { try await Self.ask(database, .request) },
            meanwhile: {
                // It comes back to the lock with a snapshot of its own; the writer has still not
                // committed.
                try await Self.killTheWaiting(database)
            })
        #expect(
            !answer.contains("new subject") && !answer.contains("new body") && answer.contains(#""subject":"#),
            "\(answer)")
        #expect(await database.gateway.poolStatistics.interrupted == 1)
    }

    @Test func `when that happens twice the database is not available`() async throws {
        let database = try SpotexDatabase()
        let answer = try await Self.write(
            database, asking: { try await Self.ask(database, .request) },
            meanwhile: {
                try await Self.killTheWaiting(database)
                try await Self.killTheWaiting(database, awaitingAnother: false)
            })
        #expect(answer.contains(#""code":"UNAVAILABLE""#) && answer.hasSuffix(#""data":null}"#), "\(answer)")
        #expect(await database.gateway.poolStatistics.interrupted == 2)
    }

    /// The same partial result as without a transaction: a refused statement takes no other with
    /// it.
    @Test func `a refused load fails alone`() async throws {
        let database = try SpotexDatabase(extra: "ALTER TABLE wordpress_sites DROP COLUMN name CASCADE")
        let query = "{ tickets { id site { name } creator { name } messages { body author { name } } } }"
        let plain = try await Self.ask(database, .statement, query), own = try await Self.ask(database, .request, query)
        #expect(Self.text(plain) == Self.text(own))
        #expect(plain.observation.failures.count == 1 && own.observation.failures.count == 1)
        #expect(Self.text(own).contains(#""creator":{"name":"#))
        #expect(await database.gateway.poolStatistics.lent == 1)
    }

    /// Counted: BEGIN is sent with the first loads and COMMIT with the last ones, so one moment
    /// costs no round trip.
    @Test func `one moment costs no round trip`() async throws {
        let database = try SpotexDatabase()
        let query = #"{ tenant(id: "agency-001") { sites { id tickets { id messages { id author { name } } } } } }"#
        _ = try await Self.ask(database, .statement, query)
        func flushes(_ consistency: Consistency) async throws -> Int {
            let before = await database.gateway.poolStatistics.flushes
            #expect(
                Self.text(try await Self.ask(database, consistency, query)).hasPrefix(
                    #"{"data":{"tenant":{"sites":[{"id":"#))
            return await database.gateway.poolStatistics.flushes - before
        }
        _ = try await flushes(.request)
        #expect(try await flushes(.request) == 4, "as many as the query has levels that wait for each other")
        #expect(try await flushes(.statement) == 5, "where what leaves together may take two connections")
    }

    @Test func `a request of one load needs no transaction`() async throws {
        let database = try SpotexDatabase()
        #expect(Self.text(try await Self.ask(database, .request, "{ tickets { id } }")).contains("ticket-001"))
        let statistics = await database.gateway.poolStatistics
        #expect(statistics.lent == 0 && statistics.submitted == 1)
    }
}
