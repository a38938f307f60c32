import GraphQLLanguage
import GraphQLValidation
import PorticoAccess
import PorticoExecution
import PorticoPlanning
import PostgresSQL

/// Everything that happens to a request before a statement is sent: parsing, validation, coercion,
/// planning, and binding of parameters.
///
/// A pure step except for the clock that measures it. It runs on the loop within a budget, and goes
/// on from what it has made on another thread if the budget does not suffice.
struct Preparation: Sendable {
    let request: GraphQLRequest
    let viewer: Viewer
    let rules: CompiledPolicy
    /// `nil` if the document is not cached.
    var known: KnownOperation?
    let statistics: TableStatistics
    let settings: GatewaySettings
    /// What an earlier run took.
    private var stages = StageTimes()

    init(
        request: GraphQLRequest, viewer: Viewer, rules: CompiledPolicy, known: KnownOperation?,
        statistics: TableStatistics, settings: GatewaySettings
    ) {
        self.request = request
        self.viewer = viewer
        self.rules = rules
        self.known = known
        self.statistics = statistics
        self.settings = settings
    }

    /// A cached operation with its plans.
    struct KnownOperation: Sendable {
        let operation: PreparedOperation
        var plans: [PlanKey: CachedPlan]
    }

    /// The same, which starts from what an unfinished run has made.
    func continuing(_ outcome: Outcome) -> Preparation {
        guard let operation = outcome.operation else { return self }
        var rest = self
        rest.stages = outcome.stages
        rest.known = KnownOperation(operation: operation, plans: known?.plans ?? [:])
        if let (key, plan) = outcome.plan { rest.known?.plans[key] = plan } else { rest.stages.plan = nil }
        return rest
    }

    /// How much work may be done on the loop.
    struct Budget: Sendable {
        /// Bytes of a document to parse or plan.
        var documentBytes = Int.max
        var validationSteps = Int.max
        var planningSteps = Int.max
        /// Parameters of a plan, and bytes of their values.
        var parameters = Int.max
        var valueBytes = Int.max
        /// Whether introspection may be answered; short queries may produce megabytes.
        var introspects = true

        static let unlimited = Budget()

        static func ofTheLoop(_ settings: GatewaySettings) -> Budget {
            Budget(
                documentBytes: settings.offloadBytes, validationSteps: settings.validationSteps,
                planningSteps: settings.planningSteps, parameters: settings.boundParameters,
                valueBytes: settings.turn.valueBytes, introspects: false)
        }
    }

    enum Failure: Error {
        /// The budget is exhausted.
        case unfinished
        case refused(ClientErrors)
    }

    /// The outcome of a preparation, and how long it took.
    struct Outcome: Sendable {
        var result: Result<PreparedRequest, Failure>
        /// Set if the request got that far.
        var operation: PreparedOperation?
        var plan: (key: PlanKey, plan: CachedPlan)?
        var stages = StageTimes()

        var isUnfinished: Bool { if case .failure(.unfinished) = result { true } else { false } }
    }

    func run(_ budget: Budget) -> Outcome {
        var outcome = Outcome(result: .failure(.unfinished), stages: stages)
        do throws(Failure) {
            let request = try request(budget, &outcome)
            outcome.result = .success(request)
        } catch {
            outcome.result = .failure(error)
        }
        return outcome
    }

    private func request(_ budget: Budget, _ outcome: inout Outcome) throws(Failure) -> PreparedRequest {
        let prepared = try operation(budget, &outcome.stages)
        outcome.operation = prepared
        if request.isReadOnly, prepared.operation.kind == .mutation { throw .refused(.mutationBySafeMethod) }
        let variables = try variables(of: prepared)
        let key = PlanKey(scope: TenantScope(viewer, reach: rules.reach), shape: prepared.shapes.key(variables))
        let plan = try plan(prepared, key, variables, budget, &outcome.stages)
        outcome.plan = (key, plan)
        return PreparedRequest(
            operation: prepared, key: key, plan: plan, bound: try bind(plan, prepared, variables, budget))
    }

    // MARK: Stages

    private func operation(_ budget: Budget, _ stages: inout StageTimes) throws(Failure) -> PreparedOperation {
        if let known { return known.operation }
        guard request.query.count <= budget.documentBytes else { throw .unfinished }
        return try PreparedOperation.prepare(request, rules: rules, allowance: budget.validationSteps, &stages)
    }

    private func variables(of prepared: PreparedOperation) throws(Failure) -> VariableValues {
        do throws(InputErrors) {
            return try coerceVariables(prepared.operation, request.variables, limits: rules.limits.input)
        } catch {
            throw .refused(ClientErrors(error, in: prepared.source))
        }
    }

    private func plan(
        _ prepared: PreparedOperation, _ key: PlanKey, _ variables: VariableValues, _ budget: Budget,
        _ stages: inout StageTimes
    ) throws(Failure) -> CachedPlan {
        if let plan = known?.plans[key] {
            return plan.estimate.reading == statistics.reading ? plan : plan.estimated(estimate(plan.plan))
        }
        guard prepared.source.bytes.count <= budget.documentBytes, budget.introspects || !prepared.asksForTheSchema
        else { throw .unfinished }
        let started = MonotonicClock.nanoseconds()
        defer { stages.plan = MonotonicClock.nanoseconds() - started }
        var planner = Planner(catalog: rules.catalog, rules: rules, scope: key.scope)
        planner.tagsStatements = settings.tagsStatements
        planner.allowance = budget.planningSteps
        do throws(ClientError) {
            let plan = try planner.plan(prepared.operation, shapes: prepared.shapes, variables: variables)
            // Here and not on the loop, since introspection may have written megabytes.
            guard let shape = AnswerShape(plan) else {
                throw ClientError(limit: .responseBytes, "The answer exceeds the bytes that are allowed.")
            }
            return CachedPlan(plan, shape, estimate: estimate(plan))
        } catch {
            throw failure(error, prepared)
        }
    }

    private func estimate(_ plan: AuthorizedPlan) -> PlanEstimate {
        PlanEstimate(plan, catalog: rules.catalog, statistics: statistics)
    }

    private func bind(
        _ cached: CachedPlan, _ prepared: PreparedOperation, _ variables: VariableValues, _ budget: Budget
    ) throws(Failure) -> BoundRequest {
        let plan = cached.plan
        // A long list in many places, or many tenants, take time in proportion to their bytes.
        guard plan.parameterCount <= budget.parameters else { throw .unfinished }
        var binding = RequestBinding(
            operation: prepared.operation, variables: variables, viewer: viewer, limits: rules.limits,
            now: settings.now ?? MomentText.now(), cursors: settings.cursors)
        binding.allowance = budget.valueBytes
        do throws(ClientError) {
            let pages = try binding.pages(of: plan)
            return BoundRequest(
                pages: pages, parameters: try binding.parameters(of: plan, pages: pages, estimate: cached.estimate))
        } catch {
            throw failure(error, prepared)
        }
    }

    private func failure(_ error: ClientError, _ prepared: PreparedOperation) -> Failure {
        error.fault == .unfinished ? .unfinished : .refused(ClientErrors([error], in: prepared.source))
    }
}

struct PreparedRequest: Sendable {
    let operation: PreparedOperation
    let key: PlanKey
    var plan: CachedPlan
    let bound: BoundRequest
}

/// A plan's parameters for one request.
struct BoundRequest: Sendable {
    let pages: [BoundPage]
    let parameters: [[ParameterValue]]
}
