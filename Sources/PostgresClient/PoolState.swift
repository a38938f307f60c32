/// An element of a pool's queue.
protocol PoolWaiter: AnyObject {
    /// Whether the answer is still wanted.
    var isLive: Bool { get }
    /// Whether it is still to be sent by itself; false also after it was merged.
    var isWaiting: Bool { get }
    /// Whether it benefits from waiting until the end of the turn, and until a connection runs
    /// nothing else, because waiting statements may be merged with it.
    var mayMerge: Bool { get }
    /// Identifies the statement across connections; 0 if irrelevant.
    var kind: UInt64 { get }
    /// Nothing may be sent behind it on its connection.
    var mustStandAlone: Bool { get }
    /// Milliseconds; set by the pool's state when it starts to wait.
    var enqueuedAt: Int { get set }
    /// Its turn has come.
    func leaveQueue()
}

extension PoolWaiter {
    var isWaiting: Bool { isLive }
    var mayMerge: Bool { false }
    var kind: UInt64 { 0 }
    var mustStandAlone: Bool { false }
    func leaveQueue() {}
}

/// The decisions of a connection pool, without its connections: which statement goes where, what
/// waits, who is refused, when to connect.
///
/// A value without sockets or a clock, so that every decision can be tested. Times are milliseconds
/// of one monotonic clock; the caller performs actions in order.
///
/// A connection is shared by all statements, or lent to one borrower, who has it alone until it is
/// returned (`PoolState+Leases.swift`).
struct PoolState<Waiter: PoolWaiter, Borrower: PoolWaiter> {
    struct Limits {
        var connections = 4
        /// Connections lent at the same time, including those being drained for it.
        var leases = 3
        var inFlightPerConnection = 32
        var inFlightPerKey = 4
        /// Keys of statements that are merged; 0 disables merging.
        var mergedKeys = 0
        var queueLimit = 10_000
        var connectTimeout = 5_000
        var unavailableAfter = 500
        /// Milliseconds after which a statement is old.
        var slowAfter = 50
        /// Milliseconds that slow statements may hold connections before their key counts as slow.
        var slowDebt = 100
        /// Milliseconds added to a key's debt when a connection is taken back from it; otherwise it
        /// would be fast again at once.
        var reliefDebt = 1_000
        /// The first and the longest pause between attempts to connect.
        var backoff = 50...1_000
    }

    enum Admission: Equatable {
        case send(slot: Int)
        case wait
        case refuse(Refusal)
    }

    enum Refusal: Equatable {
        case serverDown
        case queueFull
    }

    enum Action {
        case connect(slot: Int)
        /// The attempt to connect takes too long: abandon it (it already counts as failed).
        case abandonConnect(slot: Int)
        case send(Waiter, slot: Int)
        case fail(Waiter, Refusal)
        case lend(Borrower, slot: Int)
        case failBorrower(Borrower, Refusal)
    }

    enum Phase: Equatable {
        case down(retryAt: Int)
        case connecting(since: Int)
        case ready
    }

    enum Use: Equatable {
        case shared
        /// It accepts no more statements, and is lent when the last is answered.
        case draining
        case lent
    }

    struct Slot {
        var phase: Phase
        var use = Use.shared
        var inFlight = 0
        /// Of the statements in flight, in no order.
        var keys: [UInt64] = []
        /// When the first of the statements in flight became the first, or the connection was lent.
        var headSince = 0
        /// The key of the last statement in flight, if nothing may follow it.
        var exclusiveKey: UInt64?
        /// The owner of an old statement, once determined.
        var holder: Holder?
        /// The borrower's key.
        var borrowerKey: UInt64?
        /// What it runs is being ended, since others wait.
        var isBeingRelieved = false
        /// Consecutive failed attempts to connect.
        var failures = 0
    }

    let limits: Limits
    var slots: [Slot]
    var queue = FairQueue<Waiter>()
    var keys = RecentKeys()
    var history = SlowHistory()
    /// Whether a connection has a ``Slot/holder``.
    var hasHolders = false
    var clock: Int
    var borrowers = FairQueue<Borrower>()
    /// Entries of `borrowers` that are not live.
    var forgottenBorrowers = 0
    /// Entries of the queue that are not live.
    var forgotten = 0
    /// No waiting statement has waited for longer than since then.
    private var oldestSince = 0
    private(set) var readyCount = 0
    /// Nothing is connected, and the last attempt failed: requests fail at once.
    private(set) var isKnownDown = false
    private(set) var outageSince: Int
    /// When, while the server is known to be down, one connection tries again.
    private var probeAt = 0
    private var probeFailures = 0
    private var random: UInt64

    /// - Parameter seed: For the jitter of pauses.
    init(limits: Limits, now: Int, seed: UInt64) {
        self.limits = limits
        slots = Array(repeating: Slot(phase: .down(retryAt: now)), count: max(1, limits.connections))
        outageSince = now
        clock = now
        random = seed
    }

    // MARK: Looking

    var waitingCount: Int { queue.count - forgotten }
    func phase(ofSlot slot: Int) -> Phase { slots[slot].phase }
    func inFlight(onSlot slot: Int) -> Int { slots[slot].inFlight }

    var idleCount: Int {
        slots.reduce(0) { $0 + ($1.phase == .ready && $1.use == .shared && $1.inFlight == 0 ? 1 : 0) }
    }

    func forEachWaiting(_ body: (Waiter) -> Void) { queue.forEach { if $0.isWaiting { body($0) } } }

    // MARK: Statements

    /// Places a new statement; if it is sent, it counts as in flight from now on.
    ///
    /// It overtakes none of its key, which wait only while no connection has room for it.
    /// - Parameter hasCompany: Mergeable statements arrive at the same time: it waits for them,
    ///   until ``nextForIdle()`` is called.
    mutating func submit(_ waiter: Waiter, key: UInt64, hasCompany: Bool = false, now: Int) -> Admission {
        advance(to: now)
        keys.came(key, now: now)
        if readyCount > 0 {
            if !hasCompany, let slot = leastBusy(for: key, below: mayMerge(waiter) ? 1 : limits.inFlightPerConnection) {
                begin(waiter, key, slot: slot)
                return .send(slot: slot)
            }
        } else if isKnownDown {
            return .refuse(.serverDown)
        }
        guard waitingCount < limits.queueLimit else { return .refuse(.queueFull) }
        waiter.enqueuedAt = now
        if queue.isEmpty { oldestSince = now }
        queue.append(waiter, key: key)
        return .wait
    }

    func mayMerge(_ waiter: Waiter) -> Bool { limits.mergedKeys > 0 && waiter.mayMerge }

    /// The next statement for an idle connection, then counted as in flight; `nil` if none waits.
    mutating func nextForIdle() -> (waiter: Waiter, slot: Int)? {
        guard !queue.isEmpty else { return nil }
        for slot in slots.indices where slots[slot].inFlight == 0 && isShared(slot) {
            if let waiter = next(slot: slot) { return (waiter, slot) }
        }
        return nil
    }

    func leastBusy(for key: UInt64, below bound: Int) -> Int? {
        var best: Int?, least = bound
        for index in slots.indices where hasRoom(index, below: least) && hasShare(key, ofSlot: index) {
            best = index
            least = slots[index].inFlight
        }
        return best
    }

    mutating func begin(_ waiter: Waiter, _ key: UInt64, slot: Int) {
        if slots[slot].inFlight == 0 { slots[slot].headSince = clock }
        slots[slot].inFlight += 1
        slots[slot].keys.append(key)
        if standsAlone(waiter, key: key) { slots[slot].exclusiveKey = key }
    }

    /// A connection has answered a statement of a key: returns the one that takes its place (which
    /// counts as in flight from now on).
    /// - Parameter statement: Its ``PoolWaiter/kind``.
    mutating func finished(slot: Int, key: UInt64, statement: UInt64 = 0) -> Waiter? {
        let wasHeld = slots[slot].holder != nil
        settleHolder(slot)
        if history.hasStatements, !wasHeld { history.wasQuick(statement, below: limits.slowAfter) }
        slots[slot].headSince = clock
        slots[slot].inFlight -= 1
        if slots[slot].inFlight == 0 {
            slots[slot].exclusiveKey = nil
            slots[slot].isBeingRelieved = false
        }
        leave(slot, key)
        return isShared(slot) ? next(slot: slot) : nil
    }

    /// Gives a connection waiting statements, as far as it has room.
    mutating func fill(slot: Int) -> [Action] {
        var actions: [Action] = []
        while let waiter = next(slot: slot) {
            actions.append(.send(waiter, slot: slot))
            // It is merged with others, which are not to be sent next to it.
            if mayMerge(waiter) { break }
        }
        return actions
    }

    /// The next statement for a connection, if it has room.
    private mutating func next(slot: Int) -> Waiter? {
        guard hasRoom(slot, below: limits.inFlightPerConnection) else { return nil }
        while let turns = queue.turns(before: { hasShare($0, ofSlot: slot) }),
            let (waiter, key) = queue.popFirst(skipping: turns)
        {
            if waiter.isWaiting {
                waiter.leaveQueue()
                begin(waiter, key, slot: slot)
                return waiter
            }
            forgotten -= 1
        }
        return nil
    }

    /// The queue is full: returns the last statement of the key with the most waiting, to be
    /// refused in favour of one of this key, which may then be submitted again; `nil` if no key has
    /// more waiting than this one.
    mutating func displace(for key: UInt64) -> Waiter? {
        while let waiter = queue.popLastOfLongest(makingRoomFor: key) {
            if waiter.isWaiting { return waiter }
            forgotten -= 1
        }
        return nil
    }

    /// A waiting statement need no longer be sent (its `isWaiting` is already false).
    mutating func forgotWaiter() {
        forgotten += 1
        // Cancelled statements must not pile up while nothing moves.
        guard forgotten > 64, forgotten > queue.count / 2 else { return }
        _ = queue.removeAll { !$0.isWaiting }
        forgotten = 0
    }

    // MARK: Connections

    /// A connection is up: it takes statements from the queue, and others of the pool follow.
    mutating func connected(slot: Int, now: Int) -> [Action] {
        advance(to: now)
        guard case .connecting = slots[slot].phase else { return [] }
        slots[slot] = Slot(phase: .ready)
        readyCount += 1
        if isKnownDown {
            isKnownDown = false
            for index in slots.indices {
                if case .down = slots[index].phase { slots[index].phase = .down(retryAt: now) }
            }
        }
        probeFailures = 0
        return becameShared(slot: slot) + tick(now: now)
    }

    mutating func connectFailed(slot: Int, now: Int) -> [Action] {
        guard case .connecting = slots[slot].phase else { return [] }
        slots[slot].failures += 1
        slots[slot].phase = .down(retryAt: now + pause(after: slots[slot].failures))
        guard readyCount == 0 else { return [] }
        // Simultaneous failures count as one.
        if !isKnownDown || probeAt <= now {
            probeFailures += 1
            probeAt = now + pause(after: probeFailures)
        }
        isKnownDown = true
        return failWaiting { _ in true } + failBorrowers { _ in true }
    }

    /// A connection is lost; the caller resubmits or fails what was in flight or had it alone.
    @discardableResult mutating func lost(slot: Int, now: Int) -> [Action] {
        advance(to: now)
        guard slots[slot].phase == .ready else { return [] }
        settleHolder(slot)
        readyCount -= 1
        // A short pause even the first time, in case a server drops every session at once.
        slots[slot] = Slot(phase: .down(retryAt: now + pause(after: 1)))
        if readyCount == 0 { outageSince = now }
        return shareOne() + clearForBorrowers()
    }

    /// Performs what is due.
    mutating func tick(now: Int) -> [Action] {
        advance(to: now)
        var actions: [Action] = []
        for slot in slots.indices {
            guard case .connecting(let since) = slots[slot].phase, since + limits.connectTimeout <= now else {
                continue
            }
            actions.append(.abandonConnect(slot: slot))
            actions += connectFailed(slot: slot, now: now)
        }
        for slot in slots.indices {
            guard case .down(let retryAt) = slots[slot].phase else { continue }
            if isKnownDown {
                // One connection probes for all.
                guard probeAt <= now, !isConnecting else { break }
            } else if retryAt > now {
                continue
            }
            slots[slot].phase = .connecting(since: now)
            actions.append(.connect(slot: slot))
        }
        if readyCount == 0, waitingCount > 0 {
            let outageSince = outageSince, patience = limits.unavailableAfter
            actions += failWaiting { max($0.enqueuedAt, outageSince) + patience <= now }
        }
        if readyCount == 0, !borrowers.isEmpty {
            let outageSince = outageSince, patience = limits.unavailableAfter
            actions += failBorrowers { max($0.enqueuedAt, outageSince) + patience <= now }
        }
        return actions
    }

    /// When ``tick(now:)`` is next due; `nil` if only an event changes anything.
    func nextTick() -> Int? {
        var next: Int?
        func consider(_ time: Int) { next = min(next ?? time, time) }
        for slot in slots {
            switch slot.phase {
            case .ready: break
            case .connecting(let since): consider(since + limits.connectTimeout)
            case .down(let retryAt): if !isKnownDown { consider(retryAt) }
            }
        }
        if isKnownDown, !isConnecting { consider(probeAt) }
        if readyCount == 0, waitingCount > 0 { consider(max(oldestSince, outageSince) + limits.unavailableAfter) }
        if readyCount == 0 {
            borrowers.forEach { if $0.isLive { consider(max($0.enqueuedAt, outageSince) + limits.unavailableAfter) } }
        }
        return next
    }

    private var isConnecting: Bool {
        slots.contains { if case .connecting = $0.phase { true } else { false } }
    }

    private mutating func failWaiting(where isDue: (Waiter) -> Bool) -> [Action] {
        let failed = queue.removeAll { !$0.isWaiting || isDue($0) }
        forgotten = 0
        var oldest = Int.max
        queue.forEach { oldest = min(oldest, $0.enqueuedAt) }
        oldestSince = oldest
        return failed.filter(\.isWaiting).map { .fail($0, .serverDown) }
    }

    /// Doubles up to the longest pause; half is random, so that gateways do not connect in step.
    private mutating func pause(after failures: Int) -> Int {
        let full = min(limits.backoff.upperBound, limits.backoff.lowerBound << min(max(0, failures - 1), 16))
        // SplitMix64
        random &+= 0x9E37_79B9_7F4A_7C15
        var bits = random
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return full / 2 + Int((bits ^ (bits >> 31)) % UInt64(max(1, full / 2 + 1)))
    }
}
