/// A connection that one caller has to itself for one transaction, until it commits or rolls back.
///
/// Made by ``ConnectionPool/lease(_:deadline:fairnessKey:)``. Statements may be submitted at once:
/// they wait until a connection is free, and are sent together with the transaction's BEGIN.
public final class Lease: PoolWaiter {
    enum Phase: Equatable {
        case waiting
        case lent(slot: Int)
        /// Returned, lost or never granted.
        case over
    }

    let mode: TransactionMode
    /// Milliseconds of the reactor's clock, at which the transaction is rolled back.
    let deadline: Int
    let fairnessKey: UInt64
    var phase = Phase.waiting
    var enqueuedAt = 0
    /// Statements submitted before it had a connection.
    var held: [PendingStatement] = []
    /// Statements that its connection has not answered.
    var unanswered = 0
    /// No more statements follow.
    var mustCommit = false
    /// COMMIT was sent and may have taken effect, whatever the response.
    var isCommitSent = false
    private var completion: ((TransactionOutcome) -> Void)?
    /// Why it is over, for statements submitted later.
    var failure = DatabaseFailure(.cancelled, message: "the transaction has ended")

    init(mode: TransactionMode, deadline: Int, fairnessKey: UInt64) {
        (self.mode, self.deadline, self.fairnessKey) = (mode, deadline, fairnessKey)
    }

    var isLive: Bool { phase == .waiting }

    func whenOver(_ completion: @escaping (TransactionOutcome) -> Void) { self.completion = completion }

    /// Reports the outcome, once.
    func tell(_ outcome: TransactionOutcome) {
        let told = completion
        completion = nil
        told?(outcome)
    }

    /// Reports a premature end.
    func tellFailure(_ failure: DatabaseFailure) { tell(isCommitSent ? .unknown(failure) : .rolledBack(failure)) }
}
