import TestRandom
import Testing

@testable import PostgresClient

private final class Asked: PoolWaiter {
    let key: UInt64
    let kind: UInt64
    var isLive = true
    var enqueuedAt = 0
    var mustStandAlone = false
    init(_ key: UInt64, kind: UInt64 = 0) { (self.key, self.kind) = (key, kind) }
}

private typealias State = PoolState<Asked, Asked>

/// What slow statements leave to others: decisions at times that the test says.
@Suite struct PoolSlownessTests {
    /// With all connections up.
    private func running(_ connections: Int = 4, leases: Int = 3) -> State {
        var state = State(limits: State.Limits(connections: connections, leases: leases), now: 0, seed: 1)
        _ = state.tick(now: 0)
        for slot in 0..<connections { _ = state.connected(slot: slot, now: 0) }
        return state
    }

    private func send(_ key: UInt64, _ state: inout State, kind: UInt64 = 0, at now: Int) -> Int? {
        if case .send(let slot) = state.submit(Asked(key, kind: kind), key: key, now: now) { slot } else { nil }
    }

    private func lent(_ actions: [State.Action]) -> Int? {
        for case .lend(_, let slot) in actions { return slot }
        return nil
    }

    /// A key that has held a connection for so long, and owes that.
    private func makeSlow(_ key: UInt64, _ state: inout State, now: inout Int) throws {
        let slot = try #require(send(key, &state, at: now))
        now += 50
        state.advance(to: now)
        #expect(state.newlyOld() == [slot])
        state.isHeld(slot: slot, by: key)
        now += 950
        state.advance(to: now)
        #expect(state.finished(slot: slot, key: key) == nil)
        #expect(state.isSlow(key))
    }

    // MARK: Old heads

    @Test func `a connection with an old statement takes no more until it is answered`() {
        var state = running(2)
        #expect(send(1, &state, at: 0) == 0)
        #expect(send(2, &state, at: 49) == 1)
        #expect(send(3, &state, at: 49) == 0, "not old yet")
        #expect(state.heldCount == 0)
        #expect(send(4, &state, at: 50) == 1)
        #expect(send(4, &state, at: 50) == 1)
        #expect(state.newlyOld() == [0])
        #expect(state.heldCount == 1)
        state.advance(to: 99)
        #expect(send(5, &state, at: 99) == nil, "both are old")
        #expect(state.newlyOld() == [0, 1])
        state.advance(to: 120)
        #expect(state.finished(slot: 0, key: 1)?.key == 5, "the one behind it has just begun")
        #expect(state.heldCount == 1)
    }

    @Test func `heads are looked at when they become old, and often while somebody is held up`() {
        var state = running(2)
        #expect(state.nextLook() == nil)
        _ = send(1, &state, at: 10)
        #expect(state.nextLook() == 60)
        state.advance(to: 60)
        state.isHeld(slot: 0, by: 1)
        #expect(state.newlyOld().isEmpty)
        #expect(state.nextLook() == 85)
        _ = state.finished(slot: 0, key: 1)
        #expect(state.nextLook() == nil)
    }

    // MARK: Slow keys

    @Test func `a key owes the time that it held connections, and pays back a quarter of the time`() throws {
        var state = running(), now = 0
        try makeSlow(1, &state, now: &now)
        #expect(state.history.debt(of: 1, now: now) == 1_000)
        now += 4 * (1_000 - 100)
        state.advance(to: now)
        #expect(state.isSlow(1))
        state.advance(to: now + 4)
        #expect(!state.isSlow(1))
    }

    @Test func `a slow key has half of the connections, each for one statement, and others find one at once`() throws {
        var state = running(), now = 0
        _ = send(2, &state, at: 0)
        _ = state.finished(slot: 0, key: 2)
        try makeSlow(1, &state, now: &now)
        let slots = (0..<16).compactMap { _ in send(1, &state, at: now) }
        #expect(slots.count == 2)
        #expect(Set(slots).count == 2)
        #expect(state.waitingCount == 14)
        for key in UInt64(10)..<20 {
            let slot = try #require(send(key, &state, at: now))
            #expect(!slots.contains(slot), "nothing stands behind a slow one")
        }
        #expect(send(PoolShares.commonKey, &state, at: now) != nil)
        // The next of the slow ones comes when one is answered, on a connection that nobody else
        // needs.
        #expect(state.finished(slot: slots[0], key: 1)?.key == 1)
    }

    @Test(arguments: [2, 3, 4, 8]) func `several slow keys leave connections to the others`(connections: Int) throws {
        var state = running(connections), now = 0
        for key in UInt64(1)...3 { try makeSlow(key, &state, now: &now) }
        var slots: [Int] = []
        for key in UInt64(1)...3 { for _ in 0..<16 { if let slot = send(key, &state, at: now) { slots.append(slot) } } }
        #expect(slots.count == max(1, connections - 2))
        #expect(Set(slots).count == slots.count)
        let other = try #require(send(9, &state, at: now))
        #expect(!slots.contains(other))
        if connections > 2 { #expect(lent(state.borrow(Asked(10), key: 10, now: now)) != nil, "and one to borrow") }
        #expect(send(11, &state, at: now) != nil)
    }

    @Test func `who is alone never has the last connection for slow statements`() throws {
        var state = running(), now = 0
        try makeSlow(1, &state, now: &now)
        #expect((0..<16).compactMap { _ in send(1, &state, at: now) }.count == 3)
        #expect(send(PoolShares.commonKey, &state, at: now) != nil)
    }

    @Test func `what serves all alike is never slow`() {
        var state = running()
        for slot in 0..<4 {
            _ = state.submit(Asked(0), key: PoolShares.commonKey, now: 0)
            state.advance(to: 50)
            state.isHeld(slot: slot, by: PoolShares.commonKey)
        }
        state.advance(to: 60_000)
        #expect(!state.isSlow(PoolShares.commonKey))
    }

    // MARK: Slow statements

    @Test func `a statement that was slow stands alone, and is run by each key for itself`() {
        var state = running(1)
        _ = send(1, &state, kind: 77, at: 0)
        state.advance(to: 60)
        state.isHeld(slot: 0, by: 1, statement: 77)
        #expect(state.mayGoTogether(1, 2, statement: 77))
        _ = state.finished(slot: 0, key: 1, statement: 77)
        #expect(!state.isSlow(1))
        #expect(!state.mayGoTogether(1, 2, statement: 77))
        #expect(state.mayGoTogether(1, 1, statement: 77))
        #expect(state.mayGoTogether(1, 2, statement: 78))
        #expect(send(2, &state, kind: 77, at: 60) == 0)
        #expect(send(3, &state, at: 60) == nil)
        // Quick again: that is known after a while.
        #expect(state.finished(slot: 0, key: 2, statement: 77)?.key == 3)
        #expect(state.mayGoTogether(1, 2, statement: 77))
    }

    @Test func `keys that are slow go together with nobody`() throws {
        var state = running(), now = 0
        try makeSlow(1, &state, now: &now)
        #expect(!state.mayGoTogether(1, 2, statement: 5))
        #expect(!state.mayGoTogether(2, 1, statement: 5))
        #expect(state.mayGoTogether(1, 1, statement: 5))
        #expect(state.mayGoTogether(2, 3, statement: 5))
    }

    @Test func `of very many the memory is bounded`() {
        var history = SlowHistory()
        for number in UInt64(0)..<5_000 {
            history.charge(number, 1_000, now: 0)
            history.wasSlow(number, 1_000, now: 0)
        }
        let known = (UInt64(0)..<5_000).count { history.debt(of: $0, now: 0) > 0 },
            statements = (UInt64(0)..<5_000).count { history.milliseconds(of: $0, now: 0) > 0 }
        #expect(known == SlowHistory.most && statements == SlowHistory.most)
        for _ in 0..<1_000 { history.charge(1, 100_000, now: 0) }
        #expect(history.debt(of: 1, now: 0) == SlowHistory.mostDebt)
    }

    // MARK: Borrowing

    @Test func `a key borrows half of the connections, and others the rest`() {
        var state = running(leases: 3)
        _ = state.submit(Asked(2), key: 2, now: 0)
        _ = state.finished(slot: 0, key: 2)
        let own = (0..<8).compactMap { _ in lent(state.borrow(Asked(1), key: 1, now: 0)) }
        #expect(own.count == 2)
        #expect(state.waitingBorrowers == 6)
        #expect(lent(state.borrow(Asked(2), key: 2, now: 0)) != nil, "before those of the first who wait")
        #expect(send(3, &state, at: 0) != nil)
        #expect(lent(state.returned(slot: own[0])) != nil)
    }

    @Test func `slow transactions are as slow as statements`() {
        var state = running(leases: 3)
        _ = state.submit(Asked(2), key: 2, now: 0)
        _ = state.finished(slot: 0, key: 2)
        guard let slot = lent(state.borrow(Asked(1), key: 1, now: 0)) else { return #expect(Bool(false)) }
        state.advance(to: 50)
        #expect(state.newlyOld() == [slot])
        state.isHeld(slot: slot, by: 1)
        state.advance(to: 400)
        #expect(state.isSlow(1))
        _ = state.returned(slot: slot)
        #expect(state.history.debt(of: 1, now: 400) == 400)
        #expect(lent(state.borrow(Asked(1), key: 1, now: 400)) != nil)
        #expect(lent(state.borrow(Asked(1), key: 1, now: 400)) != nil)
        #expect(lent(state.borrow(Asked(1), key: 1, now: 400)) == nil)
    }

    // MARK: Taking back

    @Test func `what slow keys got before they were known is taken back when others wait`() throws {
        var state = running()
        var slots: [UInt64: [Int]] = [:]
        for key in UInt64(1)...4 { slots[key] = [send(key, &state, at: Int(key)) ?? -1] }
        #expect(Set(slots.values.joined()).count == 4)
        for (key, slot) in slots { for slot in slot { state.advance(to: 60); state.isHeld(slot: slot, by: key) } }
        #expect(send(9, &state, at: 60) == nil)
        state.advance(to: 90)
        #expect(state.relief() == nil, "nobody is slow yet")
        state.advance(to: 200)
        let relieved = [state.relief(), state.relief()], first = try #require(relieved[0])
        #expect(
            slots[4] == [first] && slots[3] == relieved.dropFirst().map { $0 ?? -1 },
            "of several the last, so that the least is lost")
        #expect(state.relief() == nil, "two stay theirs")
        #expect(state.finished(slot: first, key: 4)?.key == 9)
    }

    @Test func `nothing is taken back for a key that is slow itself, or while a connection is free`() throws {
        var state = running(2), now = 0
        _ = send(5, &state, at: 0)
        _ = state.finished(slot: 0, key: 5)
        try makeSlow(1, &state, now: &now)
        let slot = try #require(send(1, &state, at: now))
        now += 60
        state.advance(to: now)
        state.isHeld(slot: slot, by: 1)
        _ = send(1, &state, at: now)
        state.advance(to: now + 500)
        #expect(state.waitingCount == 1)
        #expect(state.relief() == nil)
    }

    // MARK: All of it

    /// Attackers whose statements take seconds, all the time and by many connections each; victims
    /// whose statements take a few milliseconds. The clock is the test's own. Victims wait for no
    /// attacker once those are known, and for a moment before.
    @Test(arguments: [1, 3], [0, 1, 2, 3, 4]) func `victims are answered while attackers hold what they may`(
        attackers: UInt64, seed: Int
    ) {
        var pool = AttackedPool(attackers: attackers, seed: UInt64(seed))
        for _ in 0..<20_000 { pool.millisecond() }
        #expect(pool.answered > 9_500)
        #expect(pool.longestAtTheStart <= 400, "\(pool.longestAtTheStart)")
        #expect(pool.longest <= 250, "\(pool.longest)")
        #expect(pool.attacksAnswered >= 5, "and the attackers are not starved")
    }
}

/// A pool with connections that work off what they are given, in its order, on a clock that the
/// test turns.
private struct AttackedPool {
    private final class Statement: PoolWaiter {
        let key: UInt64
        let milliseconds: Int
        let cameAt: Int
        var isLive = true
        var enqueuedAt = 0
        var mustStandAlone = false
        var hasTwin = false
        var original: Statement?
        init(_ key: UInt64, _ milliseconds: Int, at now: Int, original: Statement? = nil) {
            (self.key, self.milliseconds, cameAt, self.original) = (key, milliseconds, now, original)
            mustStandAlone = original != nil
        }
        var isAnswered = false
    }

    private var state: PoolState<Statement, Statement>
    private var pipelines: [[Statement]] = [[], [], [], []]
    private var left = [0, 0, 0, 0]
    private var now = 0
    private var random: SeededGenerator
    private let attackers: UInt64
    private var open: [UInt64: Int] = [:]
    private(set) var answered = 0, attacksAnswered = 0
    /// Milliseconds that a victim's statement took in the first second, and after it.
    private(set) var longestAtTheStart = 0, longest = 0

    init(attackers: UInt64, seed: UInt64) {
        self.attackers = attackers
        random = SeededGenerator(seed: seed)
        state = PoolState(limits: .init(connections: 4), now: 0, seed: seed)
        _ = state.tick(now: 0)
        for slot in 0..<4 { _ = state.connected(slot: slot, now: 0) }
    }

    mutating func millisecond() {
        now += 1
        state.advance(to: now)
        for key in 0..<attackers {
            while open[key, default: 0] < 16 {
                ask(Statement(key + 1, Int.random(in: 1_000...3_000, using: &random), at: now))
            }
        }
        if Int.random(in: 0..<2, using: &random) == 0 {
            ask(Statement(UInt64.random(in: 100..<110, using: &random), Int.random(in: 1...3, using: &random), at: now))
        }
        for slot in 0..<4 { work(slot) }
        for slot in state.newlyOld() { look(slot) }
        while let slot = state.relief() { relieve(slot) }
    }

    private mutating func ask(_ statement: Statement) {
        if statement.original == nil, statement.key <= attackers { open[statement.key - 1, default: 0] += 1 }
        if case .send(let slot) = state.submit(statement, key: statement.key, now: now) { put(statement, slot) }
    }

    private mutating func put(_ statement: Statement, _ slot: Int) {
        pipelines[slot].append(statement)
        if pipelines[slot].count == 1 { left[slot] = statement.milliseconds }
    }

    private mutating func work(_ slot: Int) {
        guard let head = pipelines[slot].first else { return }
        left[slot] -= 1
        guard left[slot] <= 0 || !head.isLive else { return }
        pipelines[slot].removeFirst()
        left[slot] = pipelines[slot].first?.milliseconds ?? 0
        if let next = state.finished(slot: slot, key: head.key) { put(next, slot) }
        for case .send(let next, let slot) in state.spread(head.key, from: slot) { put(next, slot) }
        if head.isLive { answer(head.original ?? head) }
        head.isLive = false
    }

    private mutating func answer(_ statement: Statement) {
        guard !statement.isAnswered else { return }
        statement.isAnswered = true
        if statement.key <= attackers {
            attacksAnswered += 1
            open[statement.key - 1, default: 0] -= 1
            return
        }
        answered += 1
        if statement.cameAt < 1_000 {
            longestAtTheStart = max(longestAtTheStart, now - statement.cameAt)
        } else {
            longest = max(longest, now - statement.cameAt)
        }
    }

    /// As the pool does it: the rest is run elsewhere.
    private mutating func look(_ slot: Int) {
        guard let head = pipelines[slot].first else { return }
        state.isHeld(slot: slot, by: head.key)
        for behind in pipelines[slot].dropFirst()
        where behind.isLive && !behind.hasTwin && behind.original == nil && behind.key != head.key {
            behind.hasTwin = true
            state.leave(slot, behind.key)
            ask(Statement(behind.key, behind.milliseconds, at: now, original: behind))
        }
    }

    private mutating func relieve(_ slot: Int) {
        for statement in pipelines[slot] where statement.isLive {
            // The next millisecond takes it off the connection.
            statement.isLive = false
            if let original = statement.original {
                ask(Statement(original.key, original.milliseconds, at: now, original: original))
            } else if !statement.hasTwin {
                statement.hasTwin = true
                ask(Statement(statement.key, statement.milliseconds, at: now, original: statement))
            }
        }
    }
}
