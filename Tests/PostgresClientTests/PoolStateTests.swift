import Testing

@testable import PostgresClient

private final class Waiter: PoolWaiter {
    let name: String
    var isLive = true
    var enqueuedAt = 0
    init(_ name: String) { self.name = name }
}

private typealias State = PoolState<Waiter, Waiter>

@Suite struct PoolStateTests {
    private func state(_ change: (inout State.Limits) -> Void = { _ in }) -> State {
        var limits = State.Limits(
            connections: 2, inFlightPerConnection: 2, queueLimit: 4, connectTimeout: 5_000, unavailableAfter: 500,
            backoff: 50...1_000)
        change(&limits)
        return State(limits: limits, now: 0, seed: 1)
    }

    /// Actions as short lines, so that a test reads like a log.
    private func lines(_ actions: [State.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .connect(let slot): "connect \(slot)"
            case .abandonConnect(let slot): "abandon \(slot)"
            case .send(let waiter, let slot): "send \(waiter.name) on \(slot)"
            case .fail(let waiter, let refusal): "fail \(waiter.name) \(refusal)"
            case .lend(let waiter, let slot): "lend \(slot) to \(waiter.name)"
            case .failBorrower(let waiter, let refusal): "fail borrower \(waiter.name) \(refusal)"
            }
        }
    }

    /// With both connections up.
    private func running(_ change: (inout State.Limits) -> Void = { _ in }) -> State {
        var state = state(change)
        _ = state.tick(now: 0)
        _ = state.connected(slot: 0, now: 0)
        _ = state.connected(slot: 1, now: 0)
        return state
    }

    // MARK: Statements

    @Test func `each statement goes where the least is in flight, then waits`() {
        var state = running()
        let admissions = (0..<6).map { state.submit(Waiter("\($0)"), key: 0, now: 0) }
        #expect(admissions == [.send(slot: 0), .send(slot: 1), .send(slot: 0), .send(slot: 1), .wait, .wait])
        #expect(state.waitingCount == 2)
        #expect(state.idleCount == 0)
        #expect(state.finished(slot: 1, key: 0)?.name == "4")
        #expect(state.finished(slot: 0, key: 0)?.name == "5")
        #expect(state.finished(slot: 0, key: 0) == nil)
        #expect(state.submit(Waiter("7"), key: 0, now: 0) == .send(slot: 0))
    }

    @Test func `a full queue refuses`() {
        var state = running()
        let admissions = (0..<10).map { state.submit(Waiter("\($0)"), key: UInt64($0), now: 0) }
        #expect(admissions.filter { $0 == .wait }.count == 4)
        #expect(admissions.suffix(2) == [.refuse(.queueFull), .refuse(.queueFull)])
    }

    @Test func `a waiting statement that was given up makes room and is passed over`() {
        var state = running()
        for index in 0..<4 { _ = state.submit(Waiter("\(index)"), key: 0, now: 0) }
        let waiters = (4..<8).map { Waiter("\($0)") }
        for waiter in waiters { _ = state.submit(waiter, key: 0, now: 0) }
        #expect(state.submit(Waiter("8"), key: 0, now: 0) == .refuse(.queueFull))
        waiters[0].isLive = false
        state.forgotWaiter()
        #expect(state.waitingCount == 3)
        #expect(state.submit(Waiter("9"), key: 0, now: 0) == .wait)
        #expect(state.finished(slot: 0, key: 0)?.name == "5")
    }

    @Test func `statements given up while nothing moves do not pile up`() {
        var state = running { $0.queueLimit = 1_000 }
        for index in 0..<4 { _ = state.submit(Waiter("\(index)"), key: 0, now: 0) }
        for index in 0..<10_000 {
            let waiter = Waiter("\(index)")
            #expect(state.submit(waiter, key: UInt64(index), now: 0) == .wait)
            waiter.isLive = false
            state.forgotWaiter()
        }
        var kept = 0
        state.forEachWaiting { _ in kept += 1 }
        #expect(kept <= 65)
        #expect(state.waitingCount == 0)
    }

    // MARK: Connections

    @Test func `a new pool connects everywhere, and what waits goes out with the first that stands`() {
        var state = state()
        #expect(lines(state.tick(now: 0)) == ["connect 0", "connect 1"])
        for name in ["a", "b", "c"] { #expect(state.submit(Waiter(name), key: 0, now: 10) == .wait) }
        #expect(state.nextTick() == 510)
        #expect(lines(state.connected(slot: 1, now: 20)) == ["send a on 1", "send b on 1"])
        #expect(lines(state.connected(slot: 0, now: 30)) == ["send c on 0"])
        #expect(state.nextTick() == nil)
    }

    @Test func `without a connection a statement waits for a while, no longer`() {
        var state = state()
        _ = state.tick(now: 0)
        _ = state.submit(Waiter("a"), key: 0, now: 100)
        _ = state.submit(Waiter("b"), key: 0, now: 400)
        #expect(lines(state.tick(now: 599)).isEmpty)
        #expect(lines(state.tick(now: 600)) == ["fail a serverDown"])
        #expect(state.nextTick() == 900)
        #expect(lines(state.tick(now: 900)) == ["fail b serverDown"])
        #expect(!state.isKnownDown, "nobody has said so yet")
    }

    @Test func `an attempt that failed fails those who wait and those who come`() {
        var state = state()
        _ = state.tick(now: 0)
        _ = state.submit(Waiter("a"), key: 0, now: 0)
        #expect(lines(state.connectFailed(slot: 0, now: 5)) == ["fail a serverDown"])
        #expect(state.submit(Waiter("b"), key: 0, now: 6) == .refuse(.serverDown))
        // The other attempt is still under way and succeeds: the first follows at once.
        #expect(lines(state.connected(slot: 1, now: 7)) == ["connect 0"])
        #expect(state.submit(Waiter("c"), key: 0, now: 8) == .send(slot: 1))
    }

    @Test func `while the server is down one connection knocks, more and more rarely`() {
        var state = state()
        _ = state.tick(now: 0)
        _ = state.connectFailed(slot: 0, now: 0)
        _ = state.connectFailed(slot: 1, now: 0)
        var pauses: [Int] = [], now = 0
        for _ in 0..<12 {
            let next = state.nextTick() ?? -1
            pauses.append(next - now)
            now = next
            #expect(state.tick(now: now - 1).isEmpty)
            let actions = lines(state.tick(now: now))
            #expect(actions.count == 1 && actions[0].hasPrefix("connect"))
            #expect(state.tick(now: now).isEmpty)
            _ = state.connectFailed(slot: actions[0].hasSuffix("0") ? 0 : 1, now: now)
        }
        #expect((25...50).contains(pauses[0]))
        #expect(pauses.allSatisfy { $0 <= 1_000 })
        #expect(pauses.suffix(6).allSatisfy { (500...1_000).contains($0) })
        #expect(Set(pauses.suffix(6)).count > 1, "by chance, so that many do not knock together")
    }

    @Test func `an attempt that takes too long is given up`() {
        var state = state()
        _ = state.tick(now: 0)
        #expect(state.nextTick() == 5_000)
        #expect(lines(state.tick(now: 5_000)) == ["abandon 0", "abandon 1"])
        #expect(state.isKnownDown)
        #expect(state.connected(slot: 0, now: 5_001).isEmpty, "too late: it was given up")
        #expect(state.readyCount == 0)
    }

    @Test func `a lost connection is made anew after a pause, and the others serve`() throws {
        var state = running()
        _ = state.submit(Waiter("a"), key: 0, now: 0)
        state.lost(slot: 0, now: 1_000)
        #expect(state.readyCount == 1)
        #expect(state.submit(Waiter("b"), key: 0, now: 1_000) == .send(slot: 1))
        let retry = try #require(state.nextTick())
        #expect((1_025...1_050).contains(retry))
        #expect(lines(state.tick(now: retry)) == ["connect 0"])
        // One that fails while another stands is no outage.
        #expect(state.connectFailed(slot: 0, now: retry).isEmpty)
        #expect(!state.isKnownDown)
        #expect(state.submit(Waiter("c"), key: 0, now: retry) == .send(slot: 1))
    }

    @Test func `when the last connection is lost, those who waited for a place get the patience of an outage`() {
        var state = running()
        for index in 0..<5 { _ = state.submit(Waiter("\(index)"), key: 0, now: 0) }
        state.lost(slot: 0, now: 10_000)
        state.lost(slot: 1, now: 10_000)
        #expect(lines(state.tick(now: 10_499)).filter { $0.hasPrefix("fail") }.isEmpty)
        #expect(lines(state.tick(now: 10_500)).filter { $0.hasPrefix("fail") } == ["fail 4 serverDown"])
    }
}

@Suite struct FairQueueTests {
    private func drain(_ queue: inout FairQueue<String>) -> [String] {
        var all: [String] = []
        while let next = queue.popFirst() { all.append(next) }
        return all
    }

    @Test func `keys take turns, each in its own order`() {
        var queue = FairQueue<String>()
        for index in 0..<4 { queue.append("a\(index)", key: 1) }
        queue.append("b0", key: 2)
        queue.append("b1", key: 2)
        queue.append("c0", key: 3)
        #expect(queue.count == 7)
        #expect(drain(&queue) == ["a0", "b0", "c0", "a1", "b1", "a2", "a3"])
        #expect(queue.isEmpty)
    }

    @Test func `taking some out keeps the order of the rest`() {
        var queue = FairQueue<String>()
        for index in 0..<100 { queue.append("\(index)", key: UInt64(index % 3)) }
        let removed = queue.removeAll { Int($0).map { $0 % 2 == 1 } ?? false }
        #expect(removed.count == 50)
        #expect(queue.count == 50)
        let rest = drain(&queue).compactMap(Int.init)
        #expect(rest.count == 50 && rest.allSatisfy { $0 % 2 == 0 })
        for key in 0..<3 { #expect(rest.filter { $0 % 3 == key } == rest.filter { $0 % 3 == key }.sorted()) }
    }

    @Test func `a ring keeps its order over its edge and while it grows`() {
        var ring = Ring<Int>(), expected: [Int] = [], next = 0
        for step in 0..<500 {
            for _ in 0..<(step % 7) { ring.append(next); expected.append(next); next += 1 }
            for _ in 0..<(step % 5) {
                let popped = ring.popFirst(); #expect(popped == (expected.isEmpty ? nil : expected.removeFirst()))
            }
        }
        #expect((0..<ring.count).map { ring[$0] } == expected)
        #expect(ring.first == expected.first)
    }
}
