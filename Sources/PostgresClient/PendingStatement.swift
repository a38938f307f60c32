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
    /// It has been prepared anew already, after the server had lost or refused the prepared statement.
    var wasPreparedAgain = false
    /// The connection under it was lost once already.
    var lostConnection = false
    /// The statements that this one runs together.
    var members: [PendingStatement] = []
    /// It was run together with others, which failed: now it runs alone.
    var mustRunAlone = false

    init(statement: Statement, parameters: [ParameterValue], deadline: Int, fairnessKey: UInt64, lease: Lease? = nil, completion: @escaping Completion) {
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

    /// Nobody waits for the answer any more, and nobody is told.
    func forget() { completion = nil }

    /// Answers, once.
    func answer(_ result: Result<ResultSet, DatabaseFailure>) {
        guard let completion else { return }
        self.completion = nil
        completion(result)
    }
}

/// Names a submitted statement, so that it can be cancelled; harmless after it was answered.
public struct StatementTicket {
    let pending: PendingStatement
}
