import PostgresSQL
import SocketLoop
import TestCluster
@testable import PostgresClient

/// What a statement came to, in a form that can leave the actor: binary cells as bytes.
enum Outcome: Sendable, Equatable {
    case rows([[[UInt8]?]])
    case failure(DatabaseFailure.Kind, sqlState: String)

    init(_ result: Result<ResultSet, DatabaseFailure>) {
        switch result {
        case .success(let set):
            self = .rows(
                (0..<set.rowCount).map { row in (0..<set.columnCount).map { set.bytes(row: row, column: $0) } })
        case .failure(let failure): self = .failure(failure.kind, sqlState: failure.sqlState)
        }
    }

    /// One row with one `int4`.
    static func int(_ value: Int32) -> Outcome { .rows([[withUnsafeBytes(of: value.bigEndian) { Array($0) }]]) }

    static func text(_ value: String) -> Outcome { .rows([[Array(value.utf8)]]) }

    var kind: DatabaseFailure.Kind? { if case .failure(let kind, _) = self { kind } else { nil } }
}

struct Query: Sendable {
    var statement: Statement
    var parameters: [ParameterValue]
    /// Milliseconds from now.
    var patience: Int
    var key: UInt64

    init(
        _ text: String, _ parameters: [ParameterValue] = [], types: [UInt32] = [], patience: Int = 30_000,
        key: UInt64 = 0
    ) {
        statement = Statement(text: text, parameterTypes: types)
        self.parameters = parameters
        self.patience = patience
        self.key = key
    }
}

/// A worker with a pool, as a server has them.
actor DatabaseWorker: LoopPoller {
    nonisolated let executor: LoopExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    let reactor: Reactor
    let pool: ConnectionPool
    private var tickets: [StatementHandle] = []

    init(connection: ConnectionSettings, settings: ConnectionPool.Settings, lookup: HostLookup = .system) {
        executor = LoopExecutor()
        reactor = Reactor(executor: executor)
        pool = ConnectionPool(reactor: reactor, connection: connection, settings: settings, lookup: lookup)
    }

    nonisolated func poll(timeoutMilliseconds: Int) {
        assumeIsolated { $0.reactor.poll(timeoutMilliseconds: timeoutMilliseconds) }
    }

    func start() { pool.start() }
    func close() { pool.close() }
    var statistics: PoolStatistics { pool.statistics }
    var lastFailure: DatabaseFailure? { pool.lastFailure }
    var readyConnections: Int { pool.readyConnections }
    var waitingStatements: Int { pool.waitingStatements }

    /// Submits all in one turn, cancels some in the same turn, and waits for all.
    func run(_ queries: [Query], cancelling cancelled: [Int] = []) async -> [Outcome] {
        final class Gathering {
            var outcomes: [Outcome?]
            var left: Int
            init(_ count: Int) { outcomes = Array(repeating: nil, count: count); left = count }
        }
        guard !queries.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            let gathering = Gathering(queries.count)
            tickets = queries.enumerated().map { index, query in
                pool.submit(
                    query.statement, parameters: query.parameters, deadline: reactor.now + query.patience,
                    fairnessKey: query.key
                ) { result in
                    precondition(gathering.outcomes[index] == nil, "a completion was called twice")
                    gathering.outcomes[index] = Outcome(result)
                    gathering.left -= 1
                    if gathering.left == 0 { continuation.resume(returning: gathering.outcomes.compactMap { $0 }) }
                }
            }
            for index in cancelled { pool.cancel(tickets[index]) }
        }
    }

    func run(_ query: Query) async -> Outcome { await run([query])[0] }

    /// Cancels one of the queries that were submitted last.
    func cancel(_ index: Int) { pool.cancel(tickets[index]) }

    /// Waits (by the loop's own timer) until something holds; false after ten seconds.
    func wait(until holds: @escaping @Sendable (isolated DatabaseWorker) throws -> Bool) async -> Bool {
        for _ in 0..<1_000 {
            if (try? holds(self)) == true { return true }
            await withCheckedContinuation { continuation in
                _ = reactor.after(milliseconds: 10) { continuation.resume() }
            }
        }
        return false
    }
}

/// Waits until something holds that is not the worker's to know; false after ten seconds.
func eventually(_ holds: @Sendable () throws -> Bool) async -> Bool {
    for _ in 0..<500 {
        if (try? holds()) == true { return true }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return false
}

/// A worker on a database of its own in the shared cluster (or in the given one), connected, for
/// the length of the body.
func withDatabase<R>(
    cluster: TestCluster? = nil,
    change: (inout ConnectionPool.Settings, inout ConnectionSettings) -> Void = { _, _ in },
    _ body: (DatabaseWorker, _ psql: @escaping @Sendable (String) throws -> String) async throws -> R
) async throws -> R {
    let cluster = try cluster ?? TestCluster.shared()
    let url = try cluster.createDatabase()
    let name = String(
        url.dropFirst(url.range(of: "@/").map { url.distance(from: url.startIndex, to: $0.upperBound) } ?? 0).prefix {
            $0 != "?"
        })
    var connection = try ConnectionSettings(url), settings = ConnectionPool.Settings()
    settings.connections = 1
    change(&settings, &connection)
    let worker = DatabaseWorker(connection: connection, settings: settings)
    let thread = worker.executor.spawnThread(name: "test-worker", polling: worker)
    defer { thread.join() }
    defer { worker.executor.stop() }
    await worker.start()
    _ = await worker.wait { $0.pool.readyConnections == $0.pool.connectionCount }
    let result: R
    do {
        result = try await body(worker) { try cluster.psql($0, database: name) }
    } catch {
        await worker.close()
        throw error
    }
    await worker.close()
    return result
}

extension DatabaseWorker {
    /// The first row's cells, as the executor reads them.
    func cells(of text: String) async -> [[UInt8]?] {
        await withCheckedContinuation { continuation in
            pool.submit(Statement(text: text, parameterTypes: []), parameters: []) { result in
                guard case .success(let set) = result, set.rowCount > 0 else {
                    return continuation.resume(returning: [])
                }
                let cells = [Cell](unsafeUninitializedCapacity: set.columnCount) { buffer, count in
                    if let base = buffer.baseAddress { set.cells(ofRow: 0, into: base) }
                    count = set.columnCount
                }
                continuation.resume(returning: cells.map { $0.isNull ? nil : Array($0.bytes) })
            }
        }
    }

    func failure(of text: String) async -> DatabaseFailure? {
        await withCheckedContinuation { continuation in
            pool.submit(Statement(text: text, parameterTypes: []), parameters: []) { result in
                if case .failure(let failure) = result {
                    continuation.resume(returning: failure)
                } else {
                    continuation.resume(returning: nil)
                }
            }
        }
    }
}
