import JSONBytes
import PorticoPlanning
import PostgresSQL

/// One request on its way through its plan: every load leaves as soon as its keys are known, and the answer is written when all are back.
///
/// The number of statements is the number of the plan's loads, less those whose parents have no rows.
public final class PlanExecution {
    private let plan: AuthorizedPlan
    /// `nil` where the plan is beyond what a shape can hold.
    private let shape: AnswerShape?
    private let parameters: [[ParameterValue]]
    private let pages: [BoundPage]
    private let runner: any StatementRunner
    private let limits: AnswerLimits
    private let clock: () -> Int
    /// Where rows are laid open and answers written that are more than ``bounds`` allow; `nil`: here, whatever they are.
    private let beside: (any SideWork)?
    private let bounds: TurnBounds
    private let completion: (ExecutionResult) -> Void
    private var levels: [LoadState]
    private var pending = 0
    /// Loads that may still be sent.
    private var unsent: Int
    private var isOver = false
    private var isAbandoned = false
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
        beside: (any SideWork)? = nil, bounds: TurnBounds = TurnBounds(), clock: @escaping () -> Int = { 0 },
        completion: @escaping (ExecutionResult) -> Void
    ) {
        self.clock = clock
        self.beside = beside
        self.bounds = bounds
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
    public func abandon() {
        isOver = true
        isAbandoned = true
    }

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
            if let beside, isMuch(source, load) { return lay(source, load, keys, since: since, beside) }
            let level = Level(load: load, source: source, keys: keys, page: pageSize(load), startedAt: since, endedAt: now)
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
    ///
    /// - Parameter batches: Of the loads that depend on these, in their order, where they were made already.
    private func proceed(from load: Load, _ level: Level, _ batches: [KeyBatch?]? = nil) {
        for (position, index) in plan.dependents[load.index].enumerated() {
            let dependent = plan.loads[index]
            let keys = if let batches { batches[position] } else { Self.keys(level, dependent) }
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

    /// `nil` where there is nothing to ask for.
    private static func keys(_ level: Level, _ dependent: Load) -> KeyBatch? {
        guard level.rowCount > 0, case .batch(_, let column, let keyType, let areUnique) = dependent.link else { return nil }
        return KeyBatch(level, column: column, type: keyType, areUnique: areUnique)
    }

    private func settle() {
        pending -= 1
        if pending > 0 || isOver { return }
        isOver = true
        write()
    }

    private func complete(_ outcome: ExecutionResult.Outcome) {
        completion(ExecutionResult(outcome: outcome, statements: statements, rows: rows, refusals: refusals, startedAt: startedAt, loadedAt: now))
    }

    // MARK: Beside the loop

    /// Whether rows are more than one request may lay open on the loop: their values, and what their keys are looked up for.
    private func isMuch(_ source: any RowSource, _ load: Load) -> Bool {
        let perRow = load.width + Self.cellsOfKey * plan.dependents[load.index].count
        return source.rowCount > bounds.cells / max(1, perRow)
    }

    /// So many cells are laid open in the time in which one key is looked for among others.
    private static let cellsOfKey = 5

    /// Lays rows open and gathers the keys of what depends on them on another thread.
    private func lay(_ source: any RowSource, _ load: Load, _ keys: KeyBatch?, since: Int, _ beside: any SideWork) {
        let dependents = plan.dependents[load.index].map { plan.loads[$0] }, page = pageSize(load), until = now
        beside.run({
            let level = Level(load: load, source: source, keys: keys, page: page, startedAt: since, endedAt: until)
            return LaidRows(level: level, batches: dependents.map { Self.keys(level, $0) })
        }) { [self] laid in
            if isOver { return }
            now = clock()
            levels[load.index] = .loaded(laid.level)
            proceed(from: load, laid.level, laid.batches)
            settle()
        }
    }

    /// Writes the answer: here as far as the bounds allow, else on another thread.
    private func write() {
        guard let shape else { return complete(.tooLarge(limit: limits.bytes)) }
        let (plan, levels, pages, limits, bounds) = (plan, levels, pages, limits, bounds)
        guard let beside else {
            return complete(AnswerWriter.whole(plan: plan, shape: shape, levels: levels, pages: pages, limits: limits, bounds: bounds))
        }
        if !shape.isLong {
            var writer = AnswerWriter(plan: plan, shape: shape, levels: levels, pages: pages, limits: limits, bounds: bounds)
            if let outcome = writer.write() { return complete(outcome) }
        }
        // The rows are the other thread's from here on: it lets go of them, too, which takes its time where they are many.
        let rows = Handover(levels)
        self.levels = levels.map(\.written)
        beside.run({
            let levels = rows.take() ?? []
            return Handover(AnswerWriter.whole(
                plan: plan, shape: shape, levels: levels, pages: pages, limits: limits, bounds: bounds))
        }) { [self] written in
            if !isAbandoned, let outcome = written.take() { complete(outcome) }
        }
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
            case .written(let since, let until, let rows): LoadMeasurement(load: load, startedAt: since, endedAt: until, rows: rows)
            }
        }
    }
}

/// What was made of rows beside the loop.
private struct LaidRows: Sendable {
    let level: Level
    let batches: [KeyBatch?]
}

enum LoadState: Sendable {
    case waiting
    case running(since: Int)
    case loaded(Level)
    case failed(since: Int, until: Int)
    /// Its rows are with whoever writes the answer.
    case written(since: Int, until: Int, rows: Int)

    /// The same without its rows.
    var written: LoadState {
        guard case .loaded(let level) = self else { return self }
        return level.endedAt.map { .written(since: level.startedAt, until: $0, rows: level.rowCount) } ?? .waiting
    }
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
