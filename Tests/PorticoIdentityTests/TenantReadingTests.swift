import Foundation
import PorticoAccess
import PorticoGateway
import PostgresClient
import PostgresSQL
import SocketLoop
import TestCluster
import Testing
@testable import PorticoIdentity

/// A tree of tenants is read from PostgreSQL without holding the loop, and kept as long as it is
/// the same.
@Suite(.onBlockingThreads) struct TenantReadingTests {
    /// Work beside the loop, which is done when the test says so.
    private final class Side {
        private var waiting: [(work: @Sendable () async -> Void, then: () -> Void)] = []
        private(set) var pieces = 0

        func add(_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) {
            pieces += 1
            waiting.append((work, then))
        }

        func runAll() async {
            while !waiting.isEmpty {
                let (work, then) = waiting.removeFirst()
                await work()
                then()
            }
        }
    }

    private let statement = Statement(
        text: "SELECT $1 || n FROM generate_series(1, current_setting('test.tenants')::int) n", parameterTypes: [25])

    private func read(_ tenants: Int, known: TenantList?, _ side: Side) async throws -> TenantList {
        let cluster = try TestCluster.shared(), name = "tenants_\(UUID().uuidString.prefix(8).lowercased())"
        var connection = try ConnectionSettings(cluster.createDatabase(name: name))
        connection.readOnly = true
        try cluster.psql("ALTER DATABASE \(name) SET test.tenants = \(tenants)", database: name)
        let reactor = Reactor(), pool = ConnectionPool(reactor: reactor, connection: connection, settings: .init())
        pool.start()
        defer { pool.close() }
        let queue = OffloadQueue(reactor: reactor, limits: .init()) { side.add($0, $1) }
        let source = PoolDirectorySource(pool: pool, reactor: reactor, reading: queue)
        var result: Result<TenantList, DirectoryFailure>?
        source.tenants(of: statement, below: "t", known: known) { result = $0 }
        while result == nil {
            reactor.poll(timeoutMilliseconds: 20)
            await side.runAll()
        }
        return try #require(result).get()
    }

    @Test func fewAreReadOnTheLoopAndManyBesideIt() async throws {
        let side = Side(), most = PoolDirectorySource.tenantsOnLoop
        let few = try await read(most, known: nil, side)
        #expect(few.ids == (1...most).map { "t\($0)" } && side.pieces == 0)
        let many = try await read(most + 1, known: few, side)
        #expect(many.ids == (1...(most + 1)).map { "t\($0)" } && side.pieces == 1)
    }

    @Test func theSameTenantsAreTheSameList() async throws {
        let side = Side(), most = PoolDirectorySource.tenantsOnLoop
        for count in [3, most + 5] {
            let first = try await read(count, known: nil, side)
            #expect(try await read(count, known: first, side) === first)
            // By bytes: as Swift compares texts, these would be the same.
            let alike = TenantList(first.ids.dropLast() + ["t\(count)\u{301}"])
            #expect(try await read(count, known: alike, side) !== alike)
        }
    }
}
