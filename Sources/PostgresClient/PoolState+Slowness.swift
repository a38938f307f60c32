/// Slow statements, and what they leave to others.
///
/// A connection answers in order, so statements behind one that runs for seconds wait for it.
/// Guards against tenants whose slow statements keep all connections busy:
///
/// - A connection whose first statement is older than ``Limits/slowAfter`` counts as full.
/// - A key whose statements have held connections for longer than ``Limits/slowDebt`` is slow, for
///   as long as it owes that time (``SlowHistory``). Each of its statements has a connection to
///   itself. It gets at most half of the connections, and all slow keys together leave two: one for
///   the statements of others, one that those may borrow. The last connection is never theirs.
/// - What a key got before it was known to be slow is taken back when others wait (``relief()``).
///
/// The pool runs what is nevertheless queued behind a slow statement again elsewhere
/// (`ConnectionPool+Slowness.swift`).
extension PoolState {
    /// The holder of a connection with an old statement.
    struct Holder: Equatable {
        /// `nil` if unknown, because statements of several keys are answered together.
        var key: UInt64?
        /// The identity of the statement; 0 if unknown.
        var statement: UInt64
        var since: Int
    }

    /// Sets the time; it never goes back.
    mutating func advance(to now: Int) { clock = max(clock, now) }

    // MARK: Connections

    /// Whether the first statement in flight, or the borrower, has had the connection for too long.
    func isOld(_ slot: Int) -> Bool {
        guard let since = busySince(slot) else { return false }
        return clock - since >= limits.slowAfter
    }

    private func busySince(_ slot: Int) -> Int? {
        guard slots[slot].phase == .ready else { return nil }
        if slots[slot].use == .lent { return slots[slot].headSince }
        return slots[slot].inFlight > 0 ? slots[slot].headSince : nil
    }

    /// Whether a statement sent now would probably be answered soon.
    func isUsable(_ slot: Int) -> Bool {
        isShared(slot) && slots[slot].exclusiveKey == nil && !slots[slot].isBeingRelieved && !isOld(slot)
    }

    /// Connections that count as full because of what they run.
    var heldCount: Int { slots.indices.reduce(0) { $0 + (isShared($1) && !isUsable($1) ? 1 : 0) } }

    /// Connections whose first statement has become old, and for which
    /// ``isHeld(slot:by:statement:)`` has not been called.
    func newlyOld() -> [Int] { slots.indices.filter { slots[$0].holder == nil && isOld($0) } }

    /// When ``newlyOld()`` or ``relief()`` may have a result; `nil` while no connection is busy.
    func nextLook() -> Int? {
        var next: Int?
        for slot in slots.indices {
            guard let since = busySince(slot) else { continue }
            let time = slots[slot].holder == nil ? since + limits.slowAfter : clock + max(1, limits.slowAfter / 2)
            next = min(next ?? time, time)
        }
        return next
    }

    /// Sets the owner of a connection's old statement.
    mutating func isHeld(slot: Int, by key: UInt64?, statement: UInt64 = 0) {
        guard let since = busySince(slot) else { return }
        let blamed = key == PoolShares.commonKey ? nil : key
        slots[slot].holder = Holder(key: blamed, statement: statement, since: since)
        hasHolders = true
    }

    /// A statement no longer counts in its key's share: it is answered, or also run elsewhere.
    mutating func leave(_ slot: Int, _ key: UInt64) {
        guard let place = slots[slot].keys.firstIndex(of: key) else { return }
        slots[slot].keys.swapAt(place, slots[slot].keys.count - 1)
        slots[slot].keys.removeLast()
    }

    /// The old statement is answered, or the connection was returned: its time is charged.
    mutating func settleHolder(_ slot: Int) {
        guard let holder = slots[slot].holder else { return }
        slots[slot].holder = nil
        let taken = clock - holder.since
        if let key = holder.key { history.charge(key, taken, now: clock) }
        if holder.statement != 0 { history.wasSlow(holder.statement, taken, now: clock) }
        hasHolders = slots.contains { $0.holder != nil }
    }

    // MARK: Keys

    /// Whether the key is expected to be slow: its debt, with what runs now, exceeds the limit.
    func isSlow(_ key: UInt64) -> Bool {
        guard hasHolders || history.hasDebts, key != PoolShares.commonKey else { return false }
        var debt = history.debt(of: key, now: clock)
        if hasHolders {
            for slot in slots { if let holder = slot.holder, holder.key == key { debt += clock - holder.since } }
        }
        return debt >= limits.slowDebt
    }

    func isSlow(statement: UInt64) -> Bool {
        history.hasStatements && statement != 0 && history.milliseconds(of: statement, now: clock) >= limits.slowAfter
    }

    /// Whether nothing may follow it: it or its key is slow, or it repeats a delayed statement.
    func standsAlone(_ waiter: Waiter, key: UInt64) -> Bool {
        waiter.mustStandAlone || isSlow(key) || isSlow(statement: waiter.kind)
    }

    /// Whether runs of a statement by these keys may be merged: keys do not wait for slow others.
    func mayGoTogether(_ key: UInt64, _ other: UInt64, statement: UInt64) -> Bool {
        key == other || !(isSlow(statement: statement) || isSlow(key) || isSlow(other))
    }

    // MARK: Shares

    /// Whether the key holds the connection with a slow statement, or has borrowed it.
    private func has(_ key: UInt64, _ slot: Slot) -> Bool {
        guard slot.phase == .ready else { return false }
        return slot.exclusiveKey == key || slot.holder?.key == key || (slot.use == .lent && slot.borrowerKey == key)
    }

    /// Whether a slow key has the connection, or a slow statement of an unknown key.
    private func isWithSlowKey(_ slot: Slot) -> Bool {
        guard slot.phase == .ready else { return false }
        if let key = slot.exclusiveKey, isSlow(key) { return true }
        if let holder = slot.holder {
            if let key = holder.key, isSlow(key) { return true }
            // Of a key that cannot be identified among its batch.
            if holder.key == nil, clock - holder.since >= limits.slowDebt { return true }
        }
        if slot.use == .lent, let key = slot.borrowerKey, isSlow(key) { return true }
        return false
    }

    /// Connections that one key may have for slow statements and leases.
    var keyShare: Int { max(1, keys.areSeveral ? readyCount / 2 : readyCount - 1) }
    /// Connections that all slow keys may have together.
    private var slowShare: Int { max(1, keys.areSeveral ? readyCount - 2 : readyCount - 1) }

    private var slowCount: Int { slots.reduce(0) { $0 + (isWithSlowKey($1) ? 1 : 0) } }

    /// Whether a slow key may have the connection too.
    func leavesEnough(_ key: UInt64, slot: Int) -> Bool {
        guard readyCount > 1 else { return true }
        var own = 0, slow = 0, usable = 0
        for other in slots.indices where other != slot {
            if has(key, slots[other]) { own += 1 }
            if isWithSlowKey(slots[other]) { slow += 1 }
            if isUsable(other) { usable += 1 }
        }
        return own < keyShare && slow < slowShare && usable > 0
    }

    /// How many more connections a key may borrow.
    func borrowsLeft(_ key: UInt64) -> Int {
        guard key != PoolShares.commonKey, keys.areSeveral || isSlow(key) else { return limits.leases }
        let own = slots.reduce(0) { $0 + (has(key, $1) ? 1 : 0) }
        let left = isSlow(key) ? min(keyShare - own, slowShare - slowCount) : keyShare - own
        return max(0, left)
    }

    // MARK: Taking back

    /// A connection that a slow key got before it was known to be slow, and that others wait for:
    /// its statements are to be sent again later, its transaction is to be ended. `nil` if slow
    /// keys do not exceed their share, or nothing waits.
    mutating func relief() -> Int? {
        guard readyCount > 1, hasHolders, quickOnesWait else { return nil }
        // The latest to begin, which loses the least work.
        var best: Int?, count = 0
        for slot in slots.indices where isWithSlowKey(slots[slot]) && !slots[slot].isBeingRelieved {
            count += 1
            if slots[slot].holder != nil, best.map({ slots[slot].headSince > slots[$0].headSince }) ?? true {
                best = slot
            }
        }
        guard count > max(1, readyCount - 2), let best else { return nil }
        slots[best].isBeingRelieved = true
        if let key = slots[best].holder?.key ?? slots[best].exclusiveKey {
            history.charge(key, limits.reliefDebt, now: clock)
        }
        return best
    }

    /// Whether a key that is not slow waits for longer than ``Limits/slowAfter``.
    private var quickOnesWait: Bool {
        let due = clock - limits.slowAfter
        if waitingCount > 0, !slots.indices.contains(where: isUsable) {
            var found = false
            queue.forEachLane { key, first in
                if !found, first.enqueuedAt <= due, first.isWaiting, !isSlow(key) { found = true }
            }
            if found { return true }
        }
        guard waitingBorrowers > 0, !mayClearAnother else { return false }
        var found = false
        borrowers.forEachLane { key, first in
            if !found, first.enqueuedAt <= due, first.isLive, !isSlow(key) { found = true }
        }
        return found
    }
}
