public import PostgresSQL

/// Transactions of one caller's own.
///
/// A lease ends in one of four ways, all of which give its connection back or replace it:
/// ``commit(_:)``, ``rollback(_:)``, its deadline, or the loss of the connection. Nothing of a
/// lease is ever run on another connection: what a lost one leaves unanswered fails as
/// ``DatabaseFailure/Kind/interrupted``, and it is the caller's to run the whole again.
extension ConnectionPool {
    // MARK: For callers

    /// Asks for a connection of the caller's own. Statements may be given to it at once. Why none
    /// could be had is what they fail with.
    /// - Parameters:
    ///   - deadline: On the reactor's clock, milliseconds: of the wait for a connection, of every
    ///     statement, and of the transaction as a whole.
    ///   - fairnessKey: Those who wait with different keys take turns.
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

    /// Runs a statement in the lease's transaction. Behind ``commit(_:)`` no more is taken.
    /// - Parameter completion: Called exactly once, never within this call.
    @discardableResult public func submit(
        _ statement: Statement, parameters: [ParameterValue], on lease: Lease, meter: (any ResultMeter)? = nil,
        completion: @escaping (Result<ResultSet, DatabaseFailure>) -> Void
    ) -> StatementTicket {
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
        return StatementTicket(pending: pending)
    }

    /// Says that no more statements follow. COMMIT travels with the last of them where that is
    /// safe, else behind their answers; the connection is returned when the server has answered it.
    public func commit(_ lease: Lease) {
        guard !lease.mustCommit else { return }
        lease.mustCommit = true
        switch lease.phase {
        case .waiting: if !lease.held.contains(where: \.isLive) { rollback(lease) }
        case .lent(let slot): connections[slot]?.commitTransaction()
        case .over: break
        }
    }

    /// Gives the transaction up: statements without an answer fail with
    /// ``DatabaseFailure/Kind/cancelled`` within this call, what runs is cancelled, and the
    /// connection is returned when the server has rolled back. Harmless when the lease is over.
    public func rollback(_ lease: Lease) { end(lease, DatabaseFailure(.cancelled, message: "the caller gave up")) }

    /// Connections that are lent now.
    public var lentConnections: Int { state.lentCount }
    /// Callers who wait for a connection of their own.
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
        // Counted before it is sent: once a statement can be answered it must be known.
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
    }

    /// Ends a lease before its time.
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
        case .lent(let slot):
            lease.phase = .over
            lease.failure = failure
            statistics.rolledBack += 1
            guard let connection = connections[slot] else { return }
            var unanswered: [PendingStatement] = []
            connection.forEachInFlight { pending, _ in if pending.isLive { unanswered.append(pending) } }
            connection.rollbackTransaction()
            for pending in unanswered { pending.answer(.failure(failure)) }
            lookAfterAbandoned()
        }
    }

    /// The transaction could not begin as it should: what it would have answered belongs to no
    /// snapshot.
    func connectionCouldNotBegin(_ connection: PipelineConnection, _ failure: DatabaseFailure) {
        guard let lease = leases[connection.slot] else { return }
        statistics.interrupted += 1
        end(lease, Self.interruption(failure))
    }

    /// The transaction has ended and nothing of it is under way.
    func connectionReturned(_ connection: PipelineConnection) {
        if let lease = leases[connection.slot], lease.phase != .over { lease.phase = .over }
        leases[connection.slot] = nil
        state.advance(to: reactor.now)
        perform(state.returned(slot: connection.slot))
    }

    /// The connection under a lease is gone.
    /// - Returns: What its statements fail with.
    func interruptLease(ofSlot slot: Int, _ failure: DatabaseFailure) -> DatabaseFailure {
        let interruption = Self.interruption(failure)
        guard let lease = leases[slot] else { return interruption }
        leases[slot] = nil
        statistics.interrupted += 1
        lease.phase = .over
        lease.failure = interruption
        return interruption
    }

    private static func interruption(_ failure: DatabaseFailure) -> DatabaseFailure {
        var failure = failure
        failure.kind = .interrupted
        return failure
    }

    /// Ends them all with the pool.
    /// - Returns: What waits in those that have no connection.
    func endLeases(_ failure: DatabaseFailure) -> [PendingStatement] {
        var all = leases.compactMap(\.self)
        state.forEachBorrower { all.append($0) }
        var held: [PendingStatement] = []
        for lease in all {
            lease.phase = .over
            lease.failure = failure
            held += lease.held
            lease.held = []
        }
        for slot in leases.indices { leases[slot] = nil }
        return held
    }

    /// Those whose time is over; `next` becomes the time of the next one.
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
