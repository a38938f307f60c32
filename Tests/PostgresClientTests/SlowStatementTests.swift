import PostgresSQL
import Testing

@testable import PostgresClient

/// Slow statements on a real server: who is answered before them, counted by the order of answers.
@Suite(.timeLimit(.minutes(5))) struct SlowStatementTests {
    private func slow(_ key: UInt64, seconds: Double = 3) -> Query {
        Query("SELECT 7::int4 FROM pg_sleep(\(seconds))", key: key)
    }
    private func quick(_ key: UInt64) -> Query { Query("SELECT 1::int4", key: key) }

    /// All come in one turn, so that nothing is known of anybody, and PostgreSQL sends the answers
    /// of a batch together.
    @Test func `what shares a connection with a slow statement is run on another one`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, _ in
            let queries = [quick(2), slow(1)] + (3..<23).map { quick($0) }
            let answers = await worker.answers(to: queries)
            #expect(answers.outcomes == queries.indices.map { .int($0 == 1 ? 7 : 1) })
            #expect(answers.order.last == 1, "the slow one comes last")
            let statistics = await worker.statistics
            #expect(statistics.rerun >= 1)
            #expect(statistics.held >= 1)
            #expect(statistics.connectionsLost == 0)
            #expect(await worker.run(quick(9)) == .int(1))
        }
    }

    @Test func `the runs of a merged statement do not wait for another's slow one`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, _ in
            let queries = (1...8).map { number in
                var query = Query(
                    "", [.text(Array("\(number)".utf8)), .text(Array((number == 3 ? "2" : "0").utf8))],
                    key: UInt64(number))
                query.statement = MergingTests.division
                return query
            }
            let answers = await worker.answers(to: queries)
            #expect(answers.outcomes == (1...8).map { .int(Int32(12 / $0)) })
            #expect(answers.order.last == 2)
            #expect(await worker.statistics.merged == 8)
            #expect(await worker.statistics.rerun >= 7)
            // From now on it is known: each runs it for itself.
            let merged = await worker.statistics.merged
            _ = await worker.answers(
                to: queries.map { query in
                    var query = query
                    query.parameters[1] = .text([UInt8(ascii: "0")])
                    return query
                })
            #expect(await worker.statistics.merged == merged)
        }
    }

    /// Three tenants take all connections, many deep, before anything is known of them.
    @Test func `what slow tenants have taken is taken back for the others`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 4 }) { worker, psql in
            async let attack = worker.answers(to: (0..<36).map { slow(UInt64($0 % 3) + 1, seconds: 1) })
            #expect(await worker.wait { $0.pool.heldConnections == 4 })
            var answers: [Outcome] = []
            for key in UInt64(10)..<30 { answers.append(await worker.run(quick(key))) }
            #expect(answers == Array(repeating: .int(1), count: 20))
            #expect(await worker.attackGoesOn)
            let statistics = await worker.statistics
            #expect(statistics.relieved >= 1)
            #expect(await attack.outcomes == Array(repeating: .int(7), count: 36), "what was taken back is run later")
            #expect(await worker.statistics.connectionsLost == 0)
            let active =
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()"
            #expect(await eventually { try psql(active) == "0\n" })
        }
    }

    @Test func `a statement that is run twice can be cancelled, and is late once`() async throws {
        try await withDatabase { worker, _ in
            async let outcomes = worker.run([
                slow(1, seconds: 2), quick(2), Query("SELECT 1::int4", patience: 300, key: 3),
            ])
            #expect(await worker.wait { $0.statistics.rerun >= 2 })
            await worker.cancel(1)
            #expect(await outcomes == [.int(7), .failure(.cancelled, sqlState: ""), .failure(.timeout, sqlState: "")])
            #expect(await worker.statistics.timedOut == 1)
            #expect(await worker.waitingStatements == 0)
        }
    }

    /// What has a twin that waits is not lost with its connection, nor answered twice.
    @Test func `a lost connection leaves a statement to its twin`() async throws {
        try await withDatabase(change: { settings, _ in settings.unavailableAfter = 30_000 }) { worker, psql in
            async let outcomes = worker.run([Query("SELECT 7::int4 FROM pg_sleep(4)", key: 1), quick(2), quick(3)])
            #expect(await worker.wait { $0.statistics.rerun >= 2 })
            _ = try psql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(4)%' AND pid <> pg_backend_pid()"
            )
            #expect(await outcomes == [.int(7), .int(1), .int(1)])
            #expect(await worker.statistics.connectionsLost == 1)
        }
    }
}

extension DatabaseWorker {
    fileprivate struct Answers: Sendable {
        var outcomes: [Outcome]
        /// Places of the queries in the order in which they were answered.
        var order: [Int]
    }

    /// Something that takes long is under way.
    fileprivate var attackGoesOn: Bool { pool.heldConnections > 0 || pool.waitingStatements > 0 }

    fileprivate func answers(to queries: [Query]) async -> Answers {
        final class Gathering {
            var outcomes: [Outcome?]
            var order: [Int] = []
            init(_ count: Int) { outcomes = Array(repeating: nil, count: count) }
        }
        return await withCheckedContinuation { continuation in
            let gathering = Gathering(queries.count)
            for (index, query) in queries.enumerated() {
                pool.submit(
                    query.statement, parameters: query.parameters, deadline: reactor.now + query.patience,
                    fairnessKey: query.key
                ) { result in
                    precondition(gathering.outcomes[index] == nil, "a completion was called twice")
                    gathering.outcomes[index] = Outcome(result)
                    gathering.order.append(index)
                    if gathering.order.count == queries.count {
                        continuation.resume(
                            returning: Answers(outcomes: gathering.outcomes.compactMap { $0 }, order: gathering.order))
                    }
                }
            }
        }
    }
}
