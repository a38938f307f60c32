import PostgresSQL
import SocketLoop
import TestCluster
import Testing

@testable import PostgresClient

/// Against a real server: deadlines, cancellation, lost connections, servers that stop, start and
/// freeze.
@Suite(.timeLimit(.minutes(5))) struct PoolFaultTests {
    private let one = Query("SELECT 1::int4")
    /// Statements of the test's database that the server runs now, without the one that asks.
    private let running =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend'"

    // MARK: Deadlines and cancellation

    @Test func `past its deadline a statement is answered and ended on the server`() async throws {
        try await withDatabase { worker, psql in
            #expect(await worker.run(Query("SELECT pg_sleep(600)", patience: 100)) == .failure(.timeout, sqlState: ""))
            #expect(await eventually { try psql(running) == "0\n" })
            #expect(await worker.run(one) == .int(1))
            let statistics = await worker.statistics
            #expect(statistics.cancels == 1)
            #expect(statistics.timedOut == 1)
            #expect(statistics.connectionsLost == 0)
        }
    }

    @Test func `a statement whose deadline has passed already is not sent`() async throws {
        try await withDatabase { worker, _ in
            #expect(await worker.run(Query("SELECT 1::int4", patience: 0)).kind == .timeout)
            #expect(await worker.statistics.sent == 0)
        }
    }

    @Test func `cancelling one of a batch leaves its neighbours their answers`() async throws {
        try await withDatabase { worker, psql in
            async let outcomes = worker.run([one, Query("SELECT pg_sleep(600)"), one, one])
            #expect(await eventually { try psql(running) == "1\n" })
            await worker.cancel(1)
            #expect(await outcomes == [.int(1), .failure(.cancelled, sqlState: ""), .int(1), .int(1)])
            let statistics = await worker.statistics
            #expect(statistics.connectionsLost == 0)
            #expect(statistics.cancels == 1)
            #expect(statistics.resent == 2)
        }
    }

    @Test func `a running statement that somebody wants is not hit by another one's cancellation`() async throws {
        try await withDatabase { worker, psql in
            // Longer than it takes to start a psql that sees it, on a machine that runs everything
            // else too.
            async let outcomes = worker.run([
                Query("SELECT 1::int4 FROM pg_sleep(8)"), Query("SELECT 2::int4"), Query("SELECT 3::int4"),
            ])
            #expect(await eventually { try psql(running) == "1\n" })
            await worker.cancel(1)
            #expect(await outcomes == [.int(1), .failure(.cancelled, sqlState: ""), .int(3)])
        }
    }

    @Test func `a waiting statement that is cancelled or late is never sent`() async throws {
        try await withDatabase(change: { settings, _ in settings.inFlightPerConnection = 1 }) { worker, _ in
            let outcomes = await worker.run(
                [
                    Query("SELECT 1::int4 FROM pg_sleep(0.3)"), one, Query("SELECT 1::int4", patience: 60),
                    Query("SELECT 4::int4"),
                ], cancelling: [1])
            #expect(
                outcomes == [.int(1), .failure(.cancelled, sqlState: ""), .failure(.timeout, sqlState: ""), .int(4)])
            let statistics = await worker.statistics
            #expect(statistics.sent == 2)
            await worker.cancel(1)  // answered long ago
            #expect(await worker.run(one) == .int(1))
        }
    }

    @Test func `more than may wait is refused`() async throws {
        try await withDatabase(change: { settings, _ in
            settings.inFlightPerConnection = 1
            settings.queueLimit = 2
        }) { worker, _ in
            let outcomes = await worker.run([Query("SELECT 1::int4 FROM pg_sleep(0.05)"), one, one, one])
            #expect(outcomes == [.int(1), .int(1), .int(1), .failure(.unavailable, sqlState: "")])
            #expect(await worker.statistics.refused == 1)
        }
    }

    @Test func `a pool that is closed answers everybody`() async throws {
        try await withDatabase(change: { settings, _ in settings.inFlightPerConnection = 1 }) { worker, psql in
            async let outcomes = worker.run([Query("SELECT pg_sleep(600)"), one])
            #expect(await eventually { try psql(running) == "1\n" })
            await worker.close()
            #expect(await outcomes == [.failure(.unavailable, sqlState: ""), .failure(.unavailable, sqlState: "")])
            #expect(await worker.run(one).kind == .unavailable)
        }
    }

    // MARK: Connections that are lost

    @Test func `statements of a session that is ended run on another one`() async throws {
        try await withDatabase(change: { settings, _ in settings.connections = 2 }) { worker, psql in
            async let outcomes = worker.run([Query("SELECT 1::int4 FROM pg_sleep(2)"), Query("SELECT 2::int4")])
            #expect(await eventually { try psql(running) == "1\n" })
            _ = try psql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(2)%' AND pid <> pg_backend_pid()"
            )
            #expect(await outcomes == [.int(1), .int(2)])
            let statistics = await worker.statistics
            #expect(statistics.moved == 1)
            #expect(statistics.connectionsLost == 1)
            #expect(await worker.wait { $0.readyConnections == 2 })
            #expect(await worker.statistics.connects == 3)
        }
    }

    @Test func `an idle session that is ended is noticed and made anew`() async throws {
        try await withDatabase { worker, psql in
            #expect(await worker.run(one) == .int(1))
            _ = try psql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            #expect(await worker.wait { $0.statistics.connects == 2 })
            #expect(await worker.run(one) == .int(1), "prepared anew in the new session")
            #expect(await worker.statistics.moved == 0)
        }
    }

    @Test func `a statement that ends its session every time fails as unavailable`() async throws {
        try await withDatabase { worker, _ in
            #expect(await worker.run(Query("SELECT pg_terminate_backend(pg_backend_pid())")).kind == .unavailable)
            #expect(await worker.statistics.connectionsLost == 2)
            #expect(await worker.run(one) == .int(1))
        }
    }

    // MARK: Servers that stop and freeze

    @Test func `while the server is stopped requests fail soon, then at once; after its start they succeed`()
        async throws
    {
        let cluster = try TestCluster()
        try await withDatabase(cluster: cluster, change: { settings, _ in settings.connections = 2 }) { worker, _ in
            #expect(await worker.run(one) == .int(1))
            async let underWay = worker.run(Query("SELECT 1::int4 FROM pg_sleep(600)"))
            #expect(await worker.wait { $0.statistics.sent == 2 })
            cluster.stop()
            #expect(await underWay.kind == .unavailable)
            #expect(await worker.wait { $0.readyConnections == 0 })
            #expect(await worker.run(one).kind == .unavailable)
            #expect(await worker.wait { $0.pool.lastFailure != nil && $0.statistics.connectAttempts > 3 })
            let refused = await worker.statistics.refused
            #expect(await worker.run((0..<50).map { _ in one }).allSatisfy { $0.kind == .unavailable })
            #expect(await worker.statistics.refused == refused + 50, "without waiting: the server is known to be down")
            try cluster.start()
            #expect(await worker.wait { $0.readyConnections == 2 })
            #expect(await worker.run(one) == .int(1))
        }
    }

    @Test func `a crash is survived`() async throws {
        let cluster = try TestCluster()
        try await withDatabase(cluster: cluster) { worker, _ in
            #expect(await worker.run(one) == .int(1))
            cluster.kill()
            try cluster.start()
            #expect(await worker.wait { $0.readyConnections == 1 })
            #expect(await worker.run(one) == .int(1))
        }
    }

    @Test func `a frozen server times statements out; when it thaws the connection goes on`() async throws {
        let cluster = try TestCluster()
        try await withDatabase(cluster: cluster) { worker, _ in
            #expect(await worker.run(one) == .int(1))
            cluster.pause()
            let outcomes = await worker.run([
                Query("SELECT 1::int4", patience: 100), Query("SELECT 2::int4", patience: 200),
                Query("SELECT 3::int4", patience: 100),
            ])
            #expect(outcomes.map(\.kind) == [.timeout, .timeout, .timeout])
            cluster.resume()
            #expect(await worker.run(one) == .int(1))
            #expect(await worker.statistics.connectionsLost == 0)
        }
    }

    @Test func `a server that stays frozen is taken for dead`() async throws {
        let cluster = try TestCluster()
        try await withDatabase(
            cluster: cluster,
            change: { settings, _ in
                settings.stuckAfter = 300
                settings.connectTimeout = 200
            }
        ) { worker, _ in
            cluster.pause()
            #expect(await worker.run(Query("SELECT 1::int4", patience: 100)).kind == .timeout)
            #expect(await worker.wait { $0.statistics.connectionsLost == 1 && $0.pool.lastFailure != nil })
            #expect(
                await worker.wait {
                    $0.statistics.connectAttempts >= 2 && $0.pool.lastFailure?.message.contains("200 ms") == true
                })
            #expect(await worker.run(one).kind == .unavailable, "at once, though the socket still takes connections")
            cluster.resume()
            #expect(await worker.wait { $0.readyConnections == 1 })
            #expect(await worker.run(one) == .int(1))
        }
    }

    @Test func `a server that is down at the start and comes up later is found`() async throws {
        let cluster = try TestCluster()
        let url = cluster.url()
        cluster.stop()
        let worker = DatabaseWorker(connection: try ConnectionSettings(url), settings: ConnectionPool.Settings())
        let thread = worker.executor.spawnThread(name: "test-worker", polling: worker)
        await worker.start()
        let first = await worker.run([one, one])
        #expect(first.count == 2 && first.allSatisfy { $0.kind == .unavailable })
        try cluster.start()
        #expect(await worker.wait { $0.readyConnections == $0.pool.connectionCount })
        #expect(await worker.run(one) == .int(1))
        await worker.close()
        worker.executor.stop()
        thread.join()
    }

    // MARK: Memory

    @Test(arguments: [true, false]) func `nothing keeps a pool alive, closed or not`(isClosed: Bool) throws {
        let reactor = Reactor()
        let settings = try ConnectionSettings(TestCluster.shared().createDatabase())
        weak var released: ConnectionPool?
        var answers = 0
        do {
            let pool = ConnectionPool(reactor: reactor, connection: settings)
            released = pool
            pool.start()
            pool.submit(one.statement, parameters: [], deadline: reactor.now + 60_000) { _ in answers += 1 }
            for _ in 0..<1_000 where answers == 0 || pool.readyConnections < 4 { reactor.poll(timeoutMilliseconds: 10) }
            if isClosed { pool.close() }
        }
        #expect(answers == 1)
        #expect(released == nil)
        #expect(reactor.registrationCount == 0)
        #expect(reactor.timerCount == 0)
    }
}
