import PostgresSQL
import SocketLoop
import TestCluster
import Testing

@testable import PostgresClient

extension DatabaseWorker {
    /// Gives a transaction its statements at once and commits; `then` may meddle with it. What is
    /// told of it comes back, in a word.
    func outcome(
        _ mode: TransactionMode, _ statements: [String], patience: Int = 30_000,
        then: (ConnectionPool, Lease) -> Void = { _, _ in }
    ) async -> String {
        let lease = pool.lease(mode, deadline: reactor.now + patience)
        for text in statements {
            pool.submit(Statement(text: text, parameterTypes: []), parameters: [], on: lease) { _ in }
        }
        return await withCheckedContinuation { continuation in
            pool.commit(lease) { outcome in
                switch outcome {
                case .committed: continuation.resume(returning: "committed")
                case .rolledBack(let failure): continuation.resume(returning: "rolled back \(failure.sqlState)")
                case .unknown: continuation.resume(returning: "unknown")
                }
            }
            then(pool, lease)
        }
    }
}

/// What is told of a transaction is what the server made of it, against a real one.
@Suite(.timeLimit(.minutes(2))) struct TransactionOutcomeTests {
    private static let writing = TransactionMode(begin: "BEGIN READ WRITE", keepsErrorsApart: false)
    private static let table =
        "CREATE TABLE things (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED); INSERT INTO things VALUES (1)"

    @Test(arguments: [
        (["INSERT INTO things VALUES (2)"], "committed", "2"),
        ([], "committed", "1"),
        // The deferred constraint speaks when COMMIT is done.
        (["INSERT INTO things VALUES (1)"], "rolled back 23505", "1"),
        // A statement has failed: the server answers COMMIT by a rollback.
        (["INSERT INTO things VALUES (2)", "SELECT 1 / 0"], "rolled back ", "1"),
    ])
    func `it is told what became of it`(_ statements: [String], _ expected: String, _ rows: String) async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, psql in
            _ = try psql(Self.table)
            #expect(await worker.outcome(Self.writing, statements) == expected)
            #expect(await worker.wait { $0.isQuiet() })
            #expect(try psql("SELECT count(*) FROM things") == rows + "\n")
        }
    }

    @Test func `who gives up before COMMIT is sent has done nothing`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, psql in
            _ = try psql(Self.table)
            let statements = ["INSERT INTO things VALUES (2)", "SELECT pg_sleep(20)"]
            let told = await worker.outcome(Self.writing, statements, patience: 300)
            #expect(told == "unknown" || told.hasPrefix("rolled back"), "\(told)")
            #expect(await worker.wait { $0.isQuiet() })
            #expect(try psql("SELECT count(*) FROM things") == "1\n")
        }
    }

    @Test func `where COMMIT may have been done nobody claims to know`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, psql in
            _ = try psql(
                Self.table
                    + "; CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER late AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()"
            )
            async let told = worker.outcome(Self.writing, ["INSERT INTO things VALUES (2)"])
            var isCommitting = false
            for _ in 0..<100 where !isCommitting {
                isCommitting =
                    try psql(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep' AND query = 'COMMIT'"
                    )
                    == "1\n"
                if !isCommitting { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(isCommitting)
            _ = try psql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
            )
            #expect(await told == "unknown")
        }
    }

    @Test func `one that never had a connection has done nothing`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, _ in
            #expect(await worker.outcome(Self.writing, ["SELECT 1"], patience: -1) == "rolled back ")
            #expect(
                await worker.outcome(Self.writing, ["SELECT pg_sleep(20)"]) { pool, lease in pool.rollback(lease) }
                    .hasPrefix("rolled back"))
        }
    }
}
