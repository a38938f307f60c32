/// A connection that one caller has for itself, for one transaction, until it commits or rolls
/// back.
///
/// Made by ``ConnectionPool/lease(_:deadline:fairnessKey:)``. Statements may be given to it at
/// once: they wait until a connection is free, and leave together with the words that begin the
/// transaction.
public final class Lease: PoolWaiter {
    enum Phase: Equatable {
        case waiting
        case lent(slot: Int)
        /// Returned, lost or never had.
        case over
    }

    let mode: TransactionMode
    /// Milliseconds of the reactor's clock; then the transaction is rolled back, whatever its
    /// holder does.
    let deadline: Int
    let fairnessKey: UInt64
    var phase = Phase.waiting
    var enqueuedAt = 0
    /// What was given to it before it had a connection.
    var held: [PendingStatement] = []
    /// Statements that its connection has not answered.
    var unanswered = 0
    /// Nothing more will be given to it.
    var mustCommit = false
    /// Why it is over, for those who still give it statements.
    var failure = DatabaseFailure(.cancelled, message: "the transaction has ended")

    init(mode: TransactionMode, deadline: Int, fairnessKey: UInt64) {
        self.mode = mode
        self.deadline = deadline
        self.fairnessKey = fairnessKey
    }

    var isLive: Bool { phase == .waiting }
}
