import CLibPQ

/// The words of a transaction on the wire.
enum TransactionControl: Equatable {
    case begin
    /// What a session would be set to, where none is relied on.
    case settings
    case savepoint
    /// Back to the savepoint: the snapshot stays, an error is forgotten.
    case recover
    case commit
    case rollback
}

/// A transaction that has its connection for itself.
struct OpenTransaction {
    let lease: Lease
    /// BEGIN was sent.
    var hasBegun = false
    /// Statements of the batch that has not been ended.
    var inOpenBatch = 0
    /// The server refuses everything until the savepoint is gone back to.
    var mustRecover = false
    var commitIsAsked = false
    /// How often ROLLBACK was sent.
    var rollbacks = 0
    /// Nobody waits for it any more.
    var isAbandoned = false
    /// COMMIT or ROLLBACK was answered.
    var hasEnded = false

    var mode: TransactionMode { lease.mode }
}

/// Transactions of one caller, by explicit words around its statements.
///
/// In an explicit transaction an error goes on after its batch: the server refuses all until it is
/// rolled back. Where the mode wants it, one savepoint stands behind BEGIN, and whatever follows an
/// error is preceded by a return to it. So ordinary transactions pay for one SAVEPOINT, and a
/// failing one for a round trip more.
extension PipelineConnection {
    /// How often ROLLBACK is sent again, when a late cancel request has hit it, before the
    /// connection is given up.
    static let rollbackTries = 3

    /// From now on the connection is the lease's alone.
    func lend(to lease: Lease) { transaction = OpenTransaction(lease: lease) }

    /// What has to go before a statement: the words that begin the transaction, or the way back to
    /// the savepoint after an error.
    func beginOrRecover() {
        guard let transaction else { return }
        if !transaction.hasBegun {
            self.transaction?.hasBegun = true
            guard control(.begin, transaction.mode.begin) else { return }
            if settings.statements == .unnamed, !control(.settings, transactionSettings) { return }
            if transaction.mode.keepsErrorsApart { control(.savepoint, "SAVEPOINT portico") }
        } else if transaction.mustRecover, transaction.mode.keepsErrorsApart {
            self.transaction?.mustRecover = false
            control(.recover, "ROLLBACK TO SAVEPOINT portico")
        }
    }

    /// Queues COMMIT if it cannot overtake anything: with the statements that are about to leave
    /// when those are all that have no answer. An error among them lets the server skip it too.
    func commitTransaction() {
        guard phase == .ready, let transaction, !transaction.commitIsAsked, !transaction.isAbandoned,
            transaction.inOpenBatch == transaction.lease.unanswered
        else { return }
        self.transaction?.commitIsAsked = true
        if transaction.hasBegun { control(.commit, "COMMIT") } else { returnUnused() }
    }

    /// It was never begun. Not within the caller's call, since who waits for the connection may be
    /// in the same situation.
    private func returnUnused() {
        reactor.atEndOfTurn { [self] in
            guard phase == .ready, transaction?.hasBegun == false else { return }
            transaction = nil
            pool.connectionReturned(self)
        }
    }

    /// Queues ROLLBACK behind whatever is under way.
    func rollbackTransaction() {
        guard phase == .ready, transaction?.isAbandoned == false else { return }
        transaction?.isAbandoned = true
        if transaction?.hasBegun == true { rollback() } else { returnUnused() }
    }

    private func rollback() {
        transaction?.rollbacks += 1
        endBatch()
        control(.rollback, "ROLLBACK")
    }

    @discardableResult private func control(_ control: TransactionControl, _ text: String) -> Bool {
        guard let connection, phase == .ready else { return false }
        guard PQsendQueryParams(connection, text, 0, nil, nil, nil, nil, 1) == 1 else {
            lose(DatabaseFailure(connection: connection))
            return false
        }
        ask(.control(control))
        return true
    }

    // MARK: Answers

    /// The error only repeats that there was one before.
    func isEchoInTransaction(_ failure: DatabaseFailure) -> Bool { transaction != nil && failure.sqlState == "25P02" }

    func succeeded(_ control: TransactionControl) {
        switch control {
        case .begin, .settings, .savepoint, .recover: break
        case .commit, .rollback: transaction?.hasEnded = true
        }
    }

    func hasFailed(_ control: TransactionControl, _ failure: DatabaseFailure) {
        switch control {
        case .begin, .settings, .savepoint: pool.connectionCouldNotBegin(self, failure)
        case .recover: break  // the statements behind it are sent again, with another one
        case .commit: rollback()
        case .rollback: rollbackAgain(failure)
        }
    }

    private func rollbackAgain(_ failure: DatabaseFailure) {
        if let transaction, transaction.rollbacks < Self.rollbackTries { rollback() } else { lose(failure) }
    }

    func wasSkipped(_ control: TransactionControl) {
        switch control {
        // Of the words that begin, the first that failed has said so.
        case .begin, .settings, .savepoint, .recover: break
        case .commit: transaction?.commitIsAsked = false
        case .rollback: rollbackAgain(DatabaseFailure(.other, message: "ROLLBACK was skipped"))
        }
    }

    /// What a batch has skipped is sent again by now.
    func transactionBatchEnded() {
        guard phase == .ready, let transaction else { return }
        guard transaction.hasEnded else {
            if transaction.lease.mustCommit { commitTransaction() }
            return
        }
        guard expected.isEmpty else { return }
        self.transaction = nil
        switch PQtransactionStatus(connection) {
        // Never hand an open transaction to the next one.
        case PQTRANS_INTRANS, PQTRANS_INERROR: lose(DatabaseFailure(.unavailable, message: "a transaction stayed open"))
        default: pool.connectionReturned(self)
        }
    }
}
