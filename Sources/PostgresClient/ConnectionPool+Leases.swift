public import PostgresSQL

/// Transactions on a connection of the caller's own.
///
/// A lease ends with ``commit(_:)``, ``rollback(_:)``, its deadline, or the loss of the connection;
/// each returns or replaces the connection. A lease never continues on another connection:
/// statements that a lost connection leaves unanswered fail as
/// ``DatabaseFailure/Kind/interrupted``, and the caller may rerun the whole transaction.
extension ConnectionPool {
    // MARK: For callers

    /// Requests a connection for one transaction. Statements may be submitted at once; if no
    /// connection can be had, they fail with the reason.
    /// - Parameters:
    ///   - deadline: On the reactor's clock, milliseconds: of the wait for a connection, of every
    ///     statement, and of the transaction as a whole.
    ///   - fairnessKey: Waiters with different keys are served in turn.
    public func lease(_ mode: TransactionMode, deadline: Int, fairnessKey: UInt64 = 0) -> Lease {
        let lease = Lease(mode: mode, deadline: deadline, fairnessKey: fairnessKey)
        if isClosed {
            refuse(lease, Self.closedFailure)
        } else if deadline <= reactor.now {
            refuse(lease, Self.timeoutFailure)
        } else {
            perform(state.borrow(lease, key: fairnessKey, now: reactor.now))
            watchDeadline(deadline)
        }
        return lease
    }

    /// Runs a statement in the lease's transaction; not after ``commit(_:)``.
    /// - Parameter completion: Called exactly once, never within this call.
    @discardableResult public func submit(
        _ statement: Statement, parameters: [ParameterValue], on lease: Lease, meter: (any ResultMeter)? = nil,
        completion: @escaping (Result<ResultSet, DatabaseFailure>) -> Void
    ) -> StatementHandle {
        let pending = PendingStatement(
            statement: statement, parameters: parameters, deadline: lease.deadline, fairnessKey: lease.fairnessKey,
            lease: lease, meter: meter, completion: completion)
        statistics.submitted += 1
        switch lease.phase {
        case .waiting:
            pending.place = .held
            lease.held.append(pending)
        case .lent(let slot): sendLeased(pending, lease, slot: slot)
        case .over: answerLater(pending, lease.failure)
        }
        return StatementHandle(pending: pending)
    }

    /// Ends the sequence of statements. COMMIT is sent with the last of them if that is safe, else
    /// after their results; the connection is returned when the server has answered it.
    /// - Parameter completion: Called exactly once, when the outcome is known.
    public func commit(_ lease: Lease, completion: @escaping (TransactionOutcome) -> Void = { _ in }) {
        guard !lease.mustCommit else { return }
        lease.mustCommit = true
        lease.whenOver(completion)
        switch lease.phase {
        case .waiting:
            guard !lease.held.contains(where: \.isLive) else { return }
            // It was never used.
            lease.tell(.committed)
            rollback(lease)
        case .lent(let slot): connections[slot]?.commitTransaction()
        case .over: lease.tellFailure(lease.failure)
        }
    }

    /// Rolls back: unanswered statements fail with ``DatabaseFailure/Kind/cancelled`` within this
    /// call, a running one is cancelled, and the connection is returned when the server has rolled
    /// back. Harmless after the lease is over.
    public func rollback(_ lease: Lease) { end(lease, DatabaseFailure(.cancelled, message: "the caller gave up")) }

    public var lentConnections: Int { state.lentCount }
    /// Callers that wait for a lease.
    public var waitingLeases: Int { state.waitingBorrowers }

    // MARK: Having one

    func lend(_ lease: Lease, slot: Int) {
        leases[slot] = lease
        lease.phase = .lent(slot: slot)
        statistics.lent += 1
        let held = lease.held
        lease.held = []
        connections[slot]?.lend(to: lease)
        for pending in held where pending.isLive {
            if case .lent = lease.phase {
                sendLeased(pending, lease, slot: slot)
            } else {
                answerLater(pending, lease.failure)
            }
        }
        if lease.mustCommit { connections[slot]?.commitTransaction() }
    }

    private func sendLeased(_ pending: PendingStatement, _ lease: Lease, slot: Int) {
        // Counted before it is sent, so that it is known when its result arrives.
        lease.unanswered += 1
        watchHeads()
        guard
            let failure = connections[slot].map({ $0.send(pending) })
                ?? DatabaseFailure(.unavailable, message: "the connection is closed")
        else { return }
        lease.unanswered -= 1
        answerLater(pending, failure)
    }

    /// One of its statements is answered.
    func finished(
        _ pending: PendingStatement, _ result: Result<ResultSet, DatabaseFailure>, of lease: Lease,
        on connection: PipelineConnection
    ) {
        pending.place = .done
        lease.unanswered -= 1
        deliver(result, to: pending)
        if lease.mustCommit, leases[connection.slot] === lease { connection.commitTransaction() }
    }

    // MARK: Ending

    func refuse(_ lease: Lease, _ failure: DatabaseFailure) {
        lease.phase = .over
        lease.failure = failure
        for pending in lease.held { answerLater(pending, failure) }
        lease.held = []
        if lease.mustCommit { lease.tellFailure(failure) }
    }

    /// Ends a lease prematurely.
    func end(_ lease: Lease, _ failure: DatabaseFailure) {
        switch lease.phase {
        case .over: break
        case .waiting:
            lease.phase = .over
            lease.failure = failure
            let held = lease.held
            lease.held = []
            perform(state.forgotBorrower())
            for pending in held { pending.answer(.failure(failure)) }
            lease.tellFailure(failure)
        case .lent(let slot):
            lease.phase = .over
            lease.failure = failure
            statistics.rolledBack += 1
            guard let connection = connections[slot] else { return }
            var unanswered: [PendingStatement] = []
            connection.forEachInFlight { pending, _ in if pending.isLive { unanswered.append(pending) } }
            connection.rollbackTransaction()
            for pending in unanswered { pending.answer(.failure(failure)) }
            lease.tellFailure(failure)
            lookAfterAbandoned()
        }
    }

    /// The transaction could not begin as requested: its results belong to no snapshot.
    func connectionCouldNotBegin(_ connection: PipelineConnection, _ failure: DatabaseFailure) {
        guard let lease = leases[connection.slot] else { return }
        statistics.interrupted += 1
        end(lease, Self.interruption(failure))
    }

    /// The transaction has ended and nothing of it is in flight.
    func connectionReturned(_ connection: PipelineConnection, _ outcome: TransactionOutcome) {
        let lease = leases[connection.slot]
        leases[connection.slot] = nil
        if let lease, lease.phase != .over { lease.phase = .over }
        state.advance(to: reactor.now)
        perform(state.returned(slot: connection.slot))
        lease?.tell(outcome)
    }

    /// The connection of a lease is lost.
    /// - Returns: The failure of its statements.
    func interruptLease(ofSlot slot: Int, _ failure: DatabaseFailure) -> DatabaseFailure {
        let interruption = Self.interruption(failure)
        guard let lease = leases[slot] else { return interruption }
        leases[slot] = nil
        statistics.interrupted += 1
        lease.phase = .over
        lease.failure = interruption
        // After the results of its statements.
        reactor.atEndOfTurn { lease.tellFailure(interruption) }
        return interruption
    }

    private static func interruption(_ failure: DatabaseFailure) -> DatabaseFailure {
        var failure = failure
        failure.kind = .interrupted
        return failure
    }

    /// Ends all leases with the pool.
    /// - Returns: The statements that wait in leases without a connection.
    func endLeases(_ failure: DatabaseFailure) -> [PendingStatement] {
        var all = leases.compactMap(\.self)
        state.forEachBorrower { all.append($0) }
        var held: [PendingStatement] = []
        for lease in all {
            lease.phase = .over
            lease.failure = failure
            held += lease.held
            lease.held = []
            reactor.atEndOfTurn { lease.tellFailure(failure) }
        }
        for slot in leases.indices { leases[slot] = nil }
        return held
    }

    /// The leases whose deadline has passed; `next` becomes the next deadline.
    func leasesPast(_ now: Int, _ next: inout Int) -> [Lease] {
        var late: [Lease] = []
        func look(_ lease: Lease) {
            guard lease.phase != .over else { return }
            if lease.deadline <= now { late.append(lease) } else { next = min(next, lease.deadline) }
        }
        for case let lease? in leases { look(lease) }
        state.forEachBorrower(look)
        return late
    }
}
