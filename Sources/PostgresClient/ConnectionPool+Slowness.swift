import PostgresSQL

/// Runs statements queued behind a slow one a second time on another connection; the first result
/// counts, and the other run is dropped.
///
/// A sent statement cannot be withdrawn. PostgreSQL sends the results of a batch together, so a
/// statement may be stuck before a slow one, too. Running it twice is harmless, since the pool's
/// statements only read. ``PoolState`` decides what is slow and what is taken back.
extension ConnectionPool {
    /// Schedules the next check for slow statements.
    func watchHeads() {
        guard headTimer == nil, !isClosed else { return }
        headTimer = reactor.after(milliseconds: state.limits.slowAfter) { [unowned self] in lookAtHeads() }
    }

    private func lookAtHeads() {
        headTimer = nil
        guard !isClosed else { return }
        state.advance(to: reactor.now)
        for slot in state.newlyOld() { headIsOld(slot) }
        while let slot = state.relief() { relieve(slot) }
        guard let next = state.nextLook() else { return }
        headTimer = reactor.after(milliseconds: max(1, next - reactor.now)) { [unowned self] in lookAtHeads() }
    }

    /// A connection is full until its old statement ends; statements behind it that belong to other
    /// keys are run again elsewhere.
    private func headIsOld(_ slot: Int) {
        statistics.held += 1
        if let lease = leases[slot] { return state.isHeld(slot: slot, by: lease.fairnessKey) }
        guard let connection = connections[slot] else { return }
        var head: [PendingStatement] = [], behind: [PendingStatement] = []
        connection.forEachInFlight { pending, isInHeadBatch in
            if isInHeadBatch { head.append(pending) } else { behind.append(pending) }
        }
        // Overtaken statements say nothing about their keys.
        let running = head.filter { !$0.wasOvertaken }
        let keys = Set(running.flatMap(\.keys)), holder = keys.count == 1 ? keys.first : nil
        state.isHeld(slot: slot, by: holder, statement: running.count == 1 ? running[0].kind : 0)
        if holder == nil { for pending in running { runBeside(pending, slot, unlessOf: nil) } }
        for pending in behind { runBeside(pending, slot, unlessOf: holder) }
    }

    /// Runs a statement, or the members of a merged one, a second time.
    private func runBeside(_ pending: PendingStatement, _ slot: Int, unlessOf holder: UInt64?) {
        for each in pending.members.isEmpty ? [pending] : pending.members
        where each.isLive && !each.hasTwin && !each.isTwin && each.fairnessKey != holder {
            state.leave(slot, each.fairnessKey)
            makeTwin(each)
        }
    }

    /// - Returns: false if there is no room for it.
    @discardableResult private func makeTwin(_ original: PendingStatement) -> Bool {
        guard original.deadline > reactor.now else { return false }
        let twin = PendingStatement(
            statement: original.statement, parameters: original.parameters, deadline: original.deadline,
            fairnessKey: original.fairnessKey, meter: original.meter
        ) { [unowned self] result in twinAnswered(original, result) }
        twin.isTwin = true
        twin.mustRunAlone = true
        switch state.submit(twin, key: twin.fairnessKey, now: reactor.now) {
        case .refuse: return false
        case .wait: twin.place = .waiting
        case .send(let slot): send(twin, slot: slot)
        }
        original.follow(twin) { [unowned self] in drop(twin) }
        statistics.rerun += 1
        return true
    }

    /// The twin's failure counts only if no other run is left.
    private func twinAnswered(_ original: PendingStatement, _ result: Result<ResultSet, DatabaseFailure>) {
        original.forgetTwin()
        switch result {
        case .success:
            original.wasOvertaken = true
            abandon(original, result)
        case .failure: if original.restsOnTwin { abandon(original, result) }
        }
    }

    /// The twin is no longer needed.
    private func drop(_ twin: PendingStatement) {
        guard twin.isLive else { return }
        twin.forget()
        if case .waiting = twin.place {
            twin.place = .done
            state.forgotWaiter()
        } else {
            lookAfterAbandoned()
        }
    }

    /// Takes a connection back from a slow key: its statements are sent again in their turn; its
    /// transaction ends as if the connection were lost, so that the whole request is run again.
    private func relieve(_ slot: Int) {
        statistics.relieved += 1
        connections[slot]?.isBeingCleared = true
        if let lease = leases[slot] {
            return end(
                lease,
                DatabaseFailure(.interrupted, message: "the transaction held a connection that others waited for"))
        }
        var running: [PendingStatement] = []
        connections[slot]?.forEachInFlight { pending, _ in running.append(pending) }
        for pending in running where pending.isLive {
            if let original = pending.original {
                original.forgetTwin()
                drop(pending)
                // If it relies on this twin, no other run is left.
                if !makeTwin(original), original.restsOnTwin { abandon(original, .failure(failure(of: .queueFull))) }
            } else {
                for each in pending.members.isEmpty ? [pending] : pending.members
                where each.isLive && (each.hasTwin || makeTwin(each)) { each.restsOnTwin = true }
            }
        }
        lookAfterAbandoned()
    }
}
