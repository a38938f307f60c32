import TestRandom
import Testing

@testable import PostgresClient

private final class Asked: PoolWaiter {
    let key: UInt64
    let number: Int
    var isLive = true
    var enqueuedAt = 0
    init(_ key: UInt64, _ number: Int) { (self.key, self.number) = (key, number) }
}

private typealias State = PoolState<Asked, Asked>

/// A pool's decisions with connections that answer when the test says so, in their order; it
/// counts, and knows no time but the one it is told.
private struct Simulation {
    var state: State
    /// By connection, what it still has to answer.
    var pipelines: [[Asked]]
    var now = 0
    private(set) var served: [Asked] = []
    private var numbers = 0

    init(connections: Int = 4, queueLimit: Int = 10_000) {
        state = State(limits: State.Limits(connections: connections, queueLimit: queueLimit), now: 0, seed: 1)
        pipelines = Array(repeating: [], count: connections)
        _ = state.tick(now: 0)
        for slot in 0..<connections { _ = state.connected(slot: slot, now: 0) }
    }

    @discardableResult mutating func ask(_ key: UInt64, _ count: Int = 1) -> State.Admission {
        var last = State.Admission.wait
        for _ in 0..<count {
            numbers += 1
            let asked = Asked(key, numbers)
            last = state.submit(asked, key: key, now: now)
            if case .send(let slot) = last { pipelines[slot].append(asked) }
        }
        return last
    }

    /// A connection answers the first statement that it has.
    mutating func answer(_ slot: Int) {
        guard !pipelines[slot].isEmpty else { return }
        let asked = pipelines[slot].removeFirst()
        asked.isLive = false
        served.append(asked)
        if let next = state.finished(slot: slot, key: asked.key) { pipelines[slot].append(next) }
        for case .send(let next, let slot) in state.spread(asked.key, from: slot) { pipelines[slot].append(next) }
    }

    /// Statements of others that the connection answers before the key's first one; `nil` where the
    /// key has none in flight.
    func before(_ key: UInt64) -> Int? { pipelines.compactMap { $0.firstIndex { $0.key == key } }.min() }

    func inFlight(_ key: UInt64) -> Int { pipelines.joined().count { $0.key == key } }
}

/// What one tenant's flood leaves to the others: counted in statements.
@Suite struct PoolShareTests {
    @Test func `a flood stands on all connections but one, four deep`() {
        var pool = Simulation()
        pool.ask(2)
        pool.ask(1, 1_000)
        #expect(pool.inFlight(1) == 12)
        #expect(pool.state.waitingCount == 988)
        #expect(pool.pipelines.count { pipeline in !pipeline.contains { $0.key == 1 } } == 1)
    }

    @Test(arguments: [2, 3, 4, 16]) func `while a flood never ends, another's statement starts at once`(
        connections: Int
    ) {
        var pool = Simulation(connections: connections)
        pool.ask(2)
        pool.answer(0)
        pool.ask(1, 1_000)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            #expect(pool.ask(2) != .wait)
            #expect(pool.before(2) == 0)
            // All are answered by chance, and the flood goes on.
            for slot in 0..<connections where pool.pipelines[slot].first?.key == 2 { pool.answer(slot) }
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                pool.answer(Int.random(in: 0..<connections, using: &random))
            }
            pool.ask(1, 20)
        }
        #expect(pool.served.count { $0.key == 2 } == 201)
        #expect(pool.state.waitingCount > 0)
    }

    @Test func `of several floods each stands before another's statement with its share alone`() {
        var pool = Simulation(connections: 2)
        for key in 1...6 { pool.ask(UInt64(key), 500) }
        pool.ask(9)
        let before = pool.before(9) ?? .max
        #expect(before <= 16, "six have room for four each on one connection or the other")
        var answered = 0
        while pool.before(9) != nil {
            for slot in 0..<2 { pool.answer(slot) }
            answered += 2
        }
        #expect(answered <= 2 * (before + 1))
    }

    @Test func `where all places are taken, keys take turns`() {
        var pool = Simulation(connections: 1)
        for key in 1...8 { pool.ask(UInt64(key), 100) }
        #expect(pool.pipelines[0].count == 32)
        #expect(pool.ask(9) == .wait)
        for _ in 0..<9 { pool.answer(0) }
        #expect(pool.inFlight(9) == 1, "no later than each of the others has had one turn")
    }

    @Test func `who is alone has all connections, and leaves one once somebody else comes`() {
        var pool = Simulation()
        pool.ask(1, 100)
        #expect(pool.inFlight(1) == 16)
        #expect(pool.pipelines.allSatisfy { $0.count == 4 })
        #expect(pool.ask(2) != .wait)
        for _ in 0..<5 { for slot in 0..<4 { pool.answer(slot) } }
        #expect(pool.pipelines.count { pipeline in pipeline.isEmpty } == 1)
        pool.ask(2)
        #expect(pool.before(2) == 0)
        // Nobody else for a minute: then all are its own again.
        pool.ask(1)
        pool.now += RecentKeys.memory
        pool.ask(1, 20)
        #expect(pool.pipelines.allSatisfy { !$0.isEmpty })
    }

    @Test func `a single connection is shared four deep`() {
        var pool = Simulation(connections: 1)
        pool.ask(2)
        pool.ask(1, 100)
        #expect(pool.inFlight(1) == 4)
        #expect(pool.ask(2) == .send(slot: 0))
    }

    @Test func `what serves all alike has no share to exceed`() {
        var pool = Simulation(connections: 2)
        pool.ask(1)
        pool.ask(2)
        pool.ask(PoolShares.commonKey, 40)
        #expect(pool.inFlight(PoolShares.commonKey) == 40)
    }

    @Test func `a queue that a flood has filled still takes others`() {
        var pool = Simulation(connections: 1, queueLimit: 20)
        for key in 1...8 { pool.ask(UInt64(key), 4) }
        pool.ask(1, 20)
        #expect(pool.ask(1) == .refuse(.queueFull))
        #expect(pool.state.displace(for: 1) == nil, "the flood displaces nobody, and not itself")
        for _ in 0..<9 {
            #expect(pool.ask(9) == .refuse(.queueFull))
            let displaced = pool.state.displace(for: 9)
            #expect(displaced?.key == 1)
            #expect(pool.ask(9) == .wait)
        }
        // As many of each now: neither gives way to the other any more.
        _ = pool.state.displace(for: 9)
        #expect(pool.state.displace(for: 9) == nil)
        #expect(pool.state.waitingCount == 19)
    }

    @Test(arguments: 0..<20) func `every statement is served once, in the order of its key`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let connections = Int.random(in: 1...4, using: &random), keys = UInt64.random(in: 1...6, using: &random)
        var pool = Simulation(connections: connections), asked = 0
        for _ in 0..<400 {
            pool.now += Int.random(in: 0...400, using: &random)
            let count = Int.random(in: 0...6, using: &random)
            pool.ask(UInt64.random(in: 0...keys, using: &random), count)
            asked += count
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                pool.answer(Int.random(in: 0..<connections, using: &random))
            }
        }
        while pool.served.count < asked, pool.pipelines.contains(where: { !$0.isEmpty }) {
            for slot in 0..<connections { pool.answer(slot) }
        }
        #expect(pool.served.count == asked)
        #expect(pool.state.waitingCount == 0)
        #expect(Set(pool.served.map(\.number)).count == asked)
    }
}
