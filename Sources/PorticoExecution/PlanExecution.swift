import JSONBytes
import PorticoPlanning
import PostgresSQL
import SocketLoop

/// Runs one request through its plan: each load is sent as soon as its keys are known, and the
/// answer is written when all have completed.
///
/// There are as many statements as loads in the plan, minus those whose parents have no rows.
public final class PlanExecution {
    private let plan: AuthorizedPlan
    /// `nil` if the answer would exceed what can be counted.
    private let shape: AnswerShape?
    private let parameters: [[ParameterValue]]
    private let pages: [BoundPage]
    private let session: any ExecutionSession
    private let limits: AnswerLimits
    private let background: (any BackgroundWork)?
    private let bounds: TurnBounds
    private let clock: () -> Int
    private let completion: (ExecutionResult) -> Void
    // Exclusivity is not checked at run time: code called while one of these is modified never
    // re-enters this request. (A budget that makes room ends the answers of other connections.)
    @exclusivity(unchecked) private var levels: [LoadState]
    @exclusivity(unchecked) private var pending = 0
    /// Loads that may still be sent.
    @exclusivity(unchecked) private var unsent: Int
    @exclusivity(unchecked) private var isOver = false
    @exclusivity(unchecked) private var isAbandoned = false
    @exclusivity(unchecked) private var statements = 0
    @exclusivity(unchecked) private var rows: RowAllowance
    @exclusivity(unchecked) private var account: ByteAccount
    /// Loads that wait until loads in flight have returned fewer rows than they might have.
    @exclusivity(unchecked) private var deferred: [(load: Load, keys: KeyBatch?)] = []
    @exclusivity(unchecked) private var refusals: [LoadFailure] = []
    @exclusivity(unchecked) private var startedAt = 0
    /// Time of the last arrival of rows, and of dependent loads' start: one clock reading per load.
    @exclusivity(unchecked) private var now = 0

    /// - Parameters:
    ///   - shape: The plan's own, made once for all its requests.
    ///   - parameters: The values of each load's parameters; keys are filled in when they are
    ///     known.
    ///   - pages: The plan's connections.
    ///   - budget: The worker's budget for results and answers, of which `owner` has a share.
    ///   - beside: Runs work beyond `bounds` off the loop; without it, everything is done here.
    ///   - clock: In nanoseconds.
    public init(
        plan: AuthorizedPlan, shape: AnswerShape? = nil, parameters: [[ParameterValue]], pages: [BoundPage] = [],
        session: any ExecutionSession, limits: AnswerLimits = AnswerLimits(),
        background: (any BackgroundWork)? = nil, bounds: TurnBounds = TurnBounds(), budget: ByteBudget? = nil,
        owner: UInt64 = 0,
        clock: @escaping () -> Int = { 0 }, completion: @escaping (ExecutionResult) -> Void
    ) {
        self.clock = clock
        self.plan = plan
        self.shape = shape ?? AnswerShape(plan)
        self.parameters = parameters
        self.pages = pages
        self.session = session
        self.limits = limits
        self.background = background
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
        pending = 1  // so that completions that come at once do not finish before all loads have left
        if unsent == 0 { finishSession() }
        for load in plan.first { submit(plan.loads[load], keys: nil) }
        settle()
    }

    /// Abandons the request: nothing more is run, and `completion` is not called.
    public func abandon() {
        isOver = true
        isAbandoned = true
        release()
    }

    /// Peak size in bytes of the request's results, including discarded ones.
    public var resultBytes: Int { account.peak }

    // MARK: Sending

    private func submit(_ load: Load, keys: KeyBatch?) {
        if isOver { return }
        // First come, first served.
        guard deferred.isEmpty, let promise = rows.promise(atMost: mostRows(load, keys)) else {
            return deferred.append((load, keys))
        }
        send(load, keys: keys, promise: promise)
    }

    /// Sends deferred loads as rows become available. If nothing is in flight, the first may use
    /// all remaining rows, so that none waits forever.
    private func sendDeferred() {
        while let next = deferred.first, !isOver, let promise = rows.promise(atMost: mostRows(next.load, next.keys)) {
            deferred.removeFirst()
            send(next.load, keys: next.keys, promise: promise)
        }
    }

    private func send(_ load: Load, keys: KeyBatch?, promise: Int) {
        var values = parameters[load.index]
        // All rows left for this load plus one, which reveals an excess.
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
        session.run(plan.statements[load.index], values, meter: self) { [self] result in
            if isOver { return }
            account.shrink(by: keyBytes)
            arrived(result, load, keys, since: since, promise: promise)
        }
        if isLast { finishSession() }
    }

    /// The maximum number of rows that a load brings, as far as its statement bounds it.
    private func mostRows(_ load: Load, _ keys: KeyBatch?) -> Int {
        let parents = keys?.count ?? 1
        guard load.isList else { return parents }
        guard let place = load.places.first, let first = Self.number(parameters[load.index][place]) else { return .max }
        return parents.saturatingProduct(first)
    }

    /// A bound number of rows; `nil` if the value is not a number.
    private static func number(_ value: ParameterValue) -> Int? {
        guard case .text(let digits) = value, !digits.isEmpty, digits.count <= 18 else { return nil }
        var number = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// Counts loads that are not sent because they have no keys.
    private func skip(_ count: Int) {
        unsent -= count
        if count > 0, unsent == 0 { finishSession() }
    }

    /// No more statements follow. The answer waits for the session's outcome.
    private func finishSession() {
        guard session.isTransaction else { return }
        pending += 1
        session.finish { [self] outcome in finished(outcome) }
    }

    private func finished(_ outcome: SessionOutcome) {
        if isOver { return }
        // Rows that were read remain valid whatever the transaction's outcome.
        if !plan.isReadOnly {
            switch outcome {
            case .committed: break
            case .rolledBack(let failure): return fail(.failed(LoadFailure(.undone, detail: failure.detail)))
            case .unknown(let failure): return fail(.failed(LoadFailure(.unknown, detail: failure.detail)))
            }
        }
        settle()
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
            guard account.grow(by: LoadedRows.byteCount(source)) else { return refuse() }
            for column in source.misread where source.rowCount > 0 {
                refusals.append(LoadFailure(.refused, detail: load.detail(of: column)))
            }
            if let background, isMuch(source, load) {
                sendDeferred()
                return lay(source, load, keys, since: since, background)
            }
            do throws(LoadedRowsFault) {
                let level = try LoadedRows(
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

    /// Fails a load whose result does not match the plan.
    private func unsound(_ source: any RowSource, _ load: Load, _ fault: LoadedRowsFault, since: Int) {
        account.shrink(by: LoadedRows.byteCount(source))
        failed(load, LoadFailure(.refused, detail: fault.detail), since: since)
    }

    /// The field has no rows; the rest of the answer is kept.
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

    /// Starts the loads that depend on these rows; a load without keys is skipped.
    ///
    /// - Parameter batches: The keys of the dependent loads, in order, if already computed.
    private func proceed(from load: Load, _ level: LoadedRows, _ batches: [KeyBatch?]? = nil) {
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
                // A level without rows cannot be invalid.
                guard let empty = try? LoadedRows(load: dependent, source: nil, keys: keys) else { continue }
                levels[index] = .loaded(empty)
                skip(1)
                proceed(from: dependent, empty)
            }
        }
    }

    /// `nil` if there is nothing to load.
    private static func keys(_ level: LoadedRows, _ dependent: Load) -> KeyBatch? {
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

    /// Whether a result and its dependent keys are too large to be processed on the loop.
    private func isMuch(_ source: any RowSource, _ load: Load) -> Bool {
        let perRow = load.width + Self.cellsOfKey * plan.dependents[load.index].count
        return source.rowCount > bounds.cells / max(1, perRow)
    }

    /// Cells that are decoded in the time of one key look-up.
    private static let cellsOfKey = 5

    /// Decodes rows and gathers the keys of dependent loads on another thread.
    private func lay(
        _ source: any RowSource, _ load: Load, _ keys: KeyBatch?, since: Int, _ background: any BackgroundWork
    ) {
        let dependents = plan.dependents[load.index].map { plan.loads[$0] }, page = pageSize(load), until = now
        background.run({
            Result { () throws(LoadedRowsFault) in
                let level = try LoadedRows(
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
        guard let background else {
            return written(
                AnswerWriter.whole(
                    plan: plan, shape: shape, levels: levels, pages: pages, limits: granted, bounds: bounds))
        }
        if !shape.isLong {
            var writer = AnswerWriter(
                plan: plan, shape: shape, levels: levels, pages: pages, limits: granted, bounds: bounds)
            if let outcome = writer.write() { return written(outcome) }
        }
        writeInBackground(shape, granted, background)
    }

    private func writeInBackground(_ shape: AnswerShape, _ granted: AnswerLimits, _ background: any BackgroundWork) {
        let (plan, pages, bounds) = (plan, pages, bounds)
        // The rows now belong to the other thread, which also releases them, as that takes time.
        let rows = Handover(levels)
        self.levels = levels.map(\.released)
        background.run({
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

    /// Fails the whole request; releases what it holds before calling back.
    private func fail(_ outcome: ExecutionResult.Outcome) {
        guard !isOver else { return }
        isOver = true
        release()
        complete(outcome)
    }

    /// Releases the rows; their measurements remain.
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

    /// Measurements of the loads whose statements were sent, in the plan's order.
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

/// What was made of rows off the loop.
private struct LaidRows: Sendable {
    let level: LoadedRows
    let batches: [KeyBatch?]
}

enum LoadState: Sendable {
    case waiting
    case running(since: Int)
    case loaded(LoadedRows)
    case failed(since: Int, until: Int)
    /// The rows were released after use.
    case released(since: Int, until: Int?, rows: Int)

    /// The same state without its rows.
    var released: LoadState {
        guard case .loaded(let level) = self else { return self }
        return .released(since: level.startedAt, until: level.endedAt, rows: level.rowCount)
    }
}

extension PlanExecution: ResultMeter {
    public func grow(by bytes: Int) -> Bool { !isOver && account.grow(by: bytes) }

    public func shrink(by bytes: Int) { if !isOver { account.shrink(by: bytes) } }
}

/// The result of an execution.
public struct ExecutionResult {
    public enum Outcome {
        /// `{"data":…` without the closing brace, and the errors of its fields.
        case answered(ResponseBuffer, isNull: Bool, errors: [ClientError])
        case failed(LoadFailure)
        case tooLarge(limit: Int)
        case tooManyCursors(limit: Int)
        /// The loads brought too many rows; no further statements were sent.
        case tooManyRows(limit: Int)
        /// The results take too many bytes; results in flight were discarded.
        case tooManyBytes(limit: Int)
        /// The request would exceed the budget of all the worker's requests.
        case overBudget
    }

    public let outcome: Outcome
    public let statements: Int
    public let rows: Int
    /// Peak size in bytes of the results, including discarded ones.
    public let resultBytes: Int
    /// Statements that PostgreSQL refused, for the operator.
    public let refusals: [LoadFailure]
    /// When the first statements were sent and the last rows arrived, by the execution's clock.
    public let startedAt: Int
    public let loadedAt: Int
}
