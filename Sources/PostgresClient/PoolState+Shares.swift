/// Whether statements of more than one key come: whoever is alone need not leave room for anybody.
struct RecentKeys {
    /// Milliseconds for which another key is remembered.
    static let memory = 60_000

    private var last = PoolShares.commonKey
    private var othersUntil = Int.min
    /// As of the last statement.
    private(set) var areSeveral = false

    mutating func came(_ key: UInt64, now: Int) {
        if key != last, key != PoolShares.commonKey {
            if last != PoolShares.commonKey { othersUntil = now + Self.memory }
            last = key
        }
        areSeveral = now < othersUntil
    }
}

enum PoolShares {
    /// The key of statements that serve all alike: they take turns with others as one, and have no
    /// share that they could exceed.
    static let commonKey: UInt64 = 0
}

/// How much of the connections one key may have, so that a tenant that floods does not stand before
/// the others.
///
/// A connection answers in order: whatever is on it stands before those who come. So a key has few
/// statements on each connection at a time, and as long as others are about there is one connection
/// on which it has none: there the next statement of somebody else starts at once, however slow the
/// flood is. What does not find a place waits in the queue, where keys take turns. What is known to
/// be slow has stricter shares (`PoolState+Slowness.swift`).
extension PoolState {
    func isShared(_ slot: Int) -> Bool { slots[slot].phase == .ready && slots[slot].use == .shared }

    /// Whether the connection takes one more statement of anybody's.
    func hasRoom(_ slot: Int, below bound: Int) -> Bool { slots[slot].inFlight < bound && isUsable(slot) }

    /// Whether one more statement of the key may go on the connection.
    func hasShare(_ key: UInt64, ofSlot slot: Int) -> Bool {
        if key == PoolShares.commonKey { return true }
        if isSlow(key) { return leavesEnough(key, slot: slot) }
        if slots[slot].inFlight >= limits.inFlightPerKey,
            slots[slot].keys.reduce(0, { $0 + ($1 == key ? 1 : 0) }) >= limits.inFlightPerKey
        {
            return false
        }
        return !keys.areSeveral || leavesOne(key, besides: slot)
    }

    /// Whether there is a connection without the key when it is on this one.
    private func leavesOne(_ key: UInt64, besides slot: Int) -> Bool {
        var others = 0, last = slot
        for other in slots.indices where other != slot && isShared(other) {
            if !slots[other].keys.contains(key) { return true }
            others += 1
            last = other
        }
        // It is on all others. Where it is on this one as well, because it was alone before, the
        // last is the one that it leaves.
        return others == 0 || (slot < last && slots[slot].keys.contains(key))
    }

    /// A key has left a connection: what waits of it may have places on another one now, which
    /// nobody else who waits has a use for.
    mutating func spread(_ key: UInt64, from slot: Int) -> [Action] {
        guard keys.areSeveral, !queue.isEmpty, key != PoolShares.commonKey, !slots[slot].keys.contains(key) else {
            return []
        }
        var actions: [Action] = []
        while let place = leastBusy(for: key, below: limits.inFlightPerConnection),
            let turns = queue.turns(before: { $0 == key }), let (waiter, _) = queue.popFirst(skipping: turns)
        {
            if waiter.isWaiting {
                waiter.leaveQueue()
                begin(waiter, key, slot: place)
                actions.append(.send(waiter, slot: place))
                if mayMerge(waiter) { break }
            } else {
                forgotten -= 1
            }
        }
        return actions
    }
}
