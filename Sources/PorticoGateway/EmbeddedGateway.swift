import PorticoAccess
import PorticoCatalog
import PostgresClient
import PostgresSQL
import SocketLoop

/// A gateway with a loop, a thread and a pool of its own, for what is no server: commands and
/// tests. Requests are answered as the server answers them.
public actor EmbeddedGateway: LoopPoller {
    /// An answer that may leave the loop.
    public struct Answer: Sendable {
        public let body: [UInt8]
        public let outcome: GatewayResponse.Outcome
        public let observation: RequestObservation
    }

    private nonisolated let executor = LoopExecutor()
    private let reactor: Reactor
    private let pool: ConnectionPool
    /// Made at the first request; it refers back to this actor until ``stop()``.
    private var gateway: Gateway?
    private let catalog: Catalog
    private let settings: GatewaySettings
    private var offloaded: [Int: () -> Void] = [:]
    private var lastOffload = 0

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    public init(
        catalog: Catalog, connection: ConnectionSettings, poolSettings: ConnectionPool.Settings = .init(),
        settings: GatewaySettings = GatewaySettings()
    ) {
        self.catalog = catalog
        self.settings = settings
        let reactor = Reactor(executor: executor)
        pool = ConnectionPool(reactor: reactor, connection: connection, settings: poolSettings)
        self.reactor = reactor
    }

    public nonisolated func poll(timeoutMilliseconds: Int) {
        assumeIsolated { $0.reactor.poll(timeoutMilliseconds: timeoutMilliseconds) }
    }

    /// Starts the loop's thread; nothing is answered before.
    public nonisolated func start() -> LoopThread { executor.spawnThread(name: "portico-embedded", polling: self) }

    /// Closes the connections and ends the loop; what is under way fails.
    public func stop() {
        pool.close()
        gateway = nil
        executor.stop()
    }

    public func respond(
        to request: GraphQLRequest, viewer: Viewer, rules: RuleSet, timeoutMilliseconds: Int = 10_000
    ) async -> Answer {
        await withCheckedContinuation { continuation in
            standing().respond(to: request, viewer: viewer, rules: rules, deadline: reactor.now + timeoutMilliseconds) {
                response in
                let answer = Answer(
                    body: response.buffer.takeBytes(), outcome: response.outcome, observation: response.observation)
                continuation.resume(returning: answer)
            }
        }
    }

    /// Reads PostgreSQL's statistics, which the cost of operations is then reckoned with too.
    public func readStatistics() async {
        await withCheckedContinuation { continuation in standing().readStatistics { continuation.resume() } }
    }

    /// Counts of what the pool did so far.
    public var poolStatistics: PoolStatistics { pool.statistics }

    /// Counts of what the gateway did so far.
    public var statistics: GatewayStatistics { gateway?.statistics ?? GatewayStatistics() }

    /// How many pieces of work have run off the loop so far.
    public var offloadedPieces: Int { gateway?.offloading.finished ?? 0 }

    // MARK: Work elsewhere

    private func standing() -> Gateway {
        if let gateway { return gateway }
        pool.start()
        let gateway = Gateway(catalog: catalog, pool: pool, reactor: reactor, settings: settings) { work, then in
            self.offload(work, then)
        }
        self.gateway = gateway
        return gateway
    }

    private func offload(_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) {
        lastOffload += 1
        offloaded[lastOffload] = then
        let number = lastOffload
        Task.detached(executorPreference: SideThreads.shared) {
            await work()
            await self.finish(number)
        }
    }

    private func finish(_ number: Int) { offloaded.removeValue(forKey: number)?() }
}
