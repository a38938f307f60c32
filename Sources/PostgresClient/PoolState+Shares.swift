/// Whether statements of more than one key arrive: a single key need not leave room for others.
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
    /// The key of statements on behalf of all, which take turns as one key, without a share.
    static let commonKey: UInt64 = 0
}

/// How much of the connections one key may use: a flooding tenant must not delay the others.
///
/// A connection answers in order: what is in flight on it precedes later statements. So a key has
/// few statements on each connection at a time, and while other keys are active there is one
/// connection without any of its statements. There another key's next statement starts at once,
/// however slow the flood is. Statements without a place wait in the queue, where keys take turns.
/// Keys and statements that are known to be slow have smaller shares (`PoolState+Slowness.swift`).
extension PoolState {
    func isShared(_ slot: Int) -> Bool { slots[slot].phase == .ready && slots[slot].use == .shared }

    /// Whether the connection accepts one more statement of any key.
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

    /// Whether a connection without the key remains if it is on this one.
    private func leavesOne(_ key: UInt64, besides slot: Int) -> Bool {
        var others = 0, last = slot
        for other in slots.indices where other != slot && isShared(other) {
            if !slots[other].keys.contains(key) { return true }
            others += 1
            last = other
        }
        // It is on all others. If it is on this one too, from being alone, the last one is left.
        return others == 0 || (slot < last && slots[slot].keys.contains(key))
    }

    /// A key has left a connection: its waiting statements may have places on others now.
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
