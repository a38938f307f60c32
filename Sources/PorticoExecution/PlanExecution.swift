import JSONBytes
import PorticoPlanning
import PostgresSQL
import SocketLoop

/// One request on its way through its plan: every load leaves as soon as its keys are known, and
/// the answer is written when all are back.
///
/// The number of statements is the number of the plan's loads, less those whose parents have no
/// rows.
public final class PlanExecution {
    private let plan: AuthorizedPlan
    /// `nil` where the answer would be longer than can be counted.
    private let shape: AnswerShape?
    private let parameters: [[ParameterValue]]
    private let pages: [BoundPage]
    private let runner: any StatementRunner
    private let limits: AnswerLimits
    private let beside: (any SideWork)?
    private let bounds: TurnBounds
    private let clock: () -> Int
    private let completion: (ExecutionResult) -> Void
    // Exclusivity is not checked at run time: whatever is called while one of these is being
    // changed never comes back to this request. (A budget that makes room ends the answers of other
    // connections.)
    @exclusivity(unchecked) private var levels: [LoadState]
    @exclusivity(unchecked) private var pending = 0
    /// Loads that may still be sent.
    @exclusivity(unchecked) private var unsent: Int
    @exclusivity(unchecked) private var isOver = false
    @exclusivity(unchecked) private var isAbandoned = false
    @exclusivity(unchecked) private var statements = 0
    @exclusivity(unchecked) private var rows: RowAllowance
    @exclusivity(unchecked) private var account: ByteAccount
    /// Loads that wait until others in flight have brought fewer rows than they might have.
    @exclusivity(unchecked) private var deferred: [(load: Load, keys: KeyBatch?)] = []
    @exclusivity(unchecked) private var refusals: [LoadFailure] = []
    @exclusivity(unchecked) private var startedAt = 0
    /// The clock when rows came last: what they let start, starts then, so that each load costs one
    /// reading.
    @exclusivity(unchecked) private var now = 0

    /// `parameters` holds the values of each load's parameters; the place of its keys is filled in
    /// when they are known. `pages` are those of the plan's connections. `shape` is the plan's own,
    /// made once for all its requests. `beside` is where what `bounds` has too much of for the loop
    /// is done; without it, all is done here. `budget` is that of the worker's results and answers,
    /// of which `owner` has a share. `clock` gives nanoseconds.
    public init(
        plan: AuthorizedPlan, shape: AnswerShape? = nil, parameters: [[ParameterValue]], pages: [BoundPage] = [],
        runner: any StatementRunner, limits: AnswerLimits = AnswerLimits(),
        beside: (any SideWork)? = nil, bounds: TurnBounds = TurnBounds(), budget: ByteBudget? = nil, owner: UInt64 = 0,
        clock: @escaping () -> Int = { 0 }, completion: @escaping (ExecutionResult) -> Void
    ) {
        self.clock = clock
        self.plan = plan
        self.shape = shape ?? AnswerShape(plan)
        self.parameters = parameters
        self.pages = pages
        self.runner = runner
        self.limits = limits
        self.beside = beside
        self.bounds = bounds
        self.completion = completion
        rows = RowAllowance(limit: limits.rows)
        account = ByteAccount(limit: limits.resultBytes, budget: budget, owner: owner)
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
        release()
    }

    /// The most bytes that the request's results have taken at a time, those included that were
    /// given up.
    public var resultBytes: Int { account.peak }

    // MARK: Sending

    private func submit(_ load: Load, keys: KeyBatch?) {
        if isOver { return }
        // Who came before has the first turn.
        guard deferred.isEmpty, let promise = rows.promise(atMost: mostRows(load, keys)) else {
            return deferred.append((load, keys))
        }
        send(load, keys: keys, promise: promise)
    }

    /// Sends what waited for rows that others in flight had been promised. Where nothing is in
    /// flight any more the first may have all that are left, so that none waits for ever.
    private func sendDeferred() {
        while let next = deferred.first, !isOver, let promise = rows.promise(atMost: mostRows(next.load, next.keys)) {
            deferred.removeFirst()
            send(next.load, keys: next.keys, promise: promise)
        }
    }

    private func send(_ load: Load, keys: KeyBatch?, promise: Int) {
        var values = parameters[load.index]
        // All that is left for this load, and one row more, which tells that there are too many.
        let bound = rows.left + promise + 1
        if let keys, let place = load.places.keys { keys.fill(&values, at: place) }
        if let place = load.places.rowsLeft { values[place] = .text(Array(String(bound).utf8)) }
        if let place = load.places.first, let first = Self.number(values[place]), first > bound {
            values[place] = .text(Array(String(bound).utf8))
        }
        let keyBytes = keys?.byteCount ?? 0
        guard account.grow(by: keyBytes) else { return refuse() }
        pending += 1
        unsent -= 1
        statements += 1
        let since = now, isLast = unsent == 0
        levels[load.index] = .running(since: since)
        runner.run(plan.statements[load.index], values, meter: self) { [self] result in
            if isOver { return }
            account.shrink(by: keyBytes)
            arrived(result, load, keys, since: since, promise: promise)
        }
        if isLast { runner.sentAll() }
    }

    /// The rows that a load brings at the most, as far as its statement says so.
    private func mostRows(_ load: Load, _ keys: KeyBatch?) -> Int {
        let parents = keys?.count ?? 1
        guard load.isList else { return parents }
        guard let place = load.places.first, let first = Self.number(parameters[load.index][place]) else { return .max }
        return parents.saturatingProduct(first)
    }

    /// A number of rows as it is bound; `nil` where it is none.
    private static func number(_ value: ParameterValue) -> Int? {
        guard case .text(let digits) = value, !digits.isEmpty, digits.count <= 18 else { return nil }
        var number = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// Loads that are not sent, since there is nothing to ask for.
    private func skip(_ count: Int) {
        unsent -= count
        if count > 0, unsent == 0 { runner.sentAll() }
    }

    private func countBelow(_ load: Int) -> Int { plan.dependents[load].reduce(0) { $0 + 1 + countBelow($1) } }

    // MARK: Receiving

    private func arrived(
        _ result: Result<any RowSource, LoadFailure>, _ load: Load, _ keys: KeyBatch?, since: Int, promise: Int
    ) {
        now = clock()
        switch result {
        case .success(let source):
            guard rows.settle(promise, rows: source.rowCount) else { return fail(.tooManyRows(limit: limits.rows)) }
            guard account.grow(by: Level.byteCount(source)) else { return refuse() }
            for column in source.misread where source.rowCount > 0 {
                refusals.append(LoadFailure(.refused, detail: load.detail(of: column)))
            }
            if let beside, isMuch(source, load) {
                sendDeferred()
                return lay(source, load, keys, since: since, beside)
            }
            do throws(LevelFault) {
                let level = try Level(
                    load: load, source: source, keys: keys, page: pageSize(load), startedAt: since, endedAt: now)
                levels[load.index] = .loaded(level)
                proceed(from: load, level)
            } catch {
                unsound(source, load, error, since: since)
            }
        case .failure(let failure) where failure.kind == .refused:
            _ = rows.settle(promise, rows: 0)
            failed(load, failure, since: since)
        case .failure(let failure) where failure.kind == .tooLarge && account.refusal != nil: return refuse()
        case .failure(let failure): return fail(.failed(failure))
        }
        if isOver { return }
        sendDeferred()
        settle()
    }

    /// A result that is not what was planned.
    private func unsound(_ source: any RowSource, _ load: Load, _ fault: LevelFault, since: Int) {
        account.shrink(by: Level.byteCount(source))
        failed(load, LoadFailure(.refused, detail: fault.detail), since: since)
    }

    /// One field has no rows; the rest of the answer stands.
    private func failed(_ load: Load, _ failure: LoadFailure, since: Int) {
        levels[load.index] = .failed(since: since, until: now)
        refusals.append(failure)
        skip(countBelow(load.index))
    }

    private func pageSize(_ load: Load) -> Int? {
        guard case .page(let index) = load.content, index < pages.count, plan.pages[index].looksBeyond else {
            return nil
        }
        return pages[index].size
    }

    /// Starts what waited for these rows; where there are no keys, there is nothing to ask.
    ///
    /// - Parameter batches: Of the loads that depend on these, in their order, where they were made
    ///   already.
    private func proceed(from load: Load, _ level: Level, _ batches: [KeyBatch?]? = nil) {
        for (position, index) in plan.dependents[load.index].enumerated() {
            let dependent = plan.loads[index]
            let keys = if let batches { batches[position] } else { Self.keys(level, dependent) }
            if isOver { return }
            if level.misreads(keyOf: dependent) {
                failed(
                    dependent, LoadFailure(.refused, detail: "\(dependent.path) has no keys that can be read"),
                    since: now)
                skip(1)
            } else if let keys, keys.count > 0 {
                submit(dependent, keys: keys)
            } else {
                // Without rows nothing can be wrong with them.
                guard let empty = try? Level(load: dependent, source: nil, keys: keys) else { continue }
                levels[index] = .loaded(empty)
                skip(1)
                proceed(from: dependent, empty)
            }
        }
    }

    /// `nil` where there is nothing to ask for.
    private static func keys(_ level: Level, _ dependent: Load) -> KeyBatch? {
        guard level.rowCount > 0, case .batch(_, let keys, let areUnique) = dependent.link else {
            return nil
        }
        return KeyBatch(level, keys: keys, areUnique: areUnique)
    }

    private func settle() {
        pending -= 1
        if pending > 0 || isOver { return }
        isOver = true
        write()
    }

    // MARK: Beside the loop

    /// Whether rows are more than one request may lay open on the loop: their values, and what
    /// their keys are looked up for.
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
            Result { () throws(LevelFault) in
                let level = try Level(
                    load: load, source: source, keys: keys, page: page, startedAt: since, endedAt: until)
                return LaidRows(level: level, batches: dependents.map { Self.keys(level, $0) })
            }
        }) { [self] laid in
            if isOver { return }
            now = clock()
            switch laid {
            case .success(let laid):
                levels[load.index] = .loaded(laid.level)
                proceed(from: load, laid.level, laid.batches)
            case .failure(let fault): unsound(source, load, fault, since: since)
            }
            if isOver { return }
            sendDeferred()
            settle()
        }
    }

    /// Writes the answer: here as far as the bounds allow, else on another thread.
    private func write() {
        guard let shape else { return written(.tooLarge(limit: limits.bytes)) }
        var granted = limits
        granted.bytes = account.room(for: limits.bytes)
        guard let beside else {
            return written(
                AnswerWriter.whole(
                    plan: plan, shape: shape, levels: levels, pages: pages, limits: granted, bounds: bounds))
        }
        if !shape.isLong {
            var writer = AnswerWriter(
                plan: plan, shape: shape, levels: levels, pages: pages, limits: granted, bounds: bounds)
            if let outcome = writer.write() { return written(outcome) }
        }
        writeBeside(shape, granted, beside)
    }

    private func writeBeside(_ shape: AnswerShape, _ granted: AnswerLimits, _ beside: any SideWork) {
        let (plan, pages, bounds) = (plan, pages, bounds)
        // The rows are the other thread's from here on: it lets go of them, too, which takes its
        // time where they are many.
        let rows = Handover(levels)
        self.levels = levels.map(\.released)
        beside.run({
            let levels = rows.take() ?? []
            return Handover(
                AnswerWriter.whole(
                    plan: plan, shape: shape, levels: levels, pages: pages, limits: granted, bounds: bounds))
        }) { [self] outcome in
            if !isAbandoned, let outcome = outcome.take() { written(outcome) }
        }
    }

    private func written(_ outcome: ExecutionResult.Outcome) {
        switch outcome {
        case .answered(let buffer, _, _): buffer.reservation = account.exchange(forAnswerOf: buffer.count)
        case .tooLarge(let limit) where limit < limits.bytes:
            account.noteRefusal()
            release()
            return complete(.overBudget)
        default: release()
        }
        complete(outcome)
    }

    // MARK: Failing

    private func refuse() { fail(account.refusal == .budget ? .overBudget : .tooManyBytes(limit: limits.resultBytes)) }

    /// The whole request fails: what it holds is released before anybody is told.
    private func fail(_ outcome: ExecutionResult.Outcome) {
        guard !isOver else { return }
        isOver = true
        release()
        complete(outcome)
    }

    /// Lets go of the rows; what was measured of them stays.
    private func release() {
        for index in levels.indices { levels[index] = levels[index].released }
        deferred = []
        account.close()
    }

    private func complete(_ outcome: ExecutionResult.Outcome) {
        completion(
            ExecutionResult(
                outcome: outcome, statements: statements, rows: rows.arrived, resultBytes: account.peak,
                refusals: refusals, startedAt: startedAt, loadedAt: now))
    }

    // MARK: Measurements

    /// What is known of the loads whose statements were sent, in the order of the plan; for
    /// requests that somebody asks about afterwards.
    public func measurements() -> [LoadMeasurement] {
        zip(plan.loads, levels).compactMap { load, state in
            switch state {
            case .waiting: nil
            case .running(let since): LoadMeasurement(load: load, startedAt: since, endedAt: nil, rows: 0)
            case .failed(let since, let until):
                LoadMeasurement(load: load, startedAt: since, endedAt: until, rows: 0, isFailed: true)
            case .released(let since, let until, let rows):
                until.map { LoadMeasurement(load: load, startedAt: since, endedAt: $0, rows: rows) }
            case .loaded(let level):
                level.endedAt.map {
                    LoadMeasurement(load: load, startedAt: level.startedAt, endedAt: $0, rows: level.rowCount)
                }
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
    /// Its rows were there, and are not needed any more.
    case released(since: Int, until: Int?, rows: Int)

    /// The same without its rows.
    var released: LoadState {
        guard case .loaded(let level) = self else { return self }
        return .released(since: level.startedAt, until: level.endedAt, rows: level.rowCount)
    }
}

extension PlanExecution: ResultMeter {
    public func grow(by bytes: Int) -> Bool { !isOver && account.grow(by: bytes) }

    public func shrink(by bytes: Int) { if !isOver { account.shrink(by: bytes) } }
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
        /// The results of the loads take more bytes than they may; what was coming in was given up.
        case tooManyBytes(limit: Int)
        /// All requests of the worker together hold as many bytes as they may; this one would
        /// exceed them.
        case overBudget
    }

    public let outcome: Outcome
    public let statements: Int
    public let rows: Int
    /// The most bytes that the results have taken at a time, those included that were given up.
    public let resultBytes: Int
    /// What PostgreSQL refused, for the operator.
    public let refusals: [LoadFailure]
    /// When the first statements were sent and the last rows came, by the execution's clock.
    public let startedAt: Int
    public let loadedAt: Int
}
