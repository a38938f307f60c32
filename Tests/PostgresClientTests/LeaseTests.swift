import PostgresSQL
import SocketLoop
import TestCluster
import TestRandom
import Testing

@testable import PostgresClient

extension DatabaseWorker {
    /// One step of a transaction: statements that leave together; the next step begins when all are
    /// answered.
    typealias Step = [String]

    /// Runs a transaction step by step, commits with the last step (or rolls back behind it), and
    /// gives what each statement came to.
    func transaction(
        _ steps: [Step], mode: TransactionMode = .snapshot, patience: Int = 30_000, key: UInt64 = 0,
        rollsBack: Bool = false,
        between: @Sendable @escaping (Int) throws -> Void = { _ in }
    ) async -> [Outcome] {
        let lease = pool.lease(mode, deadline: reactor.now + patience, fairnessKey: key)
        var outcomes: [Outcome] = []
        for (index, step) in steps.enumerated() {
            if index > 0 { try? between(index) }
            outcomes += await withCheckedContinuation { continuation in
                var answers = [Outcome?](repeating: nil, count: step.count), left = step.count
                for (position, text) in step.enumerated() {
                    pool.submit(Statement(text: text, parameterTypes: []), parameters: [], on: lease) { result in
                        precondition(answers[position] == nil, "a completion was called twice")
                        answers[position] = Outcome(result)
                        left -= 1
                        if left == 0 { continuation.resume(returning: answers.compactMap(\.self)) }
                    }
                }
                if index == steps.count - 1, !rollsBack { pool.commit(lease) }
            }
        }
        if rollsBack { pool.rollback(lease) }
        return outcomes
    }

    /// No connection is lent or requested.
    func isQuiet() -> Bool {
        pool.lentConnections == 0 && pool.waitingLeases == 0 && pool.readyConnections == pool.connectionCount
    }
}

/// Against a real server: transactions on connections of their own.
@Suite(.timeLimit(.minutes(5))) struct LeaseTests {
    private static let modes = [ConnectionSettings.StatementMode.prepared, .unnamed]
    private let openTransactions =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"

    @Test(arguments: modes) func `a transaction sees one moment, a statement its own`(
        mode: ConnectionSettings.StatementMode
    ) async throws {
        try await withDatabase(change: { settings, connection in
            settings.connections = 2
            connection.statements = mode
        }) { worker, psql in
            _ = try psql("CREATE TABLE t (a text); INSERT INTO t VALUES ('old')")
            let outcomes = await worker.transaction([["SELECT a FROM t"], ["SELECT a FROM t"]]) { _ in
                _ = try psql("UPDATE t SET a = 'new'")
            }
            #expect(outcomes == [.text("old"), .text("old")])
            #expect(await worker.run(Query("SELECT a FROM t")) == .text("new"))
            #expect(await worker.wait { $0.isQuiet() })
            let open = try psql(openTransactions)
            #expect(open == "0\n")
        }
    }

    @Test(arguments: modes) func `a transaction is read-only and set as a session is`(
        mode: ConnectionSettings.StatementMode
    ) async throws {
        try await withDatabase(change: { _, connection in
            connection.statements = mode
            connection.statementTimeoutMilliseconds = 300
        }) { worker, psql in
            let settings =
                "SELECT concat_ws(' ', current_setting('TimeZone'), current_setting('jit'), current_setting('transaction_read_only'), current_setting('transaction_isolation'), current_setting('statement_timeout'))"
            let outcomes = await worker.transaction([[settings, "CREATE TABLE t ()"], [settings]])
            #expect(
                outcomes == [
                    .text("UTC off on repeatable read 300ms"), .failure(.other, sqlState: "25006"),
                    .text("UTC off on repeatable read 300ms"),
                ])
            #expect(await worker.wait { $0.isQuiet() })
        }
    }

    /// BEGIN is sent with the first statements and COMMIT with the last: as many round trips as
    /// without a transaction.
    @Test(arguments: modes) func `a transaction of two steps is two flushes`(
        mode: ConnectionSettings.StatementMode
    ) async throws {
        try await withDatabase(change: { _, connection in connection.statements = mode }) { worker, _ in
            let outcomes = await worker.transaction([["SELECT 1::int4", "SELECT 2::int4"], ["SELECT 3::int4"]])
            #expect(outcomes == [.int(1), .int(2), .int(3)])
            #expect(await worker.wait { $0.isQuiet() })
            let statistics = await worker.statistics
            #expect(statistics.flushes == 2)
            #expect(statistics.syncs == 2)
            #expect(statistics.sent == 3)
            #expect(statistics.lent == 1)
            #expect(statistics.rolledBack == 0)
        }
    }

    @Test(arguments: modes) func `a statement that fails takes no other with it, nor the moment`(
        mode: ConnectionSettings.StatementMode
    ) async throws {
        try await withDatabase(change: { settings, connection in
            settings.connections = 2
            settings.statementsPerBatch = 5
            connection.statements = mode
        }) { worker, psql in
            _ = try psql("CREATE TABLE t (a text); INSERT INTO t VALUES ('old')")
            let mixed = [
                "SELECT a FROM t", "SELECT 1 / 0", "SELECT a FROM t", "SELECT missing", "SELECT 2::int4",
                "SELECT 1 / 0", "SELECT 1 / 0", "SELECT 1 / 0", "SELECT a FROM t",
            ]
            let expected: [Outcome] = [
                .text("old"), .failure(.invalidInput, sqlState: "22012"), .text("old"),
                .failure(.other, sqlState: "42703"), .int(2),
                .failure(.invalidInput, sqlState: "22012"), .failure(.invalidInput, sqlState: "22012"),
                .failure(.invalidInput, sqlState: "22012"), .text("old"),
            ]
            let outcomes = await worker.transaction([mixed, mixed, ["SELECT a FROM t", "SELECT 1 / 0"]]) { _ in
                _ = try psql("UPDATE t SET a = 'new'")
            }
            #expect(outcomes == expected + expected + [.text("old"), .failure(.invalidInput, sqlState: "22012")])
            #expect(await worker.wait { $0.isQuiet() })
            let open = try psql(openTransactions)
            #expect(open == "0\n")
            #expect(await worker.statistics.connectionsLost == 0)
        }
    }

    @Test func `others are served meanwhile, and do not get between`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, _ in
            let pid = "SELECT pg_backend_pid()::int4"
            async let own = worker.transaction([[pid], [pid + " FROM pg_sleep(2)"], [pid]])
            #expect(await worker.wait { $0.pool.lentConnections == 1 })
            let others = await worker.run((0..<20).map { _ in Query(pid) })
            let owners = await own
            #expect(Set(owners.map { "\($0)" }).count == 1)
            #expect(!others.contains { owners.contains($0) })
        }
    }

    @Test func `past its deadline a transaction is rolled back and what it runs is cancelled`() async throws {
        try await withDatabase { worker, psql in
            let outcomes = await worker.transaction([["SELECT 1::int4"], ["SELECT pg_sleep(600)"]], patience: 4_000)
            #expect(outcomes == [.int(1), .failure(.timeout, sqlState: "")])
            #expect(await worker.wait { $0.isQuiet() })
            let cancels = await worker.statistics.cancels
            #expect((1...2).contains(cancels))
            #expect(await worker.statistics.rolledBack == 1)
            #expect(await worker.run(Query("SELECT 1::int4")) == .int(1))
            let open = try psql(openTransactions)
            #expect(open == "0\n")
        }
    }

    /// As a request that fails as a whole does: COMMIT is on its way behind the statement that
    /// fails.
    @Test(arguments: modes) func `rolling back when the last statement fails returns the connection`(
        mode: ConnectionSettings.StatementMode
    ) async throws {
        try await withDatabase(change: { _, connection in connection.statements = mode }) { worker, _ in
            for _ in 0..<3 {
                #expect(await worker.rollbackAtTheFailure() == .failure(.invalidInput, sqlState: "22012"))
            }
            #expect(await worker.wait { $0.isQuiet() })
            #expect(await worker.statistics.connectionsLost == 0)
        }
    }

    @Test func `a holder that forgets its lease loses it at the deadline`() async throws {
        try await withDatabase { worker, psql in
            await worker.forgetLease(patience: 100)
            #expect(await worker.wait { $0.isQuiet() && $0.statistics.rolledBack == 1 })
            #expect(await worker.run(Query("SELECT 1::int4")) == .int(1))
        }
    }

    @Test func `who waits too long for a connection is told so`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, _ in
            await worker.forgetLease(patience: 60_000)
            #expect(await worker.transaction([["SELECT 2::int4"]], patience: 100) == [.failure(.timeout, sqlState: "")])
            let isForgotten = await worker.wait { $0.pool.waitingLeases == 0 && $0.pool.lentConnections == 1 }
            #expect(isForgotten)
        }
    }

    @Test(arguments: modes) func `a connection that is lost in the middle takes the whole transaction`(
        mode: ConnectionSettings.StatementMode
    ) async throws {
        try await withDatabase(change: { settings, connection in
            settings.connections = 2
            connection.statements = mode
        }) { worker, psql in
            let outcomes = await worker.transaction([
                ["SELECT 1::int4"], ["SELECT 2::int4", "SELECT 3::int4"], ["SELECT 4::int4"],
            ]) { step in
                guard step == 1 else { return }
                _ = try psql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
                )
            }
            #expect(outcomes.first == .int(1))
            #expect(
                outcomes.count == 4 && outcomes.dropFirst().allSatisfy { $0.kind == .interrupted },
                "nothing of it is run elsewhere: \(outcomes)")
            #expect(await worker.statistics.moved == 0)
            #expect(await worker.wait { $0.isQuiet() })
        }
    }

    @Test func `a closed pool answers those who have and those who want a connection`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, psql in
            async let holder = worker.transaction([["SELECT pg_sleep(600)"]])
            #expect(await worker.wait { $0.pool.lentConnections == 1 })
            async let waiting = worker.transaction([["SELECT 1::int4"]])
            #expect(await worker.wait { $0.pool.waitingLeases == 1 })
            await worker.close()
            #expect(await holder.map(\.kind) == [.unavailable])
            #expect(await waiting.map(\.kind) == [.unavailable])
            #expect(await worker.transaction([["SELECT 1::int4"]]).map(\.kind) == [.unavailable])
        }
    }

    @Test func `a mode without a savepoint fails as a whole`() async throws {
        let plain = TransactionMode(begin: "BEGIN", keepsErrorsApart: false)
        try await withDatabase { worker, _ in
            let outcomes = await worker.transaction(
                [["SELECT 1::int4", "SELECT 1 / 0", "SELECT 2::int4"], ["SELECT 3::int4"]], mode: plain)
            #expect(outcomes.first == .int(1))
            #expect(outcomes.count == 4 && outcomes.dropFirst().allSatisfy { $0.kind != nil }, "\(outcomes)")
            #expect(await worker.wait { $0.isQuiet() })
            #expect(await worker.run(Query("SELECT 1::int4")) == .int(1))
        }
    }

    /// Whatever callers do, every connection comes back, and comes back clean.
    @Test(arguments: [UInt64(1), 2, 3, 4]) func `random transactions, cancels and losses leave nothing behind`(
        seed: UInt64
    ) async throws {
        try await withDatabase(change: { settings, connection in
            settings.connections = 3
            connection.statements = seed % 2 == 0 ? .prepared : .unnamed
        }) { worker, psql in
            let kill =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<24 {
                    group.addTask {
                        for round in 0..<6 {
                            await worker.randomTransaction(seed: seed &* 10_000 &+ UInt64(task * 10 + round))
                        }
                    }
                }
                group.addTask { for _ in 0..<3 { _ = try? psql(kill) } }
            }
            #expect(await worker.wait { $0.isQuiet() })
            let open = try psql(openTransactions)
            #expect(open == "0\n")
            #expect(await worker.run((0..<30).map { Query("SELECT \($0)::int4") }) == (0..<30).map { .int(Int32($0)) })
            let statistics = await worker.statistics
            #expect(statistics.lent > 0)
        }
    }
}

extension DatabaseWorker {
    func rollbackAtTheFailure() async -> Outcome {
        let lease = pool.lease(.snapshot, deadline: reactor.now + 30_000)
        return await withCheckedContinuation { continuation in
            pool.submit(Statement(text: "SELECT 1 / 0", parameterTypes: []), parameters: [], on: lease) {
                [pool] result in
                pool.rollback(lease)
                continuation.resume(returning: Outcome(result))
            }
            pool.commit(lease)
        }
    }

    func forgetLease(patience: Int) {
        let lease = pool.lease(.snapshot, deadline: reactor.now + patience)
        pool.submit(Statement(text: "SELECT 1", parameterTypes: []), parameters: [], on: lease) { _ in }
    }

    /// A transaction that ends in one way or another; every statement of it is answered once.
    func randomTransaction(seed: UInt64) async {
        var random = SeededGenerator(seed: seed)
        let texts = [
            "SELECT 1::int4", "SELECT 1 / 0", "SELECT 1::int4 FROM pg_sleep(0.01)", "SELECT 1::int4 FROM pg_sleep(600)",
            "SELECT missing",
        ]
        let lease = pool.lease(
            .snapshot, deadline: reactor.now + Int.random(in: 1...400, using: &random), fairnessKey: random.next() % 3)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let count = Int.random(in: 1...4, using: &random),
                step = (0..<count).map { _ in texts[Int.random(in: 0..<texts.count, using: &random)] }
            let cancelsOne = Int.random(in: 0..<6, using: &random) == 0,
                rollsBack = Int.random(in: 0..<6, using: &random) == 0
            await withCheckedContinuation { continuation in
                var left = count
                let tickets = step.map { text in
                    pool.submit(Statement(text: text, parameterTypes: []), parameters: [], on: lease) { _ in
                        left -= 1
                        if left == 0 { continuation.resume() }
                    }
                }
                if cancelsOne { pool.cancel(tickets[0]) }
                if rollsBack { pool.rollback(lease) }
            }
        }
        if random.next() % 3 > 0 { pool.commit(lease) } else { pool.rollback(lease) }
        // Harmless, in every order.
        if random.next() % 4 == 0 { pool.rollback(lease) }
    }
}
