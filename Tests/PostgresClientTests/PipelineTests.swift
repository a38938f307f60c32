import PostgresSQL
import TestCluster
import Testing

@testable import PostgresClient

/// Against a real server: what one connection does with its batches.
@Suite(.timeLimit(.minutes(5))) struct PipelineTests {
    private let echo = "SELECT $1::int4"
    private func int(_ value: Int) -> ParameterValue { .text(Array(String(value).utf8)) }

    @Test func `what one turn submits goes out in one batch with one synchronisation point`() async throws {
        try await withDatabase { worker, _ in
            let outcomes = await worker.run((0..<16).map { Query(echo, [int($0)]) })
            #expect(outcomes == (0..<16).map { .int($0) })
            let statistics = await worker.statistics
            #expect(statistics.sent == 16)
            #expect(statistics.prepared == 1)
            #expect(statistics.flushes == 1)
            // The preparation is a question of its own: 17 questions, 16 of them in the first
            // batch.
            #expect(statistics.syncs == 2)
            _ = await worker.run((0..<16).map { Query(echo, [int($0)]) })
            let after = await worker.statistics
            #expect(after.syncs == 3)
            #expect(after.prepared == 1)
            #expect(after.flushes == 2)
        }
    }

    @Test func `many statements of many turns and connections all get their own answers`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 3 }) { worker, _ in
            await withTaskGroup(of: Bool.self) { group in
                for task in 0..<20 {
                    group.addTask {
                        let values = (0..<50).map { task * 100 + $0 }
                        return await worker.run(
                            values.map { Query("SELECT $1::int4", [.text(Array(String($0).utf8))]) })
                            == values.map { .int(Int32($0)) }
                    }
                }
                for await isRight in group { #expect(isRight) }
            }
            let statistics = await worker.statistics
            #expect(statistics.submitted == 1_000)
            #expect(statistics.sent == 1_000)
            #expect(statistics.resent == 0)
        }
    }

    @Test func `cells are PostgreSQL's binary form, parameters come in both forms`() async throws {
        try await withDatabase { worker, _ in
            let query = Query(
                "SELECT $1::text, $2::int8, NULL::text, ''::text, $3::bytea, $4::int4",
                [
                    .text(Array("héllo".utf8)), .binary([0, 0, 0, 0, 0, 0, 1, 2]), .binary([0, 1, 0]), .null,
                ])
            #expect(
                await worker.run(query)
                    == .rows([[Array("héllo".utf8), [0, 0, 0, 0, 0, 0, 1, 2], nil, [], [0, 1, 0], nil]]))
            #expect(await worker.run(Query("SELECT 1 WHERE false")) == .rows([]))
            #expect(await worker.run(Query("SELECT $1::text", [.text([])])) == .text(""))
        }
    }

    @Test func `cells of a row are read in place`() async throws {
        try await withDatabase { worker, _ in
            let seen = await worker.cells(of: "SELECT 7::int4, NULL::text, 'ab'::text, ''::text")
            #expect(seen == [[0, 0, 0, 7], nil, Array("ab".utf8), []])
        }
    }

    @Test func `a text with a NUL is refused, not cut`() async throws {
        try await withDatabase { worker, _ in
            let outcomes = await worker.run([
                Query("SELECT $1::text", [.text([0x61, 0, 0x62])]), Query("SELECT $1::text", [.text([0x61])]),
            ])
            #expect(outcomes == [.failure(.invalidInput, sqlState: "22021"), .text("a")])
            // As binary it reaches the server, which refuses it itself.
            #expect(await worker.run(Query("SELECT $1::text", [.binary([0x61, 0, 0x62])])).kind == .invalidInput)
        }
    }

    @Test func `large parameters and results pass in both directions without blocking`() async throws {
        try await withDatabase { worker, _ in
            let big = [UInt8](repeating: 0x78, count: 3 << 20)
            let outcomes = await worker.run((0..<6).map { _ in Query("SELECT $1::text", [.text(big)]) })
            #expect(outcomes == Array(repeating: .rows([[big]]), count: 6))
        }
    }

    @Test(arguments: [ConnectionSettings.StatementMode.prepared, .unnamed])
    func `one failing statement takes no neighbour with it`(mode: ConnectionSettings.StatementMode) async throws {
        try await withDatabase(change: { settings, connection in
            settings.statementsPerBatch = 40
            connection.statements = mode
        }) { worker, _ in
            let outcomes = await worker.run(
                (0..<20).map {
                    $0 == 7 ? Query("SELECT 1 / $1::int4", [int(0)]) : Query("SELECT 10 + $1::int4", [int($0)])
                })
            for (index, outcome) in outcomes.enumerated() {
                #expect(outcome == (index == 7 ? .failure(.invalidInput, sqlState: "22012") : .int(10 + Int32(index))))
            }
            let statistics = await worker.statistics
            #expect(statistics.resent == 12, "those behind it, once each")
            #expect(statistics.sent == 32)
        }
    }

    /// The next one leaves within the answer to the one that failed, while the rest of its batch is
    /// being skipped.
    @Test(arguments: [ConnectionSettings.StatementMode.prepared, .unnamed])
    func `what waits behind a failing statement gets its own answer`(
        mode: ConnectionSettings.StatementMode
    ) async throws {
        try await withDatabase(change: { settings, connection in
            settings.inFlightPerConnection = 3
            connection.statements = mode
        }) { worker, _ in
            let outcomes = await worker.run(
                (0..<40).map {
                    $0 % 4 == 0 ? Query("SELECT 1 / $1::int4", [int(0)]) : Query("SELECT 10 + $1::int4", [int($0)])
                })
            for (index, outcome) in outcomes.enumerated() {
                #expect(
                    outcome == (index % 4 == 0 ? .failure(.invalidInput, sqlState: "22012") : .int(10 + Int32(index))))
            }
            #expect(await worker.statistics.connectionsLost == 0)
        }
    }

    @Test func `a statement that cannot be prepared fails alone, for each who asked`() async throws {
        try await withDatabase { worker, psql in
            let queries = (0..<12).map {
                $0 % 3 == 0 ? Query("SELECT id FROM missing WHERE id = $1", [int($0)]) : Query(echo, [int($0)])
            }
            let outcomes = await worker.run(queries)
            for (index, outcome) in outcomes.enumerated() {
                #expect(outcome == (index % 3 == 0 ? .failure(.other, sqlState: "42P01") : .int(Int32(index))))
            }
            _ = try psql("CREATE TABLE missing (id int4); INSERT INTO missing VALUES (3)")
            #expect(await worker.run(queries[3]) == .int(3), "a failed preparation is not remembered")
        }
    }

    @Test func `a failure tells the operator what and the stranger nothing`() async throws {
        try await withDatabase { worker, psql in
            _ = try psql("CREATE TABLE secrets (id int4 PRIMARY KEY); INSERT INTO secrets VALUES (1)")
            let failure = await worker.failure(of: "INSERT INTO secrets VALUES (1)")
            #expect(failure?.kind == .constraint(.unique))
            #expect(failure?.constraintName == "secrets_pkey")
            #expect(failure?.table == "secrets")
            #expect(failure.map { String(reflecting: $0).contains("Key (id)=(1) already exists") } == true)
            #expect(failure.map { !$0.description.contains("secrets") } == true)
        }
    }

    // MARK: Prepared statements

    @Test func `prepared statements are bounded; what gave way is deallocated and works again`() async throws {
        try await withDatabase(change: { _, connection in connection.preparedStatementLimit = 4 }) { worker, _ in
            for index in 0..<12 { #expect(await worker.run(Query("SELECT \(index)::int4")) == .int(Int32(index))) }
            #expect(await worker.wait { $0.statistics.deallocated == 8 })
            let counting = Query("SELECT count(*)::int4 FROM pg_prepared_statements")
            _ = await worker.run(counting)
            #expect(await worker.wait { $0.statistics.deallocated == 9 })
            #expect(await worker.run(counting) == .int(4), "the counting one among them")
            let before = await worker.statistics.prepared
            #expect(await worker.run(Query("SELECT 0::int4")) == .int(0))
            #expect(await worker.statistics.prepared == before + 1)
            #expect(await worker.run(Query("SELECT 11::int4")) == .int(11))
            #expect(await worker.statistics.prepared == before + 1, "the most recent ones stayed")
        }
    }

    @Test func `what gave way is deallocated under load as well`() async throws {
        try await withDatabase(change: { _, connection in connection.preparedStatementLimit = 4 }) { worker, _ in
            let counting = Query("SELECT (count(*) < 100)::int4 FROM pg_prepared_statements")
            // They go out one behind the other: the connection is never at rest before the last of
            // them.
            let outcomes = await worker.run((0..<400).map { Query("SELECT \($0)::int4") } + [counting])
            #expect(outcomes == (0..<400).map { .int($0) } + [.int(1)])
        }
    }

    /// The server makes of a long statement many times its text.
    @Test func `prepared statements are bounded by their length too`() async throws {
        try await withDatabase(change: { _, connection in connection.preparedTextLimit = 1_000 }) { worker, _ in
            func long(_ index: Int) -> Query {
                Query("SELECT \(index)::int4 /* \(String(repeating: "x", count: 370)) */")
            }
            for index in 0..<6 { #expect(await worker.run(long(index)) == .int(Int32(index))) }
            #expect(await worker.wait { $0.statistics.deallocated == 4 })
            #expect(await worker.run(long(5)) == .int(5))
            #expect(await worker.statistics.prepared == 6, "the most recent ones stayed")
            #expect(
                await worker.run(Query("SELECT 7::int4 /* \(String(repeating: "x", count: 2_000)) */")) == .int(7),
                "one alone may have any length")
        }
    }

    @Test func `a batch with more statements than the cache holds works`() async throws {
        try await withDatabase(change: { _, connection in connection.preparedStatementLimit = 2 }) { worker, _ in
            let outcomes = await worker.run((0..<60).map { Query("SELECT \($0 % 10)::int4") })
            #expect(outcomes == (0..<60).map { .int($0 % 10) })
        }
    }

    @Test func `prepared statements that the server has lost are prepared again`() async throws {
        try await withDatabase { worker, _ in
            #expect(await worker.run(Query(echo, [int(1)])) == .int(1))
            _ = await worker.run(Query("DEALLOCATE ALL"))
            let outcomes = await worker.run((0..<10).map { Query(echo, [int($0)]) })
            #expect(outcomes == (0..<10).map { .int($0) })
            #expect(await worker.statistics.connectionsLost == 0)
        }
    }

    @Test func `a result type that a migration has changed is prepared again`() async throws {
        try await withDatabase { worker, psql in
            _ = try psql("CREATE TABLE t (a int4); INSERT INTO t VALUES (1)")
            #expect(await worker.run(Query("SELECT * FROM t")) == .int(1))
            _ = try psql("ALTER TABLE t ALTER a TYPE int8")
            let outcomes = await worker.run((0..<5).map { _ in Query("SELECT * FROM t") })
            #expect(outcomes == Array(repeating: .rows([[[0, 0, 0, 0, 0, 0, 0, 1]]]), count: 5))
        }
    }

    /// Dropping a label takes another type of the same name; a restored dump does the same to all
    /// of them.
    @Test func `a type that was made anew is found`() async throws {
        try await withDatabase { worker, psql in
            _ = try psql(
                "CREATE TYPE state AS ENUM ('a', 'b'); CREATE TABLE t (n int4, s state); INSERT INTO t VALUES (1, 'a')")
            let queries = [
                Query("SELECT n FROM t WHERE s = $1", [.text(Array("a".utf8))]),
                Query("SELECT n FROM t WHERE s = ANY ($1)", [.text(Array("{a}".utf8))]),
                Query("SELECT n FROM t WHERE s = ($1)::state", [.text(Array("a".utf8))]),
            ]
            for query in queries { #expect(await worker.run(query) == .int(1)) }
            _ = try psql(
                """
                CREATE TYPE new_state AS ENUM ('a'); ALTER TABLE t ALTER s TYPE new_state USING s::text::new_state;
                DROP TYPE state; ALTER TYPE new_state RENAME TO state;
                """)
            let outcomes = await worker.run(queries + queries)
            #expect(outcomes == Array(repeating: .int(1), count: 6))
            #expect(await worker.statistics.connectionsLost == 0)
        }
    }

    /// Operators are chosen when a statement is prepared.
    @Test func `a column of another type is compared as that type`() async throws {
        try await withDatabase { worker, psql in
            _ = try psql(
                "CREATE EXTENSION IF NOT EXISTS citext; CREATE TABLE t (n int4, name text, size int4); INSERT INTO t VALUES (1, 'Anna', 5)"
            )
            let name = Query("SELECT n, name FROM t WHERE name = $1", [.text(Array("ANNA".utf8))])
            let filter = Query("SELECT n FROM t WHERE name = $1", [.text(Array("ANNA".utf8))])
            let size = Query("SELECT n FROM t WHERE size = $1", [.text(Array("5".utf8))])
            #expect(await worker.run(name) == .rows([]))
            #expect(await worker.run(filter) == .rows([]))
            #expect(await worker.run(size) == .int(1))
            _ = try psql("ALTER TABLE t ALTER name TYPE citext, ALTER size TYPE text")
            #expect(await worker.run(size) == .int(1))
            #expect(await worker.run(name) == .rows([[[0, 0, 0, 1], Array("Anna".utf8)]]))
            #expect(await worker.run(filter) == .int(1), "what rests on the same tables was prepared anew")
        }
    }

    @Test func `what a change has taken away fails, for each who asks and without an end`() async throws {
        try await withDatabase { worker, psql in
            _ = try psql("CREATE TABLE t (a int4); INSERT INTO t VALUES (1)")
            let query = Query("SELECT a FROM t WHERE a = $1", [.text(Array("1".utf8))])
            #expect(await worker.run(query) == .int(1))
            _ = try psql("ALTER TABLE t RENAME a TO b")
            for _ in 0..<2 { #expect(await worker.run(query) == .failure(.other, sqlState: "42703")) }
            _ = try psql("ALTER TABLE t RENAME b TO a")
            #expect(await worker.run(query) == .int(1))
        }
    }

    @Test func `behind a pooler nothing is prepared, and each batch brings its settings`() async throws {
        try await withDatabase(change: { _, connection in
            connection.statements = .unnamed
            connection.statementTimeoutMilliseconds = 300
            connection.readOnly = true
        }) { worker, _ in
            let settings =
                "SELECT concat_ws(' ', current_setting('TimeZone'), current_setting('jit'), current_setting('transaction_read_only'), current_setting('statement_timeout'))"
            #expect(
                await worker.run([Query(settings), Query(echo, [int(5)], types: [23])]) == [
                    .text("UTC off on 300ms"), .int(5),
                ])
            #expect(
                await worker.run(Query("SELECT count(*)::int4 FROM pg_prepared_statements WHERE name <> ''")) == .int(0)
            )
            #expect(await worker.run(Query("SELECT pg_sleep(30)")) == .failure(.timeout, sqlState: "57014"))
        }
    }

    @Test func `sessions are set as the planner of loads expects`() async throws {
        try await withDatabase(change: { _, connection in
            connection.statementTimeoutMilliseconds = 300
            connection.readOnly = true
        }) { worker, _ in
            let settings = [
                "TimeZone", "jit", "plan_cache_mode", "statement_timeout", "default_transaction_read_only",
                "application_name", "client_encoding",
            ]
            let outcomes = await worker.run(settings.map { Query("SELECT current_setting('\($0)')") })
            #expect(
                outcomes == ["UTC", "off", "force_generic_plan", "300ms", "on", "portico", "UTF8"].map { .text($0) })
            #expect(await worker.run(Query("CREATE TABLE t ()")) == .failure(.other, sqlState: "25006"))
            // The server's own bound is a time-out, and its neighbours do not notice.
            #expect(
                await worker.run([Query("SELECT pg_sleep(30)"), Query(echo, [int(1)])]) == [
                    .failure(.timeout, sqlState: "57014"), .int(1),
                ])
        }
    }
}
