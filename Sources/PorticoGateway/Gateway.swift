import GraphQLLanguage
import GraphQLValidation
import JSONBytes
import PorticoAccess
import PorticoCatalog
import PorticoExecution
import PorticoPlanning
import PostgresClient
import PostgresSQL
import SocketLoop

/// From a request to its response: the whole pipeline, with the caches of one worker. It belongs to
/// the worker's loop and is called on it alone.
public final class Gateway {
    let settings: GatewaySettings
    let reactor: Reactor
    private let pool: ConnectionPool
    /// Where what would hold the loop is worked on; for the reader of requests as well.
    public let offloading: OffloadQueue
    /// Where answers are written that would hold the loop: another line than that of requests, so
    /// that neither waits for the other.
    public let answering: OffloadQueue
    private let metrics: GatewayMetrics?
    @exclusivity(unchecked) private var operations: OperationCache
    private let tables: StatisticsReader
    /// What all results and answers of this worker take together.
    public let answerBudget: ByteBudget
    /// Whether statements may be sent: what they are follows from how the database's columns
    /// compare.
    public var mayAskDatabase: (RuleSet) -> Bool = { _ in true }
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
        operations = OperationCache(entries: settings.cachedOperations, bytes: settings.cachedBytes)
        answerBudget = ByteBudget(limit: settings.answerBytes)
        tables = StatisticsReader(catalog: catalog, pool: pool, reactor: reactor)
    }

    /// Lets the cost of operations be reckoned with PostgreSQL's statistics too; without it, or
    /// until they are there, with their `first`s alone. `first` is called when the first reading is
    /// over.
    public func readStatistics(first: @escaping () -> Void = {}) { tables.start(first: first) }

    /// Answers by `completion`, once, on the loop; at the latest when `deadline` (milliseconds of
    /// the reactor's clock) is past.
    @discardableResult
    public func respond(
        to request: GraphQLRequest, viewer: Viewer, rules: RuleSet, deadline: Int,
        completion: @escaping (GatewayResponse) -> Void
    ) -> RequestTicket {
        let deadline = min(deadline, reactor.now + rules.limits[.requestTimeout])
        let ticket = RequestTicket(
            gateway: self, request: request, viewer: viewer, rules: rules, deadline: deadline, completion: completion)
        // Before anything goes over it.
        guard request.query.count <= rules.limits[.documentBytes] else {
            refuse(.documentBytes(rules.limits), ticket)
            return ticket
        }
        let key = operations.key(request, rules: rules.fingerprint)
        if let cached = operations[key] {
            statistics.documentHits += 1
            ticket.observation.planCacheHit = true
            execute(cached, ticket)
            return ticket
        }
        statistics.documentMisses += 1
        if request.isLarge || request.query.count > settings.offloadBytes {
            prepareElsewhere(key, ticket)
        } else {
            let preparation = PreparedOperation.prepare(request, rules: rules, allowance: settings.validationSteps)
            // A few lines can be long to validate: that is begun anew where it holds nobody up.
            if preparation.isUnfinished { prepareElsewhere(key, ticket) } else { prepared(preparation, key, ticket) }
        }
        return ticket
    }

    /// The client went away: nothing more is done for it, and `completion` is not called.
    /// - Returns: Bytes that its results took.
    @discardableResult public func cancel(_ ticket: RequestTicket) -> Int {
        let bytes = ticket.execution?.resultBytes ?? 0
        ticket.isOver = true
        ticket.execution?.abandon()
        ticket.runner?.cancel()
        // What waits beside the loop may hold on to megabytes of rows.
        ticket.sideWork?.withdraw()
        ticket.release()
        return bytes
    }

    // MARK: Stages

    private func prepareElsewhere(_ key: OperationCache.Key, _ ticket: RequestTicket) {
        let (request, rules) = (ticket.request, ticket.rules)
        elsewhere(ticket, { PreparedOperation.prepare(request, rules: rules) }) { [self] in prepared($0, key, ticket) }
    }

    private func prepared(
        _ preparation: PreparedOperation.Preparation, _ key: OperationCache.Key, _ ticket: RequestTicket
    ) {
        ticket.observation.stages = preparation.stages
        switch preparation.result {
        case .success(let prepared):
            let cached = operations.insert(prepared, for: key)
            cached.metrics = metrics?.operation(prepared.operation.name, prepared.operation.kind)
            execute(cached, ticket)
        case .failure(let errors): refuse(errors.noting(ticket.viewer), ticket)
        }
    }

    private func execute(_ cached: CachedOperation, _ ticket: RequestTicket) {
        let operation = cached.prepared.operation
        ticket.observation.operationName = operation.name
        ticket.observation.operationKind = operation.kind
        ticket.metrics = cached.metrics
        if ticket.request.isReadOnly, operation.kind == .mutation { return refuse(.mutationBySafeMethod, ticket) }
        let (prepared, request, limits) = (cached.prepared, ticket.request, ticket.rules.limits.input)
        guard request.isLarge else {
            return coerced(CoercedRequest.make(prepared, request, limits: limits), cached, ticket)
        }
        elsewhere(ticket, { CoercedRequest.make(prepared, request, limits: limits) }) { [self] in
            coerced($0, cached, ticket)
        }
    }

    private func coerced(
        _ result: Result<CoercedRequest, RequestErrors>, _ cached: CachedOperation, _ ticket: RequestTicket
    ) {
        switch result {
        case .success(let coerced): plan(cached, coerced, ticket)
        case .failure(let errors): refuse(errors, ticket)
        }
    }

    private func plan(_ cached: CachedOperation, _ coerced: CoercedRequest, _ ticket: RequestTicket) {
        let scope = TenantScope(ticket.viewer, reach: ticket.rules.reach)
        let (prepared, variables) = (cached.prepared, coerced.variables)
        let key = CachedOperation.PlanKey(scope: scope, shape: coerced.shape)
        if let plan = cached.plan(key) {
            statistics.planHits += 1
            return run(plan, variables, prepared, ticket)
        }
        statistics.planMisses += 1
        ticket.observation.planCacheHit = false
        var planner = Planner(catalog: ticket.rules.catalog, rules: ticket.rules, scope: scope)
        planner.tagsStatements = settings.tagsStatements
        if !ticket.request.isLarge, prepared.source.bytes.count <= settings.offloadBytes, !prepared.asksForTheSchema {
            planner.allowance = settings.planningSteps
            let result = planner.result(prepared, variables)
            // A few lines can ask for long filters in many loads: that is begun anew where it holds
            // nobody up.
            guard case .failure(let error) = result.result, error.kind == .allowance else {
                return planned(result, cached, key, variables, ticket)
            }
            planner.allowance = .max
        }
        elsewhere(ticket, { [planner] in planner.result(prepared, variables) }) { [self] in
            planned($0, cached, key, variables, ticket)
        }
    }

    private func planned(
        _ planned: Planner.Planned, _ cached: CachedOperation, _ key: CachedOperation.PlanKey,
        _ variables: VariableValues, _ ticket: RequestTicket
    ) {
        ticket.observation.stages.plan = planned.nanoseconds
        switch planned.result {
        case .success(let made):
            run(
                operations.keep(made.plan, made.shape, for: key, in: cached, maximum: settings.plansPerOperation),
                variables, cached.prepared, ticket)
        case .failure(let error): refuse(error, cached.prepared, ticket)
        }
    }

    private func run(
        _ cached: CachedPlan, _ variables: VariableValues, _ prepared: PreparedOperation, _ ticket: RequestTicket
    ) {
        let plan = cached.plan, known = tables.statistics
        if let answer = cached.answer {
            ticket.observation.plan = plan.hash
            return self.answer(ResponseBuffer(sharing: answer), .data, ticket)
        }
        if cached.estimate.reading != known.reading {
            cached.estimate = PlanEstimate(plan, catalog: ticket.rules.catalog, statistics: known)
        }
        let estimate = cached.estimate
        var binding = RequestBinding(
            operation: prepared.operation, variables: variables, viewer: ticket.viewer, limits: ticket.rules.limits,
            now: settings.now ?? MomentText.now(), cursors: settings.cursors)
        if !ticket.request.isLarge, plan.parameterCount <= settings.boundParameters {
            binding.allowance = settings.turn.valueBytes
            let bound = BoundRequest.make(binding, plan, estimate)
            // One long list in many places, or many tenants: that is begun anew where it holds
            // nobody up.
            guard case .failure(let error) = bound, error.kind == .allowance else {
                return run(cached, bound, variables, prepared, ticket)
            }
            binding.allowance = .max
        }
        elsewhere(ticket, { [binding] in BoundRequest.make(binding, plan, estimate) }) { [self] in
            run(cached, $0, variables, prepared, ticket)
        }
    }

    private func run(
        _ cached: CachedPlan, _ bound: Result<BoundRequest, PlanningError>, _ variables: VariableValues,
        _ prepared: PreparedOperation, _ ticket: RequestTicket
    ) {
        let plan = cached.plan, request: BoundRequest
        switch bound {
        case .success(let bound): request = bound
        case .failure(let error): return refuse(error, prepared, ticket)
        }
        ticket.observation.loads = plan.loads.count
        ticket.observation.plan = plan.hash
        guard plan.loads.isEmpty || mayAskDatabase(ticket.rules) else { return nullData(Self.noDatabase, ticket) }
        let runner = runner(of: plan, ticket)
        let execution = PlanExecution(
            plan: plan, shape: cached.shape, parameters: request.parameters, pages: request.pages, runner: runner,
            limits: ticket.rules.limits.answer,
            beside: ticket, bounds: settings.turn, budget: answerBudget, owner: ticket.fairnessKey,
            clock: MonotonicClock.nanoseconds
        ) { [self] result in
            if isWorthAnotherStart(result, ticket) { return run(cached, variables, prepared, ticket) }
            finish(result, cached, prepared, ticket)
        }
        ticket.runner = runner
        ticket.execution = execution
        execution.start()
    }

    private func runner(of plan: AuthorizedPlan, _ ticket: RequestTicket) -> any RequestRunner {
        // One statement sees one moment anyway.
        if plan.loads.count > 1, ticket.request.consistency ?? settings.consistency == .request {
            return SnapshotRunner(pool: pool, deadline: ticket.deadline, fairnessKey: ticket.fairnessKey)
        }
        return PoolRunner(pool: pool, deadline: ticket.deadline, fairnessKey: ticket.fairnessKey)
    }

    /// Its snapshot is lost, and nothing was answered yet: all of it is run again, once; a part
    /// alone would see another moment.
    private func isWorthAnotherStart(_ result: ExecutionResult, _ ticket: RequestTicket) -> Bool {
        guard case .failed(let failure) = result.outcome, failure.kind == .interrupted, !ticket.wasStartedAgain,
            !ticket.isOver
        else { return false }
        ticket.wasStartedAgain = true
        ticket.runner?.cancel()
        return true
    }

    // MARK: Answers

    private static var noDatabase: RequestErrors {
        RequestErrors(.unavailable, "The database is not available at the moment. Try again shortly.")
    }

    /// Bytes of an answer from which on it is kept with its plan, where that asks the database
    /// nothing.
    private static let keptAnswer = 16 << 10

    private func finish(
        _ result: ExecutionResult, _ cached: CachedPlan, _ prepared: PreparedOperation, _ ticket: RequestTicket
    ) {
        ticket.observation.statements = result.statements
        ticket.observation.rows = result.rows
        ticket.observation.resultBytes = result.resultBytes
        ticket.observation.stages.database = result.loadedAt - result.startedAt
        ticket.observation.failures += result.refusals.map(\.detail)
        switch result.outcome {
        case .answered(let buffer, let isNull, let errors):
            var outcome = GatewayResponse.Outcome.data
            if !errors.isEmpty {
                buffer.append(",")
                let items = RequestErrors(errors, in: prepared.source)
                items.write(into: buffer)
                ticket.hasErrors = true
                if isNull { outcome = .nullData(items.code) }
            }
            buffer.append("}")
            if cached.plan.loads.isEmpty, errors.isEmpty, buffer.count >= Self.keptAnswer {
                cached.answer = buffer.share()
            }
            answer(buffer, outcome, ticket, loadedAt: result.loadedAt)
        case .failed(let failure):
            ticket.runner?.cancel()
            if failure.kind != .refused { ticket.observation.outage = failure.detail }
            switch failure.kind {
            case .unavailable, .interrupted: nullData(Self.noDatabase, ticket)
            case .timeout: nullData(.timeout(ticket.rules.limits), ticket)
            case .ended:
                let what = "PostgreSQL ended a statement of the request before the request's deadline"
                nullData(
                    RequestErrors(.timeout, "\(what): its statement_timeout has passed, or an operator cancelled it."),
                    ticket)
            case .refused, .tooLarge:
                ticket.observation.failures.append(failure.detail)
                nullData(.inside, ticket)
            }
        case .tooManyRows(let limit):
            ticket.runner?.cancel()
            nullData(RequestErrors(.rows, "The request brings more than the \(limit) rows that are allowed."), ticket)
        case .tooManyBytes(let limit):
            ticket.runner?.cancel()
            nullData(
                RequestErrors(.resultBytes, "The request's rows take more than the \(limit) bytes that are allowed."),
                ticket)
        case .overBudget:
            ticket.runner?.cancel()
            nullData(
                RequestErrors(
                    .unavailable, "The gateway holds as many answers as it may at the moment. Try again shortly.",
                    cause: .noRoom), ticket)
        case .tooLarge(let limit):
            nullData(RequestErrors(.responseBytes, "The answer exceeds the \(limit) bytes that are allowed."), ticket)
        case .tooManyCursors(let limit):
            nullData(
                RequestErrors(.cursors, "The answer needs more than the \(limit) cursors that are allowed."), ticket)
        }
    }

    private func refuse(_ error: PlanningError, _ prepared: PreparedOperation, _ ticket: RequestTicket) {
        switch error.kind {
        case .notBound, .isolation, .allowance: ticket.observation.failures.append(error.message)
        case .badInput, .limit: break
        }
        refuse(RequestErrors(error, in: prepared.source), ticket)
    }

    /// A request error: nothing was executed, and there is no `data`.
    func refuse(_ errors: RequestErrors, _ ticket: RequestTicket) {
        ticket.observation.limit = errors.limit
        let buffer = ResponseBuffer(capacity: 512)
        buffer.append("{")
        errors.write(into: buffer)
        buffer.append("}")
        answer(buffer, .requestError(errors.code), ticket, cause: errors.cause)
    }

    func nullData(_ errors: RequestErrors, _ ticket: RequestTicket) {
        ticket.observation.limit = errors.limit
        let buffer = ResponseBuffer(capacity: 512)
        buffer.append("{")
        errors.write(into: buffer)
        buffer.append(",\"data\":null}")
        answer(buffer, .nullData(errors.code), ticket, cause: errors.cause)
    }

    private func answer(
        _ buffer: ResponseBuffer, _ outcome: GatewayResponse.Outcome, _ ticket: RequestTicket,
        cause: GatewayResponse.Cause? = nil, loadedAt: Int? = nil
    ) {
        guard !ticket.isOver else { return }
        ticket.isOver = true
        let now = MonotonicClock.nanoseconds()
        ticket.observation.stages.total = now - ticket.receivedAt
        if let loadedAt { ticket.observation.stages.write = now - loadedAt }
        if let slow = settings.slowRequest, ticket.observation.stages.total >= slow { ticket.observation.isSlow = true }
        if ticket.observation.isSlow || ticket.request.isTraced {
            ticket.observation.loadMeasurements = ticket.execution?.measurements() ?? []
        }
        count(buffer, outcome, ticket)
        let completion = ticket.completion
        let response = GatewayResponse(buffer: buffer, outcome: outcome, cause: cause, observation: ticket.observation)
        ticket.release()
        completion(response)
    }

    private func count(_ buffer: ResponseBuffer, _ outcome: GatewayResponse.Outcome, _ ticket: RequestTicket) {
        let observation = ticket.observation
        statistics.loads += observation.loads
        statistics.statements += observation.statements
        statistics.rows += observation.rows
        statistics.responseBytes += buffer.count
        guard let metrics else { return }
        (ticket.metrics ?? metrics.unknown).count(
            RequestCode(outcome, hasErrors: ticket.hasErrors), nanoseconds: observation.stages.total)
        metrics.count(observation.stages)
    }

    /// Operations in the cache, and the bytes that they take, roughly.
    public var cached: (operations: Int, bytes: Int) { (operations.count, operations.bytes) }
}

extension Planner {
    /// What became of planning, and how long it took.
    fileprivate struct Planned: Sendable {
        var result: Result<(plan: AuthorizedPlan, shape: AnswerShape), PlanningError>
        var nanoseconds: Int
    }

    fileprivate func result(_ prepared: PreparedOperation, _ variables: VariableValues) -> Planned {
        let started = MonotonicClock.nanoseconds()
        let result = Result { () throws(PlanningError) in
            let plan = try plan(prepared.operation, shapes: prepared.shapes, variables: variables)
            // Here, since what introspection wrote may have megabytes.
            guard let shape = AnswerShape(plan) else {
                throw PlanningError(.limit(.responseBytes), "The answer exceeds the bytes that are allowed.")
            }
            return (plan: plan, shape: shape)
        }
        return Planned(result: result, nanoseconds: MonotonicClock.nanoseconds() - started)
    }
}
