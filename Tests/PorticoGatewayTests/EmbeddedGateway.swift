import PorticoAccess
import PorticoCatalog
import PorticoGateway
import PostgresClient
import PostgresSQL
import SocketLoop

/// A gateway on a thread of its own, whose requests may overlap and whose work off the loop runs
/// there, as in the server's workers.
actor EmbeddedGateway: LoopPoller {
    /// An answer that may leave the loop.
    struct Answer: Sendable {
        let body: [UInt8]
        let outcome: GatewayResponse.Outcome
        let observation: RequestObservation
    }

    private nonisolated let executor = LoopExecutor()
    /// It refers back to this actor until ``stop()``.
    private var host: GatewayHost?
    private let makeHost: (@escaping Offload) -> GatewayHost
    private let reactor: Reactor
    private var offloaded: [Int: () -> Void] = [:]
    private var lastOffload = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        catalog: Catalog, connection: ConnectionSettings, poolSettings: ConnectionPool.Settings = .init(),
        settings: GatewaySettings = GatewaySettings()
    ) {
        let reactor = Reactor(executor: executor)
        self.reactor = reactor
        makeHost = { offload in
            GatewayHost(
                catalog: catalog, connection: connection, poolSettings: poolSettings, settings: settings,
                reactor: reactor, offload: offload)
        }
    }

    nonisolated func poll(timeoutMilliseconds: Int) {
        assumeIsolated { $0.reactor.poll(timeoutMilliseconds: timeoutMilliseconds) }
    }

    /// Starts the loop's thread; nothing is answered before.
    nonisolated func start() -> LoopThread { executor.spawnThread(name: "portico-embedded", polling: self) }

    /// Closes the connections and ends the loop; requests in progress fail.
    func stop() {
        host?.pool.close()
        host = nil
        executor.stop()
    }

    func respond(
        to request: GraphQLRequest, viewer: Viewer, rules: CompiledPolicy, timeoutMilliseconds: Int = 10_000
    ) async -> Answer {
        await withCheckedContinuation { continuation in
            standing().submit(request, as: viewer, rules, within: timeoutMilliseconds) { response in
                let answer = Answer(
                    body: response.buffer.takeBytes(), outcome: response.outcome, observation: response.observation)
                continuation.resume(returning: answer)
            }
        }
    }

    /// Reads PostgreSQL's statistics, which the cost estimates then use too.
    func readStatistics() async {
        await withCheckedContinuation { continuation in standing().gateway.readStatistics { continuation.resume() } }
    }

    /// Counts of what the pool did so far.
    var poolStatistics: PoolStatistics { standing().pool.statistics }

    /// Counts of what the gateway did so far.
    var statistics: GatewayStatistics { host?.gateway.statistics ?? GatewayStatistics() }

    /// How many pieces of work have run off the loop so far.
    var offloadedPieces: Int { host?.gateway.offloading.finished ?? 0 }

    // MARK: Work elsewhere

    private func standing() -> GatewayHost {
        if let host { return host }
        let host = makeHost { work, then in self.offload(work, then) }
        self.host = host
        return host
    }

    private func offload(_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) {
        lastOffload += 1
        offloaded[lastOffload] = then
        let number = lastOffload
        Task.detached(executorPreference: BackgroundThreads.shared) {
            await work()
            await self.finish(number)
        }
    }

    private func finish(_ number: Int) { offloaded.removeValue(forKey: number)?() }
}
