import Glibc
import Logging
import PorticoConfiguration
import PorticoGateway
import PorticoHTTP
import PorticoIdentity
import PorticoTelemetry
import PostgresClient
import SocketLoop
import TLSTransport

/// One loop with its sockets, database connections and caches. Workers share only ``ServerState``.
///
/// Its objects are confined to this actor, whose executor is the loop, and call synchronously.
actor Worker: LoopPoller {
    nonisolated let executor: LoopExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Its number within the process, from 0: the label of its loop's metrics.
    private let number: Int
    private let reactor: Reactor
    private let logger: Logger
    private let databaseLog: DatabaseLog
    private var parts: Parts?
    private var signals: SignalSource?
    private var tablesHaveChanged: (@Sendable () -> Void)?
    /// A connection was lost, or failed to open, since the last one that came up.
    private var databaseWasAway = false
    /// Continuations of work on other threads; at most as many as requests in flight.
    private var waiting: [UInt64: () -> Void] = [:]
    private var nextTicket: UInt64 = 0

    private struct Parts {
        let pool: ConnectionPool
        let router: Router
        let listener: HTTPListener
        let readiness: Readiness
        let log: RequestLog
        let metrics: WorkerMetrics
        let watch: DatabaseWatch?
    }

    init(number: Int, logger: Logger) {
        self.number = number
        let executor = LoopExecutor()
        self.executor = executor
        self.logger = logger
        let reactor = Reactor(executor: executor)
        self.reactor = reactor
        databaseLog = DatabaseLog(logger: logger, clock: { reactor.now })
    }

    nonisolated func poll(timeoutMilliseconds: Int) {
        assumeIsolated { $0.reactor.poll(timeoutMilliseconds: timeoutMilliseconds) }
    }

    // MARK: Life

    /// Starts to serve. The objects created here refer back to the worker until ``stop(within:)``.
    /// - Throws: ``DatabaseFailure`` when the database's URL cannot be read, ``SocketFailure`` when
    ///   a socket cannot be watched. An unreachable database is not an error: it is retried
    ///   indefinitely.
    ///
    /// - Parameters:
    ///   - watching: Reacts to changes of the database's tables; `nil` if another worker or none
    ///     watches them.
    ///   - tablesHaveChanged: Called when one of this worker's statements reveals a change.
    func start(
        _ state: ServerState, keys: KeyStore, refresher: KeyRefresher? = nil, certificates: CertificateStore? = nil,
        sockets: [ListeningSocket],
        watching actions: DatabaseKeeper.Actions? = nil, tablesHaveChanged: (@Sendable () -> Void)? = nil
    ) throws {
        self.tablesHaveChanged = tablesHaveChanged
        let configuration = state.configuration
        let offload: Offload = { work, then in self.launch(work, then) }
        let pool = try makePool(configuration.database)
        let log = RequestLog(reactor: reactor, configuration: configuration.logging, writer: .standardError)
        let source = PoolDirectorySource(
            pool: pool, reactor: reactor, timeout: configuration.limits[.requestTimeout],
            reading: OffloadQueue(reactor: reactor, limits: OffloadQueue.Limits(), offload: offload))
        let clock = { [reactor] in reactor.now }
        let directory = ViewerDirectory(
            statements: DirectoryStatements(
                users: configuration.authentication.users, tenants: configuration.authentication.tenants),
            authentication: configuration.authentication, source: source, clock: clock,
            atEndOfTurn: { [reactor] in reactor.atEndOfTurn($0) },
            report: { [databaseLog] detail in databaseLog.report(lookup: detail) })
        let policy = Latest(state.policy.published)
        let claims = configuration.authentication.requirements.claims
        let resolver = ViewerResolver(directory: directory, claims: claims, snapshot: { policy.current })
        let authenticator = Authenticator(
            keys: keys, authentication: configuration.authentication, resolver: resolver,
            checks: OffloadQueue(reactor: reactor, limits: configuration.limits.tokenChecking, offload: offload),
            readings: refresher.map {
                (
                    OffloadQueue(
                        reactor: reactor,
                        limits: .init(
                            running: Authenticator.mostKeyWaiters, waiting: Authenticator.mostKeyWaiters, bytes: .max),
                        offload: offload), $0
                )
            })
        var settings = state.gateway
        settings.consistency = configuration.database.consistency
        settings.tagsStatements = configuration.database.tagsStatements
        settings.slowRequest = configuration.logging.slowRequest.map { $0 * 1_000_000 }
        settings.offloading = configuration.limits.offloading
        settings.answering = configuration.limits.answering
        settings.answerBytes = configuration.limits[.answerBytes]
        let memory = AnswerMemory(reactor: reactor, offload: offload)
        let findings = Latest(state.findings)
        let gateway = Gateway(
            catalog: state.catalog, pool: pool, reactor: reactor, settings: settings,
            metrics: GatewayMetrics(factory: state.metrics.factory, names: state.metrics.names), offload: offload)
        gateway.mayAskDatabase = { findings.current.admits($0) }
        let answers = gateway.answerBudget
        let readiness = Readiness(
            expected: state.migrations, source: source, clock: clock, keysAreKnown: { keys.isComplete },
            tables: { findings.current.readiness })
        let endpoint = GraphQLEndpoint(
            reactor: reactor,
            service: AdmittingService(GatewayService(gateway, memory: memory), admission: state.admission),
            documents: DocumentLookup(
                trusted: state.documents, configuration: configuration.documents, limits: configuration.limits),
            settings: GraphQLEndpoint.Settings(configuration), offloading: gateway.offloading, answers: answers,
            explaining: AccessExtension(configuration.access, policy: { policy.current }))
        let surface = ResponsePolicy(
            cors: configuration.cors.map { CORSPolicy($0) },
            compression: configuration.compression
                ? ResponseCompression(
                    queue: OffloadQueue(reactor: reactor, limits: configuration.limits.compressing, offload: offload),
                    answers: answers) : nil,
            metrics: MetricsEndpoint(metrics: state.metrics, admits: configuration.metrics.admits, offload: offload),
            tracer: state.tracer ?? configuration.tracing.tracer)
        let router = Router(
            authenticator: authenticator, endpoint: endpoint, readiness: readiness, log: log, surface: surface)
        let listener = HTTPListener(
            reactor: reactor, sockets: sockets, certificates: certificates,
            settings: HTTPConnectionSettings(configuration.limits), mostConnections: configuration.limits[.connections],
            answers: answers, handler: router, logger: logger)
        listener.gaveBack = { memory.released(bytes: $0) }
        listener.bodies.gaveBack = { memory.released(bytes: $0) }
        let metrics = WorkerMetrics(
            factory: state.metrics.factory, worker: number, reactor: reactor, gateway: gateway, pool: pool,
            http: surface.statistics, listener: listener, answers: answers, log: log)
        let watch = databaseWatch(
            state, pool, OffloadQueue(reactor: reactor, limits: OffloadQueue.Limits(), offload: offload), actions)
        parts = Parts(
            pool: pool, router: router, listener: listener, readiness: readiness, log: log, metrics: metrics,
            watch: watch)
        pool.start()
        watch?.start(known: state.database)
        gateway.readStatistics()
        try listener.start()
    }

    /// Updates the metrics from this worker's counts.
    func sampleMetrics() { parts?.metrics.sample() }

    /// Calls back for each signal that asks the process to end, or to reload.
    func watchSignals(_ handler: @escaping @Sendable (ProcessSignal) -> Void) throws(SocketFailure) {
        signals = try SignalSource([.terminate, .interrupt, .hangup], reactor: reactor) { handler($0) }
    }

    /// Accepts no more connections; afterwards the listening sockets may be closed.
    func stopAccepting() {
        parts?.readiness.stop()
        parts?.listener.stopAccepting()
    }

    /// Finishes requests within the given milliseconds, then disconnects from the database.
    func stop(within milliseconds: Int) async {
        guard let parts else { return }
        await withCheckedContinuation { continuation in
            parts.listener.stop(within: milliseconds) { continuation.resume() }
        }
        parts.log.flush()
        parts.pool.close()
        signals?.cancel()
        signals = nil
        self.parts = nil
    }

    private func makePool(_ database: DatabaseConfiguration) throws(DatabaseFailure) -> ConnectionPool {
        var connection = try ConnectionSettings(database.url ?? "")
        connection.statements = database.statements
        connection.statementTimeoutMilliseconds = database.statementTimeout
        connection.readOnly = true
        let pool = ConnectionPool(reactor: reactor, connection: connection, settings: ConnectionPool.Settings(database))
        pool.onEvent = { [unowned pool, databaseLog] event in
            databaseLog.report(event, standing: pool.readyConnections)
            self.databaseHappened(event)
        }
        return pool
    }

    // MARK: The database's tables

    private func databaseWatch(
        _ state: ServerState, _ pool: ConnectionPool, _ queue: OffloadQueue, _ actions: DatabaseKeeper.Actions?
    ) -> DatabaseWatch? {
        guard let actions, let expectation = state.expectation else { return nil }
        let keeper = DatabaseKeeper(
            state.findings, inForce: state.catalog, actions: actions, metrics: state.metrics, logger: logger,
            clock: { [reactor] in reactor.now })
        return DatabaseWatch(expectation, pool: pool, reactor: reactor, queue: queue, intervals: state.tableWatch) {
            keeper.take($0)
        }
    }

    /// The database may have been restored while disconnected, or altered while connected.
    private func databaseHappened(_ event: ConnectionPool.Event) {
        switch event {
        case .connected:
            if databaseWasAway { parts?.watch?.tablesMayHaveChanged() }
            databaseWasAway = false
        case .connectFailed, .lost: databaseWasAway = true
        case .tablesChanged: tablesHaveChanged?()
        }
    }

    /// Makes the watching worker check the database's tables.
    func lookAtTables() { parts?.watch?.tablesMayHaveChanged() }

    /// Invalidates prepared statements.
    func forgetPrepared() { parts?.pool.forgetPrepared() }

    // MARK: Work off the loop

    /// Runs work that would block the loop on another thread, and calls back.
    private func launch(_ work: @escaping @Sendable () async -> Void, _ then: @escaping () -> Void) {
        nextTicket &+= 1
        let ticket = nextTicket
        waiting[ticket] = then
        Task.detached(executorPreference: BackgroundThreads.shared) {
            await work()
            await self.deliver(ticket)
        }
    }

    private func deliver(_ ticket: UInt64) { waiting.removeValue(forKey: ticket)?() }
}
