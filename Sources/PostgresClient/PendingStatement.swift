import PostgresSQL

/// One submitted statement: waiting, in flight, or done.
final class PendingStatement: PoolWaiter {
    enum Place {
        /// It arrived in this turn, at the end of which it may be merged with others.
        case coming
        case waiting
        /// It is about to be sent.
        case next
        case inFlight(slot: Int)
        /// Its lease has no connection yet.
        case held
        /// A merged statement runs it.
        case merged(into: PendingStatement)
        /// Answered, or refused and about to be.
        case done
    }

    typealias Completion = (Result<ResultSet, DatabaseFailure>) -> Void

    let statement: Statement
    let parameters: [ParameterValue]
    /// Milliseconds of the reactor's clock.
    let deadline: Int
    let fairnessKey: UInt64
    /// Its transaction; such a statement is never moved to another connection.
    let lease: Lease?
    /// `nil` after the call: the caller has its answer, whatever the server still sends.
    private(set) var completion: Completion?
    var place = Place.waiting
    /// 0 unless it waits.
    var enqueuedAt = 0
    /// The reactor's turn in which it arrived.
    var turn = 0
    /// Its number among the statements of its connection, in sending order.
    var serial: UInt64 = 0
    /// How often it was sent again because of another statement's error.
    var resends = 0
    /// Whether it was prepared again after the server lost or refused the prepared statement.
    var wasPreparedAgain = false
    /// Whether that was because its error suggests that the tables have changed.
    var suspectsChangedTables = false
    /// Whether its connection was already lost once.
    var lostConnection = false
    /// The members of a merged statement.
    var members: [PendingStatement] = []
    /// A merged statement that contained it failed: now it runs alone.
    var mustRunAlone = false
    /// It is the second run of another statement (`ConnectionPool+Slowness.swift`).
    var isTwin = false
    /// The statement that a twin repeats.
    private(set) var original: PendingStatement?
    /// The second run of this statement.
    private(set) var twin: PendingStatement?
    /// Its own run is being cancelled or was: the twin's result counts.
    var restsOnTwin = false {
        // The result of its own run is discarded.
        didSet { if restsOnTwin { giveBackMetered() } }
    }
    /// The twin was answered first.
    var wasOvertaken = false
    private var dropTwin: (() -> Void)?
    /// Consulted while the result arrives; `nil` if nothing is counted.
    private(set) var meter: (any ResultMeter)?
    /// Bytes of the result reported to the meter.
    private var metered = 0

    init(
        statement: Statement, parameters: [ParameterValue], deadline: Int, fairnessKey: UInt64, lease: Lease? = nil,
        meter: (any ResultMeter)? = nil, completion: @escaping Completion
    ) {
        self.meter = meter
        self.statement = statement
        self.parameters = parameters
        self.deadline = deadline
        self.fairnessKey = fairnessKey
        self.lease = lease
        self.completion = completion
    }

    /// Whether a caller waits for the answer.
    var isLive: Bool { completion != nil }

    /// Whether it waits to be sent by itself.
    var isWaiting: Bool {
        if case .waiting = place { isLive } else { false }
    }

    /// Whether it may be merged.
    var mayMerge: Bool { statement.mayMerge && lease == nil && !mustRunAlone }

    func leaveQueue() { place = .next }

    var kind: UInt64 { members.first?.statement.id ?? statement.id }
    var mustStandAlone: Bool { isTwin }

    /// The keys of the callers that wait for it.
    var keys: Set<UInt64> { members.isEmpty ? [fairnessKey] : Set(members.map(\.fairnessKey)) }

    /// Whether a caller needs its connection's result.
    var isWanted: Bool {
        isLive && !restsOnTwin && (members.isEmpty || members.contains { $0.isLive && !$0.restsOnTwin })
    }

    /// Whether its twin has not been answered.
    var hasTwin: Bool { twin?.isLive == true }

    /// Registers a twin; `drop` is called when this statement is answered first.
    func follow(_ twin: PendingStatement, drop: @escaping () -> Void) {
        twin.original = self
        self.twin = twin
        dropTwin = drop
    }

    /// The twin was answered, or is no longer wanted.
    func forgetTwin() {
        dropTwin = nil
        twin = nil
    }

    /// Counts further bytes of its result.
    /// - Returns: false if the meter refuses them.
    func received(_ bytes: Int) -> Bool {
        guard !restsOnTwin else { return true }
        metered += bytes
        if !members.isEmpty { return metered <= ConnectionPool.mergedResultBytes }
        return meter?.grow(by: bytes) ?? true
    }

    /// Drops the statement without calling back.
    func forget() {
        completion = nil
        letGo()
    }

    /// Answers, once.
    func answer(_ result: Result<ResultSet, DatabaseFailure>) {
        guard let completion else { return }
        self.completion = nil
        letGo()
        completion(result)
    }

    private func giveBackMetered() {
        if metered > 0 { meter?.shrink(by: metered) }
        metered = 0
    }

    private func letGo() {
        original = nil
        giveBackMetered()
        // The meter is the request itself, which holds its statements.
        meter = nil
        guard let dropTwin else { return }
        self.dropTwin = nil
        twin = nil
        dropTwin()
    }
}

/// Identifies a submitted statement for cancellation; harmless after it was answered.
public struct StatementHandle {
    let pending: PendingStatement
}
