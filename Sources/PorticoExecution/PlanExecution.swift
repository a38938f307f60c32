import JSONBytes
import PorticoPlanning
import PostgresSQL

/// One request on its way through its plan: every load leaves as soon as its keys are known, and the answer is written when all are back.
///
/// The number of statements is the number of the plan's loads, less those whose parents have no rows.
public final class PlanExecution {
    private let plan: AuthorizedPlan
    private let shape: AnswerShape
    private let parameters: [[ParameterValue]]
    private let pages: [BoundPage]
    private let runner: any StatementRunner
    private let limits: AnswerLimits
    private let clock: () -> Int
    private let completion: (ExecutionResult) -> Void
    private var levels: [LoadState]
    private var pending = 0
    /// Loads that may still be sent.
    private var unsent: Int
    private var isOver = false
    private var statements = 0
    private var rows = 0
    private var refusals: [LoadFailure] = []
    private var startedAt = 0
    /// The clock when rows came last: what they let start, starts then, so that each load costs one reading.
    private var now = 0

    /// `parameters` holds the values of each load's parameters; the place of its keys is filled in when they are known. `pages` are those of the
    /// plan's connections. `shape` is the plan's own, made once for all its requests. `clock` gives nanoseconds.
    public init(
        plan: AuthorizedPlan, shape: AnswerShape? = nil, parameters: [[ParameterValue]], pages: [BoundPage] = [], runner: any StatementRunner, limits: AnswerLimits = AnswerLimits(),
        clock: @escaping () -> Int = { 0 }, completion: @escaping (ExecutionResult) -> Void
    ) {
        self.clock = clock
        self.plan = plan
        self.shape = shape ?? AnswerShape(plan)
        self.parameters = parameters
        self.pages = pages
        self.runner = runner
        self.limits = limits
        self.completion = completion
        levels = Array(repeating: .waiting, count: plan.loads.count)
        unsent = plan.loads.count
    }

    public func start() {
        startedAt = clock()
        now = startedAt
        if unsent == 0 { runner.sentAll() }
        pending = 1  // so that completions that come at once do not finish before all loads have left
        for load in plan.first { submit(plan.loads[load], keys: nil) }
        settle()
    }

    /// Forgets the request: nothing more is run, and `completion` is not called.
    public func abandon() { isOver = true }

    private func submit(_ load: Load, keys: KeyBatch?) {
        var values = parameters[load.index]
        if let keys {
            for (position, source) in load.parameters.enumerated() {
                if case .keys = source { values[position] = keys.parameter }
                if case .rowsLeft = source { values[position] = .text(Array(String(limits.rows - rows + 1).utf8)) }
            }
        }
        pending += 1
        unsent -= 1
        statements += 1
        let since = now, isLast = unsent == 0
        levels[load.index] = .running(since: since)
        runner.run(plan.statements[load.index], values) { [self] result in arrived(result, load, keys, since: since) }
        if isLast { runner.sentAll() }
    }

    /// Loads that are not sent, since there is nothing to ask for.
    private func skip(_ count: Int) {
        unsent -= count
        if count > 0, unsent == 0 { runner.sentAll() }
    }

    private func countBelow(_ load: Int) -> Int { plan.dependents[load].reduce(0) { $0 + 1 + countBelow($1) } }

    private func arrived(_ result: Result<any RowSource, LoadFailure>, _ load: Load, _ keys: KeyBatch?, since: Int) {
        if isOver { return }
        now = clock()
        switch result {
        case .success(let source):
            rows += source.rowCount
            guard rows <= limits.rows else {
                isOver = true
                return complete(.tooManyRows(limit: limits.rows))
            }
            let level = Level(load: load, source: source, keys: keys, page: pageSize(load))
            level.startedAt = since
            level.endedAt = now
            levels[load.index] = .loaded(level)
            proceed(from: load, level)
        case .failure(let failure) where failure.kind == .refused:
            levels[load.index] = .failed(since: since, until: now)
            refusals.append(failure)
            skip(countBelow(load.index))
        case .failure(let failure):
            isOver = true
            complete(.failed(failure))
            return
        }
        settle()
    }

    private func pageSize(_ load: Load) -> Int? {
        guard case .page(let index) = load.content, index < pages.count, plan.pages[index].looksBeyond else { return nil }
        return pages[index].size
    }

    /// Starts what waited for these rows; where there are no keys, there is nothing to ask.
    private func proceed(from load: Load, _ level: Level) {
        for index in plan.dependents[load.index] {
            let dependent = plan.loads[index]
            guard case .batch(_, let column, let keyType, let areUnique) = dependent.link else { continue }
            let keys = level.rowCount == 0 ? nil : KeyBatch(level, column: column, type: keyType, areUnique: areUnique)
            if let keys, keys.count > 0 {
                submit(dependent, keys: keys)
            } else {
                let empty = Level(load: dependent, source: nil, keys: keys)
                levels[index] = .loaded(empty)
                skip(1)
                proceed(from: dependent, empty)
            }
        }
    }

    private func settle() {
        pending -= 1
        if pending > 0 || isOver { return }
        isOver = true
        var writer = AnswerWriter(plan: plan, shape: shape, levels: levels, pages: pages, limits: limits)
        complete(writer.write())
    }

    private func complete(_ outcome: ExecutionResult.Outcome) {
        completion(ExecutionResult(outcome: outcome, statements: statements, rows: rows, refusals: refusals, startedAt: startedAt, loadedAt: now))
    }

    // MARK: Measurements

    /// What is known of the loads whose statements were sent, in the order of the plan; for requests that somebody asks about afterwards.
    public func measurements() -> [LoadMeasurement] {
        zip(plan.loads, levels).compactMap { load, state in
            switch state {
            case .waiting: nil
            case .running(let since): LoadMeasurement(load: load, startedAt: since, endedAt: nil, rows: 0)
            case .failed(let since, let until): LoadMeasurement(load: load, startedAt: since, endedAt: until, rows: 0, isFailed: true)
            case .loaded(let level): level.endedAt.map { LoadMeasurement(load: load, startedAt: level.startedAt, endedAt: $0, rows: level.rowCount) }
            }
        }
    }
}

enum LoadState {
    case waiting
    case running(since: Int)
    case loaded(Level)
    case failed(since: Int, until: Int)
}

/// What came of an execution.
public struct ExecutionResult {
    public enum Outcome {
        /// `{"data":…` without the closing brace, and the errors of its fields.
        case answered(ResponseBuffer, isNull: Bool, errors: [FieldError])
        case failed(LoadFailure)
        case tooLarge(limit: Int)
        case tooManyCursors(limit: Int)
        /// The loads brought more rows than they may; what was not sent by then is not sent at all.
        case tooManyRows(limit: Int)
    }

    public let outcome: Outcome
    public let statements: Int
    public let rows: Int
    /// What PostgreSQL refused, for the operator.
    public let refusals: [LoadFailure]
    /// When the first statements were sent and the last rows came, by the execution's clock.
    public let startedAt: Int
    public let loadedAt: Int
}
