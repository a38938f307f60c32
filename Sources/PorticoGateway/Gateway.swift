import GraphQLLanguage
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoExecution
import PorticoPlanning
import PostgresClient
import SocketLoop

/// Turns a request into a response: the whole pipeline with the caches of one worker. It belongs to
/// the worker's loop; call it on that loop only.
///
/// ``respond(to:viewer:rules:deadline:completion:)`` → ``Preparation``, on the loop or on another
/// thread → `PlanExecution` in a session → ``GatewayResponse``.
public final class Gateway {
    /// Seconds until there is probably room for another answer.
    private static let roomAgain = 1

    let settings: GatewaySettings
    let reactor: Reactor
    private let pool: ConnectionPool
    /// Runs work on requests that would block the loop; the request reader uses it too.
    public let offloading: OffloadQueue
    /// Writes answers that would block the loop, without waiting for ``offloading`` or vice versa.
    public let answering: OffloadQueue
    private let metrics: GatewayMetrics?
    @exclusivity(unchecked) private var operations: OperationCache
    private let budget: Preparation.Budget
    private let tables: StatisticsReader
    /// The budget of all results and answers of this worker.
    public let answerBudget: ByteBudget
    /// Whether statements may be sent: they depend on how the database's columns compare.
    public var mayAskDatabase: (CompiledPolicy) -> Bool = { _ in true }
    @exclusivity(unchecked) public internal(set) var statistics = GatewayStatistics()

    public init(
        catalog: Catalog, pool: ConnectionPool, reactor: Reactor, settings: GatewaySettings,
        metrics: GatewayMetrics? = nil, offload: @escaping Offload
    ) {
        self.pool = pool
        self.reactor = reactor
        self.settings = settings
        self.metrics = metrics
        offloading = OffloadQueue(reactor: reactor, limits: settings.offloading, offload: offload)
        answering = OffloadQueue(reactor: reactor, limits: settings.answering, offload: offload)
        budget = .ofTheLoop(settings)
        operations = OperationCache(entries: settings.cachedOperations, bytes: settings.cachedBytes)
        answerBudget = ByteBudget(limit: settings.answerBytes)
        tables = StatisticsReader(catalog: catalog, pool: pool, reactor: reactor)
    }

    /// Starts reading PostgreSQL's statistics for the cost of operations; without them the cost is
    /// computed from each `first` alone. `first` is called when the first reading is over.
    public func readStatistics(first: @escaping () -> Void = {}) { tables.start(first: first) }

    /// Calls `completion` once, on the loop, by `deadline` (the reactor's milliseconds).
    @discardableResult
    public func respond(
        to request: GraphQLRequest, viewer: Viewer, rules: CompiledPolicy, deadline: Int,
        completion: @escaping (GatewayResponse) -> Void
    ) -> RequestHandle {
        let deadline = min(deadline, reactor.now + rules.limits[.requestTimeout])
        let handle = RequestHandle(
            gateway: self, request: request, viewer: viewer, rules: rules, deadline: deadline, completion: completion)
        guard request.query.count <= rules.limits[.documentBytes] else {
            refuse(.documentBytes(rules.limits), handle)
            return handle
        }
        let key = operations.key(request, rules: rules.fingerprint), cached = operations[key]
        var preparation = Preparation(
            request: request, viewer: viewer, rules: rules,
            known: cached.map { .init(operation: $0.prepared, plans: $0.plans) }, statistics: tables.statistics,
            settings: settings)
        let outcome = request.isLarge ? nil : preparation.run(budget)
        if let outcome, !outcome.isUnfinished {
            prepared(outcome, cached, key, handle)
        } else {
            if let outcome { preparation = preparation.continuing(outcome) }
            offLoop(handle, { [preparation] in preparation.run(.unlimited) }) { [self] in
                prepared($0, cached, key, handle)
            }
        }
        return handle
    }

    /// Stops the request of a client that has disconnected; `completion` is not called.
    /// - Returns: Bytes that its results took.
    @discardableResult public func cancel(_ handle: RequestHandle) -> Int {
        let bytes = handle.execution?.resultBytes ?? 0
        handle.isOver = true
        handle.execution?.abandon()
        handle.session?.cancel()
        // Work that waits off the loop may hold megabytes of rows.
        handle.sideWork?.withdraw()
        handle.release()
        return bytes
    }

    // MARK: Stages

    /// Caches the outcome and runs the request.
    private func prepared(
        _ outcome: Preparation.Outcome, _ known: CachedOperation?, _ key: OperationCache.Key, _ handle: RequestHandle
    ) {
        handle.observation.stages = outcome.stages
        if known == nil { statistics.documentMisses += 1 } else { statistics.documentHits += 1 }
        guard let operation = outcome.operation else { return failed(outcome, handle) }
        let cached = known ?? operations.insert(operation, for: key)
        if known == nil { cached.metrics = metrics?.operation(operation.operation.name, operation.operation.kind) }
        handle.observation.operationName = operation.operation.name
        handle.observation.operationKind = operation.operation.kind
        handle.metrics = cached.metrics
        guard case .success(var request) = outcome.result else { return failed(outcome, handle) }
        if outcome.stages.plan == nil {
            statistics.planHits += 1
            handle.observation.planCacheHit = known != nil
            if cached.plans[request.key] !== request.plan { cached.replace(request.plan, for: request.key) }
        } else {
            statistics.planMisses += 1
            request.plan = operations.keep(
                request.plan, for: request.key, in: cached, maximum: settings.plansPerOperation)
        }
        run(request, cached, handle)
    }

    private func failed(_ outcome: Preparation.Outcome, _ handle: RequestHandle) {
        guard case .failure(let failure) = outcome.result else { return }
        switch failure {
        case .refused(let errors): refuse(errors.noting(handle.viewer), handle)
        case .unfinished: refuse(.inside, handle)
        }
    }

    private func run(_ request: PreparedRequest, _ cached: CachedOperation, _ handle: RequestHandle) {
        let plan = request.plan.plan
        handle.observation.plan = plan.hash
        if let answer = request.plan.answer { return self.answer(ResponseBuffer(sharing: answer), .data, handle) }
        handle.observation.loads = plan.loads.count
        guard plan.loads.isEmpty || mayAskDatabase(handle.rules) else { return nullData(.noDatabase, handle) }
        let session = session(for: plan, handle)
        let execution = PlanExecution(
            plan: plan, shape: request.plan.shape, parameters: request.bound.parameters, pages: request.bound.pages,
            session: session, limits: handle.rules.limits.answer,
            background: handle, bounds: settings.turn, budget: answerBudget, owner: handle.fairnessKey,
            clock: MonotonicClock.nanoseconds
        ) { [self] result in
            if isWorthAnotherStart(result, handle) { return run(request, cached, handle) }
            finish(result, request, cached, handle)
        }
        handle.session = session
        handle.execution = execution
        execution.start()
    }

    private func session(for plan: AuthorizedPlan, _ handle: RequestHandle) -> any ExecutionSession {
        // A single statement sees one snapshot anyway.
        if plan.loads.count > 1, handle.request.consistency ?? settings.consistency == .request {
            return TransactionSession(
                .snapshot, pool: pool, deadline: handle.deadline, fairnessKey: handle.fairnessKey)
        }
        return SharedSession(pool: pool, deadline: handle.deadline, fairnessKey: handle.fairnessKey)
    }

    /// Whether to rerun a request whose snapshot was lost before anything was answered. It is rerun
    /// once and as a whole; a part alone would see another snapshot.
    private func isWorthAnotherStart(_ result: ExecutionResult, _ handle: RequestHandle) -> Bool {
        guard case .failed(let failure) = result.outcome, failure.kind == .interrupted, !handle.wasStartedAgain,
            !handle.isOver
        else { return false }
        handle.wasStartedAgain = true
        handle.session?.cancel()
        return true
    }

    // MARK: Answers

    /// Minimum bytes of an answer that is cached with a plan without statements.
    private static let keptAnswer = 16 << 10

    private func finish(
        _ result: ExecutionResult, _ request: PreparedRequest, _ cached: CachedOperation, _ handle: RequestHandle
    ) {
        handle.observation.statements = result.statements
        handle.observation.rows = result.rows
        handle.observation.resultBytes = result.resultBytes
        handle.observation.stages.database = result.loadedAt - result.startedAt
        handle.observation.failures += result.refusals.map(\.detail)
        if let errors = ClientErrors(result.outcome, handle.rules.limits) {
            handle.session?.cancel()
            if case .failed(let failure) = result.outcome, failure.kind != .refused {
                handle.observation.outage = failure.detail
            }
            return nullData(errors, handle)
        }
        guard case .answered(let buffer, let isNull, let items) = result.outcome else { return }
        var outcome = GatewayResponse.Outcome.data
        if !items.isEmpty {
            let errors = ClientErrors(items, in: request.operation.source)
            buffer.append(",")
            errors.write(into: buffer)
            handle.hasErrors = true
            if isNull { outcome = .nullData(errors.code) }
        }
        buffer.append("}")
        if request.plan.plan.loads.isEmpty, items.isEmpty, buffer.count >= Self.keptAnswer {
            cached.replace(request.plan.answered(buffer.share()), for: request.key)
        }
        answer(buffer, outcome, handle, loadedAt: result.loadedAt)
    }

    /// Answers with a request error: nothing was executed, and there is no `data`.
    func refuse(_ errors: ClientErrors, _ handle: RequestHandle) {
        answer(errors, errors.response(), .requestError(errors.code), handle)
    }

    func nullData(_ errors: ClientErrors, _ handle: RequestHandle) {
        answer(errors, errors.response(saysNull: true), .nullData(errors.code), handle)
    }

    private func answer(
        _ errors: ClientErrors, _ buffer: ResponseBuffer, _ outcome: GatewayResponse.Outcome, _ handle: RequestHandle
    ) {
        handle.observation.limit = errors.limit
        handle.observation.failures += errors.details
        answer(buffer, outcome, handle, cause: errors.cause)
    }

    private func answer(
        _ buffer: ResponseBuffer, _ outcome: GatewayResponse.Outcome, _ handle: RequestHandle,
        cause: GatewayResponse.Cause? = nil, loadedAt: Int? = nil
    ) {
        guard !handle.isOver else { return }
        handle.isOver = true
        let now = MonotonicClock.nanoseconds()
        handle.observation.stages.total = now - handle.receivedAt
        if let loadedAt { handle.observation.stages.write = now - loadedAt }
        if let slow = settings.slowRequest, handle.observation.stages.total >= slow { handle.observation.isSlow = true }
        if handle.observation.isSlow || handle.request.isTraced {
            handle.observation.loadMeasurements = handle.execution?.measurements() ?? []
        }
        count(buffer, outcome, handle)
        let completion = handle.completion
        let response = GatewayResponse(
            buffer: buffer, outcome: outcome, cause: cause, observation: handle.observation,
            retryAfter: cause == .noRoom ? Self.roomAgain : nil)
        handle.release()
        completion(response)
    }

    private func count(_ buffer: ResponseBuffer, _ outcome: GatewayResponse.Outcome, _ handle: RequestHandle) {
        let observation = handle.observation
        statistics.loads += observation.loads
        statistics.statements += observation.statements
        statistics.rows += observation.rows
        statistics.responseBytes += buffer.count
        guard let metrics else { return }
        (handle.metrics ?? metrics.unknown).count(
            RequestCode(outcome, hasErrors: handle.hasErrors), nanoseconds: observation.stages.total)
        metrics.count(observation.stages)
    }

    /// Number of cached operations, and their approximate size in bytes.
    public var cached: (operations: Int, bytes: Int) { (operations.count, operations.bytes) }
}
