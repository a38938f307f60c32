import CLibPQ

/// The commands of a transaction on the wire.
enum TransactionControl: Equatable {
    case begin
    /// The session's settings, if session state is not used.
    case settings
    case savepoint
    /// Back to the savepoint, which keeps the snapshot and clears an error.
    case recover
    case commit
    case rollback
}

/// A transaction that has its connection to itself.
struct OpenTransaction {
    let lease: Lease
    /// BEGIN was sent.
    var hasBegun = false
    /// Statements of the batch that has not been ended.
    var inOpenBatch = 0
    /// The server refuses everything until the rollback to the savepoint.
    var mustRecover = false
    var commitIsAsked = false
    /// How often ROLLBACK was sent.
    var rollbacks = 0
    /// Its caller has given up.
    var isAbandoned = false
    /// COMMIT or ROLLBACK was answered.
    var hasEnded = false
    /// The outcome, once known.
    var outcome = TransactionOutcome.rolledBack(DatabaseFailure(.other, message: "the transaction was rolled back"))

    var mode: TransactionMode { lease.mode }
}

/// Transactions of one caller, with explicit commands around its statements.
///
/// In an explicit transaction an error persists after its batch: the server refuses everything
/// until a rollback. If the mode requires it, a savepoint follows BEGIN, and whatever follows an
/// error is preceded by a rollback to it. An ordinary transaction thus costs one SAVEPOINT, a
/// failing one another round trip.
extension PipelineConnection {
    /// How often ROLLBACK is repeated after a late cancel request, before the connection is closed.
    static let rollbackTries = 3

    /// From now on the connection belongs to the lease alone.
    func lend(to lease: Lease) { transaction = OpenTransaction(lease: lease) }

    /// Sends what must precede a statement: the beginning of the transaction, or the rollback to
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

    /// Queues COMMIT if it can overtake nothing: together with the statements about to be sent, if
    /// no others are unanswered. After an error among them the server skips it too.
    func commitTransaction() {
        guard phase == .ready, let transaction, !transaction.commitIsAsked, !transaction.isAbandoned,
            transaction.inOpenBatch == transaction.lease.unanswered
        else { return }
        self.transaction?.commitIsAsked = true
        guard transaction.hasBegun else { return returnUnused() }
        if control(.commit, "COMMIT") { transaction.lease.isCommitSent = true }
    }

    /// It never began. Not within the caller's call, since the next borrower may do the same.
    private func returnUnused() {
        reactor.atEndOfTurn { [self] in
            guard phase == .ready, transaction?.hasBegun == false else { return }
            transaction = nil
            pool.connectionReturned(self, .committed)
        }
    }

    /// Queues ROLLBACK behind everything in flight.
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

    /// The error only repeats that there was an earlier one.
    func isEchoInTransaction(_ failure: DatabaseFailure) -> Bool { transaction != nil && failure.sqlState == "25P02" }

    /// - Parameter tag: The server's command tag: after an error, it answers COMMIT with ROLLBACK.
    func succeeded(_ control: TransactionControl, tag: String) {
        switch control {
        case .begin, .settings, .savepoint, .recover: break
        case .commit, .rollback:
            transaction?.hasEnded = true
            if tag == "COMMIT" { transaction?.outcome = .committed }
        }
    }

    func hasFailed(_ control: TransactionControl, _ failure: DatabaseFailure) {
        switch control {
        case .begin, .settings, .savepoint: pool.connectionCouldNotBegin(self, failure)
        case .recover: break  // the statements behind it are sent again, with another one
        case .commit:
            transaction?.lease.isCommitSent = false
            transaction?.outcome = .rolledBack(failure)
            rollback()
        case .rollback: rollbackAgain(failure)
        }
    }

    private func rollbackAgain(_ failure: DatabaseFailure) {
        if let transaction, transaction.rollbacks < Self.rollbackTries { rollback() } else { lose(failure) }
    }

    func wasSkipped(_ control: TransactionControl) {
        switch control {
        // The first command that failed has already reported it.
        case .begin, .settings, .savepoint, .recover: break
        case .commit:
            transaction?.commitIsAsked = false
            transaction?.lease.isCommitSent = false
        case .rollback: rollbackAgain(DatabaseFailure(.other, message: "ROLLBACK was skipped"))
        }
    }

    /// Statements that the batch skipped have been sent again by now.
    func transactionBatchEnded() {
        guard phase == .ready, let transaction else { return }
        guard transaction.hasEnded else {
            if transaction.lease.mustCommit { commitTransaction() }
            return
        }
        guard expected.isEmpty else { return }
        self.transaction = nil
        switch PQtransactionStatus(connection) {
        // Never pass on an open transaction.
        case PQTRANS_INTRANS, PQTRANS_INERROR: lose(DatabaseFailure(.unavailable, message: "a transaction stayed open"))
        default: pool.connectionReturned(self, transaction.outcome)
        }
    }
}
