import PostgresSQL

/// One submitted statement on its way: waiting, in flight, or done.
final class PendingStatement: PoolWaiter {
    enum Place {
        /// It came in this turn, at the end of which others like it may be there.
        case coming
        case waiting
        /// It is about to be sent.
        case next
        case inFlight(slot: Int)
        /// Its lease has no connection yet.
        case held
        /// Another statement runs it together with its like.
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
    /// The transaction it belongs to; such a statement is never moved to another connection.
    let lease: Lease?
    /// `nil` once it has been called: the caller has its answer, whatever the server still says.
    private(set) var completion: Completion?
    var place = Place.waiting
    /// 0 unless it waits.
    var enqueuedAt = 0
    /// The reactor's turn in which it came.
    var turn = 0
    /// Its number among the statements of its connection, in the order they were sent.
    var serial: UInt64 = 0
    /// How often it was sent again because of somebody else's error.
    var resends = 0
    /// It has been prepared anew already, after the server had lost or refused the prepared
    /// statement.
    var wasPreparedAgain = false
    /// That was because it failed as one fails whose tables have changed.
    var suspectsChangedTables = false
    /// The connection under it was lost once already.
    var lostConnection = false
    /// The statements that this one runs together.
    var members: [PendingStatement] = []
    /// It was run together with others, which failed: now it runs alone.
    var mustRunAlone = false
    /// It runs another one a second time (`ConnectionPool+Slowness.swift`).
    var isTwin = false
    /// Of a twin, what it runs a second time.
    private(set) var original: PendingStatement?
    /// What runs this one a second time.
    private(set) var twin: PendingStatement?
    /// Its own run is being ended, or has been: the answer is the twin's.
    var restsOnTwin = false {
        // What has come of its own run is thrown away: only the twin's counts.
        didSet { if restsOnTwin { giveBackMetered() } }
    }
    /// The twin was answered first.
    var wasOvertaken = false
    private var dropTwin: (() -> Void)?
    /// Is asked while the result comes in; `nil` where nobody counts.
    private(set) var meter: (any ResultMeter)?
    /// Bytes of the result that have come, as the meter knows them.
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

    /// Somebody still waits for the answer.
    var isLive: Bool { completion != nil }

    /// It waits to be sent by itself.
    var isWaiting: Bool {
        if case .waiting = place { isLive } else { false }
    }

    /// Whether it may be run together with its like.
    var mayMerge: Bool { statement.merging != nil && lease == nil && !mustRunAlone }

    func leaveQueue() { place = .next }

    var kind: UInt64 { members.first?.statement.id ?? statement.id }
    var mustStandAlone: Bool { isTwin }

    /// Of those who wait for it.
    var keys: Set<UInt64> { members.isEmpty ? [fairnessKey] : Set(members.map(\.fairnessKey)) }

    /// Somebody waits for what its connection says.
    var isWanted: Bool {
        isLive && !restsOnTwin && (members.isEmpty || members.contains { $0.isLive && !$0.restsOnTwin })
    }

    /// Another one that runs the same has not been answered.
    var hasTwin: Bool { twin?.isLive == true }

    /// From now on another one runs the same; `drop` is called when this one is answered first.
    func follow(_ twin: PendingStatement, drop: @escaping () -> Void) {
        twin.original = self
        self.twin = twin
        dropTwin = drop
    }

    /// The other one is answered, or is not wanted any more.
    func forgetTwin() {
        dropTwin = nil
        twin = nil
    }

    /// So many bytes more of its result have come.
    /// - Returns: false if it may not bring so many.
    func received(_ bytes: Int) -> Bool {
        guard !restsOnTwin else { return true }
        metered += bytes
        if !members.isEmpty { return metered <= ConnectionPool.mergedResultBytes }
        return meter?.grow(by: bytes) ?? true
    }

    /// Nobody waits for the answer any more, and nobody is told.
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

/// Names a submitted statement, so that it can be cancelled; harmless after it was answered.
public struct StatementTicket {
    let pending: PendingStatement
}
