import CLibPQ
import Glibc
import PostgresSQL
import SocketLoop

/// One connection in libpq's pipeline mode: statements are sent in batches, each batch ends with a
/// synchronisation point, and nothing here ever blocks.
///
/// A batch contains the statements queued in one turn, up to a maximum. PostgreSQL runs it as one
/// transaction and skips what follows an error. Skipped statements are sent again, each in a batch
/// of its own, so that an error affects only the statement that caused it.
final class PipelineConnection {
    struct Limits {
        /// Statements of one batch: its first result may wait for its last.
        var statementsPerBatch = 16
        /// How often a statement is resent because of others, before it fails with their error.
        var resends = 3
        /// Milliseconds before a statement is cancelled: cancel requests cost the server a process.
        var cancelGrace = 25
        /// Milliseconds between two cancel requests of one connection, for the same reason.
        var cancelInterval = 1_000
        /// Milliseconds that a batch with live statements is left alone. The server sends the
        /// results of a batch together, so any of its statements may be running; after this time it
        /// is probably the abandoned one. A bystander that is hit is sent again in a batch of its
        /// own, where this cannot recur.
        var sharedCancelGrace = 1_000
        /// Milliseconds without a response to abandoned statements until the server counts as dead.
        var stuckAfter = 30_000
        /// Bytes of a discarded result that are read until the server has stopped; then the
        /// connection is closed. Guards against a row larger than memory: the server sends a row to
        /// its end.
        var discardedBytes = 8 << 20
    }

    enum Phase { case connecting, ready, closed }

    /// The responses that the server will send, in order.
    enum Expected {
        /// A command of the transaction that has the connection to itself.
        case control(TransactionControl)
        /// The settings of a batch behind a transaction pooler.
        case settings
        case prepare(PreparedStatement)
        case execute(PendingStatement)
        case deallocate(PreparedStatement)
        case sync
    }

    let slot: Int
    let settings: ConnectionSettings
    let limits: Limits
    let reactor: Reactor
    unowned let pool: ConnectionPool

    // Exclusivity is not checked at run time, for the reason given in ``ConnectionPool``.
    @exclusivity(unchecked) var phase = Phase.closed
    @exclusivity(unchecked) var connection: OpaquePointer?
    var registration: Registration?
    @exclusivity(unchecked) var wantsWrite = false

    @exclusivity(unchecked) var expected = Ring<Expected>()
    /// libpq ends the results of each query with a NULL, which is still to be consumed.
    @exclusivity(unchecked) private var awaitsEndOfResults = false
    /// Queries since the last synchronisation point.
    @exclusivity(unchecked) private var openBatch = 0
    @exclusivity(unchecked) var batchesInFlight = 0
    /// When the first batch in flight became the first.
    @exclusivity(unchecked) var headSince = 0
    @exclusivity(unchecked) private var flushIsPlanned = false
    @exclusivity(unchecked) private var serial: UInt64 = 0

    /// The error of the batch being read, and the statements it skipped.
    @exclusivity(unchecked) private var batchFailure: DatabaseFailure?
    @exclusivity(unchecked) private var prepareFailure: DatabaseFailure?
    @exclusivity(unchecked) var skipped: [PendingStatement] = []

    @exclusivity(unchecked) private var cache: PreparedCache
    private let scratch = ParameterScratch()
    let canceller = StatementCanceller()
    var lastCancelAt = Int.min / 2
    /// The cancelled statement.
    var lastCancelled: UInt64 = 0
    /// Others wait behind abandoned statements: these are cancelled without grace.
    var isBeingCleared = false
    /// The state of the incoming result.
    @exclusivity(unchecked) var incoming = IncomingResult()
    let transactionSettings: String
    /// The transaction that has the connection to itself; `nil` while it is shared.
    @exclusivity(unchecked) var transaction: OpenTransaction?
    /// Created once, since every turn that sends needs it; it retains the connection until
    /// ``close()``. (A weak reference would slow down all other references.)
    var endOfTurn: (() -> Void)?

    init(slot: Int, settings: ConnectionSettings, limits: Limits, reactor: Reactor, pool: ConnectionPool) {
        self.slot = slot
        self.settings = settings
        self.limits = limits
        self.reactor = reactor
        self.pool = pool
        cache = PreparedCache(limit: settings.preparedStatementLimit, bytes: settings.preparedTextLimit)
        transactionSettings = settings.transactionSettingsText
    }

    deinit { if let connection { PQfinish(connection) } }

    // MARK: Sending

    /// Queues a statement; it is sent at the end of the turn.
    /// - Parameter standsAlone: It may be slow and gets its own batch, whose results come together.
    /// - Returns: Why it cannot be sent; otherwise the pool is notified later.
    func send(_ pending: PendingStatement, standsAlone: Bool = false) -> DatabaseFailure? {
        guard let connection, phase == .ready else {
            return DatabaseFailure(.unavailable, message: "the connection is closed")
        }
        if standsAlone { endBatch() }
        guard scratch.fill(pending.parameters) else {
            return DatabaseFailure(
                .invalidInput, sqlState: "22021",
                message: "a text parameter holds a NUL byte, or a parameter is longer than 2 GiB")
        }
        if transaction != nil { beginOrRecover() }
        let sent: Int32
        switch settings.statements {
        case .prepared:
            let known = cache.find(pending.statement)
            if known != nil { pool.statistics.preparedHits += 1 }
            guard let prepared = known ?? prepare(pending.statement, on: connection) else {
                return DatabaseFailure(connection: connection)
            }
            sent = PQsendQueryPrepared(
                connection, prepared.name, Int32(truncatingIfNeeded: pending.parameters.count), scratch.values,
                scratch.lengths, scratch.formats, 1)
        case .unnamed: sent = sendUnnamed(pending, on: connection)
        }
        guard sent == 1 else {
            var failure = DatabaseFailure(connection: connection)
            if PQstatus(connection) != CONNECTION_BAD { failure.kind = .other }
            return failure
        }
        serial += 1
        pending.serial = serial
        pending.place = .inFlight(slot: slot)
        canceller.noteSent(serial)
        pool.statistics.sent += 1
        transaction?.inOpenBatch += 1
        ask(.execute(pending))
        if standsAlone || openBatch >= limits.statementsPerBatch { endBatch() }
        return nil
    }

    func ask(_ question: Expected) {
        expected.append(question)
        openBatch += 1
        guard !flushIsPlanned, let endOfTurn else { return }
        flushIsPlanned = true
        reactor.atEndOfTurn(endOfTurn)
    }

    private func prepare(_ statement: Statement, on connection: OpaquePointer) -> PreparedStatement? {
        guard let prepared = cache.insert(statement) else { return nil }
        let sent = statement.text.withCString { text in
            statement.parameterTypes.withUnsafeBufferPointer {
                PQsendPrepare(connection, prepared.name, text, Int32(truncatingIfNeeded: $0.count), $0.baseAddress)
            }
        }
        guard sent == 1 else {
            cache.forget(prepared)
            return nil
        }
        pool.statistics.prepared += 1
        ask(.prepare(prepared))
        return prepared
    }

    private func sendUnnamed(_ pending: PendingStatement, on connection: OpaquePointer) -> Int32 {
        if openBatch == 0, transaction == nil, !settings.callerHoldsTransaction {
            guard PQsendQueryParams(connection, transactionSettings, 0, nil, nil, nil, nil, 1) == 1 else { return 0 }
            ask(.settings)
        }
        let count = pending.parameters.count
        var types = pending.statement.parameterTypes
        if types.count != count {
            types = Array(types.prefix(count)) + Array(repeating: 0, count: max(0, count - types.count))
        }
        return pending.statement.text.withCString { text in
            PQsendQueryParams(
                connection, text, Int32(truncatingIfNeeded: count), types, scratch.values, scratch.lengths,
                scratch.formats, 1)
        }
    }

    func flushAtEndOfTurn() {
        flushIsPlanned = false
        guard phase == .ready else { return }
        pool.statistics.flushes += 1
        endBatch()
        flush()
    }

    /// Adds the synchronisation point; libpq 15 then writes to the socket.
    func endBatch() {
        guard openBatch > 0, let connection else { return }
        // If it fails the connection is broken, which the next flush or event reports.
        _ = PQpipelineSync(connection)
        expected.append(.sync)
        openBatch = 0
        transaction?.inOpenBatch = 0
        batchesInFlight += 1
        if batchesInFlight == 1 { headSince = reactor.now }
        pool.statistics.syncs += 1
    }

    func flush() {
        guard let connection, let registration else { return }
        let status = PQflush(connection)
        guard status >= 0, PQstatus(connection) != CONNECTION_BAD else {
            return lose(DatabaseFailure(connection: connection))
        }
        guard wantsWrite != (status == 1) else { return }
        wantsWrite = status == 1
        reactor.modify(registration, interest)
    }

    // MARK: Receiving

    func receive() {
        guard let connection else { return }
        incoming.answers = 0
        var isGood = PQconsumeInput(connection) == 1
        readAnswers()
        countIncoming()
        while isGood, self.connection != nil, !incoming.isPaused, TLSPending.hasBytes(connection) {
            incoming.answers = 0
            isGood = PQconsumeInput(connection) == 1
            readAnswers()
            countIncoming()
        }
        guard phase == .ready else { return }
        while let notification = PQnotifies(connection) { PQfreemem(notification) }
        if !isGood || PQstatus(connection) == CONNECTION_BAD { lose(DatabaseFailure(connection: connection)) }
    }

    private func readAnswers() {
        while let connection, !expected.isEmpty || awaitsEndOfResults, PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else {
                // The end of one query's results; without results libpq reports nothing more.
                guard awaitsEndOfResults else { return }
                awaitsEndOfResults = false
                continue
            }
            guard !awaitsEndOfResults, let question = expected.popFirst() else {
                PQclear(result)
                continue
            }
            if case .sync = question {} else { takeEndOfResults(of: connection) }
            take(result, of: question)
        }
    }

    /// Consumes the NULL before the callback. If a completion sent something in a batch cut short
    /// by an error, libpq 15 would forget the NULL, and shift every later result.
    private func takeEndOfResults(of connection: OpaquePointer) {
        awaitsEndOfResults = true
        while PQisBusy(connection) == 0 {
            guard let more = PQgetResult(connection) else {
                awaitsEndOfResults = false
                return
            }
            PQclear(more)
        }
    }

    private func take(_ result: OpaquePointer, of question: Expected) {
        incoming.answers += 1
        let status = PQresultStatus(result)
        switch status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC:
            switch question {
            case .execute(let pending):
                // It works after being prepared again: so the tables have changed.
                if pending.suspectsChangedTables { pool.tablesHaveChanged() }
                finish(pending, .success(ResultSet(result)))
            case .sync:
                PQclear(result)
                batchEnded()
            case .control(let control):
                let tag = String(cString: PQcmdStatus(result))
                PQclear(result)
                succeeded(control, tag: tag)
            case .settings, .prepare: PQclear(result)
            case .deallocate:
                PQclear(result)
                pool.statistics.deallocated += 1
            }
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            wasSkipped(question)
        default:
            let failure = DatabaseFailure(result: result)
            PQclear(result)
            hasFailed(question, failure)
        }
    }

    private func wasSkipped(_ question: Expected) {
        switch question {
        case .prepare(let prepared): cache.forget(prepared)
        case .deallocate(let prepared): cache.keepEvicted(prepared)
        case .control(let control): wasSkipped(control)
        case .settings, .sync: break
        case .execute(let pending):
            if let failure = prepareFailure {
                // Its own preparation failed just before.
                prepareFailure = nil
                finish(pending, .failure(failure))
            } else {
                skipped.append(pending)
            }
        }
    }

    private func hasFailed(_ question: Expected, _ failure: DatabaseFailure) {
        if failure.endsConnection || PQstatus(connection) == CONNECTION_BAD {
            if case .execute(let pending) = question { skipped.append(pending) }
            return lose(failure)
        }
        batchFailure = failure
        transaction?.mustRecover = true
        switch question {
        case .control(let control): hasFailed(control, failure)
        case .settings, .deallocate, .sync: break
        case .prepare(let prepared):
            cache.forget(prepared)
            if !isEchoInTransaction(failure) { prepareFailure = failure }
        case .execute(let pending):
            if isWorthAnotherTry(pending, failure) {
                skipped.append(pending)
            } else {
                finish(pending, .failure(failure))
            }
        }
    }

    /// Whether to send it again: the server forgot a prepared statement (a pooler, `DISCARD ALL`),
    /// the tables have changed, or a cancel request hit a bystander.
    private func isWorthAnotherTry(_ pending: PendingStatement, _ failure: DatabaseFailure) -> Bool {
        guard pending.isWanted, transaction?.mode.keepsErrorsApart != false else { return false }
        if isEchoInTransaction(failure) { return pending.resends < limits.resends }
        switch failure.sqlState {
        case "26000":
            guard mayPrepareAgain(pending) else { return false }
            if let prepared = cache.find(pending.statement) { cache.forget(prepared) }
            return true
        case let state where Self.statesOfChangedTables.contains(state):
            guard mayPrepareAgain(pending) else { return false }
            if let prepared = cache.find(pending.statement) { cache.evict(prepared) }
            pending.suspectsChangedTables = true
            return true
        case "57014": return canceller.mayHaveHit(pending.serial) && pending.resends < limits.resends
        default: return false
        }
    }

    /// Errors of a prepared statement after a change of types, columns or tables: a result of other
    /// columns (0A000), a missing type, column, table, operator or function (42xxx), a type looked
    /// up by its OID (XX000, "cache lookup failed").
    private static let statesOfChangedTables: Set<String> = [
        "0A000", "42703", "42704", "42804", "42883", "42P01", "XX000",
    ]

    /// Prepares everything again on its next use.
    func forgetPrepared() { cache.evictAll() }

    /// Once for each live statement.
    private func mayPrepareAgain(_ pending: PendingStatement) -> Bool {
        guard settings.statements == .prepared, !pending.wasPreparedAgain else { return false }
        pending.wasPreparedAgain = true
        return true
    }

    private func finish(_ pending: PendingStatement, _ result: Result<ResultSet, DatabaseFailure>) {
        canceller.noteAnswered(pending.serial)
        pool.connection(self, finished: pending, result)
    }

    private func batchEnded() {
        batchesInFlight -= 1
        headSince = reactor.now
        let failure = batchFailure, again = skipped
        batchFailure = nil
        prepareFailure = nil
        skipped.removeAll(keepingCapacity: true)
        for (index, pending) in again.enumerated() {
            guard phase == .ready else {
                // An earlier completion has closed the pool; the rest is answered only here.
                for rest in again[index...] {
                    rest.answer(.failure(DatabaseFailure(.unavailable, message: "the connection is closed")))
                }
                return
            }
            sendAgain(pending, after: failure)
        }
        if transaction != nil { transactionBatchEnded() }
        let evicted = cache.evicted.count
        if evicted > 0, transaction == nil, expected.isEmpty || evicted >= limits.statementsPerBatch {
            deallocateEvicted()
        }
    }

    private func sendAgain(_ pending: PendingStatement, after failure: DatabaseFailure?) {
        let failure = failure ?? DatabaseFailure(.other, message: "the statement was skipped")
        let mayGoAgain = transaction.map { $0.mode.keepsErrorsApart && !$0.isAbandoned } ?? true
        guard mayGoAgain, pending.isWanted, pending.resends < limits.resends else {
            return finish(pending, .failure(failure))
        }
        pending.resends += 1
        pool.statistics.resent += 1
        endBatch()
        transaction?.mustRecover = true
        if let failure = send(pending) { finish(pending, .failure(failure)) } else { endBatch() }
    }

    /// At most one batch at a time: when no statement waits behind it, or when it is full, since
    /// under load statements always wait.
    private func deallocateEvicted() {
        guard let connection else { return }
        endBatch()
        defer { endBatch() }
        for prepared in cache.takeEvicted() {
            guard openBatch < limits.statementsPerBatch,
                PQsendQueryParams(connection, "DEALLOCATE " + String(cString: prepared.name), 0, nil, nil, nil, nil, 1)
                    == 1
            else {
                cache.keepEvicted(prepared)
                continue
            }
            ask(.deallocate(prepared))
        }
    }

    func lose(_ failure: DatabaseFailure) {
        guard phase == .ready else { return }
        let unanswered = close()
        pool.connectionLost(self, failure, unanswered: unanswered)
    }
}
