/// Connections that are lent.
///
/// They are taken from the shared ones, so that the configured number of connections is never
/// exceeded on the server either. A borrower gets an idle connection, or the least busy one is
/// drained for it: it accepts no more statements, and those in flight are answered first. So no
/// borrower waits for an idle moment that never comes. Of several connections that are up the last
/// is never lent; if only one is up, statements and borrowers alternate.
extension PoolState {
    // MARK: Looking

    var waitingBorrowers: Int { borrowers.count - forgottenBorrowers }
    /// Whether ``emptied(slot:)`` must be called; checked after every statement.
    func isWanted(slot: Int) -> Bool {
        if slots[slot].inFlight == 0 { return !borrowers.isEmpty || slots[slot].use == .draining }
        // It may have been held until now, so that none could be drained.
        return waitingBorrowers > 0 && count(.draining) == 0
    }
    func use(ofSlot slot: Int) -> Use { slots[slot].use }
    func forEachBorrower(_ body: (Borrower) -> Void) { borrowers.forEach(body) }
    var lentCount: Int { count(.lent) }

    private func count(_ use: Use) -> Int { slots.reduce(0) { $0 + ($1.phase == .ready && $1.use == use ? 1 : 0) } }

    // MARK: Borrowing

    /// A borrower gets a connection at once, is refused, or waits in the lane of its key.
    mutating func borrow(_ borrower: Borrower, key: UInt64, now: Int) -> [Action] {
        advance(to: now)
        keys.came(key, now: now)
        if readyCount == 0, isKnownDown { return [.failBorrower(borrower, .serverDown)] }
        var actions: [Action] = []
        if waitingBorrowers >= limits.queueLimit {
            guard let displaced = displaceBorrower(for: key) else { return [.failBorrower(borrower, .queueFull)] }
            actions.append(.failBorrower(displaced, .queueFull))
        }
        borrower.enqueuedAt = now
        borrowers.append(borrower, key: key)
        return actions + clearForBorrowers()
    }

    /// A connection has answered everything: a waiting borrower gets it, even if it drains another.
    mutating func emptied(slot: Int) -> [Action] {
        guard slots[slot].phase == .ready else { return [] }
        guard slots[slot].inFlight == 0 else { return clearForBorrowers() }
        switch slots[slot].use {
        case .lent: return []
        case .draining:
            guard let lent = lend(slot) else { return becameShared(slot: slot) }
            return [lent]
        case .shared:
            guard let busy = slots.indices.first(where: { slots[$0].phase == .ready && slots[$0].use == .draining })
            else { return clearForBorrowers() }
            guard let lent = lend(slot) else { return [] }
            slots[busy].use = .shared
            return [lent] + fill(slot: busy) + clearForBorrowers()
        }
    }

    /// A borrower has returned its connection in its original state.
    mutating func returned(slot: Int) -> [Action] {
        guard slots[slot].phase == .ready, slots[slot].use == .lent else { return [] }
        settleHolder(slot)
        slots[slot].borrowerKey = nil
        slots[slot].isBeingRelieved = false
        return becameShared(slot: slot)
    }

    /// A waiting borrower is no longer wanted (its `isLive` is already false).
    mutating func forgotBorrower() -> [Action] {
        forgottenBorrowers += 1
        if forgottenBorrowers > 64, forgottenBorrowers > borrowers.count / 2 {
            _ = borrowers.removeAll { !$0.isLive }
            forgottenBorrowers = 0
        }
        return stopClearingForNobody()
    }

    // MARK: Sharing

    /// A connection is shared again: the next borrower gets it if another one stays shared;
    /// otherwise waiting statements come first.
    mutating func becameShared(slot: Int) -> [Action] {
        slots[slot].use = .shared
        if slots[slot].inFlight == 0, count(.shared) > 1, mayClearAnother, let lent = lend(slot) {
            return [lent] + stopClearingForNobody()
        }
        return fill(slot: slot) + clearForBorrowers()
    }

    /// Draining connections without a waiting borrower become shared again.
    private mutating func stopClearingForNobody() -> [Action] {
        guard count(.draining) > waitingBorrowers,
            let slot = slots.indices.first(where: { slots[$0].phase == .ready && slots[$0].use == .draining })
        else { return [] }
        slots[slot].use = .shared
        return fill(slot: slot) + stopClearingForNobody()
    }

    /// After a loss: if none is shared, a draining one becomes shared.
    mutating func shareOne() -> [Action] {
        guard count(.shared) == 0,
            let slot = slots.indices.first(where: { slots[$0].phase == .ready && slots[$0].use == .draining })
        else { return [] }
        slots[slot].use = .shared
        return fill(slot: slot)
    }

    /// Drains as many connections as borrowers wait for and may have.
    mutating func clearForBorrowers() -> [Action] {
        var actions: [Action] = []
        while waitingBorrowers > 0, count(.draining) < borrowersToServe, mayClearAnother, let slot = leastBusyShared() {
            slots[slot].use = .draining
            if slots[slot].inFlight == 0, let lent = lend(slot) { actions.append(lent) }
        }
        return actions
    }

    /// Waiting borrowers whose keys may have another connection, estimated per lane.
    private var borrowersToServe: Int {
        var sum = 0
        borrowers.forEachLane { key, first in sum += min(borrowers.count(of: key), borrowsLeft(key)) }
        return min(sum, waitingBorrowers)
    }

    /// One responsive connection stays shared, unless it is the only one.
    var mayClearAnother: Bool {
        let taken = count(.lent) + count(.draining), usable = slots.indices.reduce(0) { $0 + (isUsable($1) ? 1 : 0) }
        return taken < limits.leases && (usable > 1 || (usable == 1 && taken == 0))
    }

    /// Of equally busy ones the last, since statements go to the first.
    private func leastBusyShared() -> Int? {
        var best: Int?
        for index in slots.indices where isUsable(index) {
            if best.map({ slots[index].inFlight <= slots[$0].inFlight }) ?? true { best = index }
        }
        return best
    }

    /// Lends an idle connection to the next borrower whose key may have one more.
    private mutating func lend(_ slot: Int) -> Action? {
        while let turns = borrowers.turns(before: { borrowsLeft($0) > 0 }),
            let (borrower, key) = borrowers.popFirst(skipping: turns)
        {
            guard borrower.isLive else {
                forgottenBorrowers -= 1
                continue
            }
            slots[slot].use = .lent
            slots[slot].borrowerKey = key
            slots[slot].headSince = clock
            slots[slot].exclusiveKey = nil
            return .lend(borrower, slot: slot)
        }
        return nil
    }

    /// As ``displace(for:)``.
    private mutating func displaceBorrower(for key: UInt64) -> Borrower? {
        while let borrower = borrowers.popLastOfLongest(makingRoomFor: key) {
            if borrower.isLive { return borrower }
            forgottenBorrowers -= 1
        }
        return nil
    }

    mutating func failBorrowers(where isDue: (Borrower) -> Bool) -> [Action] {
        let failed = borrowers.removeAll { !$0.isLive || isDue($0) }
        forgottenBorrowers = 0
        return failed.filter(\.isLive).map { .failBorrower($0, .serverDown) }
    }
}
