import TestRandom
import Testing

@testable import PostgresClient

private final class Party: PoolWaiter {
    let name: Int
    var isLive = true
    var enqueuedAt = 0
    init(_ name: Int) { self.name = name }
}

private typealias State = PoolState<Party, Party>

/// The decisions about connections that are lent, without a connection.
@Suite struct PoolStateLeaseTests {
    private func running(connections: Int = 3, leases: Int = 2, inFlight: Int = 2, queueLimit: Int = 4) -> State {
        var state = State(
            limits: State.Limits(
                connections: connections, leases: leases, inFlightPerConnection: inFlight, queueLimit: queueLimit),
            now: 0, seed: 1)
        _ = state.tick(now: 0)
        for slot in 0..<connections { _ = state.connected(slot: slot, now: 0) }
        return state
    }

    private func lines(_ actions: [State.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .connect(let slot): "connect \(slot)"
            case .abandonConnect(let slot): "abandon \(slot)"
            case .send(let party, let slot): "send \(party.name) on \(slot)"
            case .fail(let party, let refusal): "fail \(party.name) \(refusal)"
            case .lend(let party, let slot): "lend \(slot) to \(party.name)"
            case .failBorrower(let party, let refusal): "refuse \(party.name) \(refusal)"
            }
        }
    }

    @Test func `an idle connection is lent at once, and one stays for all`() {
        var state = running()
        #expect(lines(state.borrow(Party(1), key: 0, now: 0)) == ["lend 2 to 1"])
        #expect(lines(state.borrow(Party(2), key: 0, now: 0)) == ["lend 1 to 2"])
        #expect(lines(state.borrow(Party(3), key: 0, now: 0)).isEmpty)
        #expect(state.waitingBorrowers == 1)
        #expect(state.submit(Party(4), key: 0, now: 0) == .send(slot: 0))
        #expect(lines(state.returned(slot: 2)) == ["lend 2 to 3"])
        #expect(lines(state.returned(slot: 2)).isEmpty)
        #expect(state.use(ofSlot: 2) == .shared)
        #expect(state.lentCount == 1)
    }

    @Test func `a busy connection is cleared for a borrower, and takes no more statements`() {
        var state = running(connections: 2)
        for name in 1...4 { #expect(state.submit(Party(name), key: 0, now: 0) != .wait) }
        #expect(lines(state.borrow(Party(10), key: 0, now: 0)).isEmpty)
        #expect(state.use(ofSlot: 1) == .draining)
        #expect(state.submit(Party(5), key: 0, now: 0) == .wait)
        #expect(state.finished(slot: 1, key: 0) == nil, "no new one comes while it is cleared")
        #expect(!state.isWanted(slot: 1))
        #expect(state.finished(slot: 1, key: 0) == nil)
        #expect(state.isWanted(slot: 1))
        #expect(lines(state.emptied(slot: 1)) == ["lend 1 to 10"])
        #expect(state.finished(slot: 0, key: 0)?.name == 5)
    }

    @Test func `a connection that falls idle first is lent instead of the one that is being cleared`() {
        var state = running(connections: 2)
        for name in 1...2 { _ = state.submit(Party(name), key: 0, now: 0) }
        _ = state.borrow(Party(10), key: 0, now: 0)
        #expect(state.use(ofSlot: 1) == .draining)
        #expect(state.finished(slot: 0, key: 0) == nil)
        #expect(state.isWanted(slot: 0))
        #expect(lines(state.emptied(slot: 0)) == ["lend 0 to 10"])
        #expect(state.use(ofSlot: 1) == .shared)
    }

    @Test func `a single connection is taken in turns`() {
        var state = running(connections: 1, leases: 1)
        #expect(lines(state.borrow(Party(10), key: 0, now: 0)) == ["lend 0 to 10"])
        #expect(state.submit(Party(1), key: 0, now: 0) == .wait)
        _ = state.borrow(Party(11), key: 0, now: 0)
        #expect(lines(state.returned(slot: 0)) == ["send 1 on 0"], "statements that wait go first")
        #expect(
            state.submit(Party(2), key: 0, now: 0) == .wait, "and then the next borrower, before those that come later")
        #expect(state.finished(slot: 0, key: 0) == nil)
        #expect(lines(state.emptied(slot: 0)) == ["lend 0 to 11"])
        #expect(lines(state.returned(slot: 0)) == ["send 2 on 0"])
    }

    @Test func `borrowers of several keys take turns, and too many are refused`() {
        var state = running(connections: 2, leases: 1)
        _ = state.borrow(Party(0), key: 1, now: 0)
        for name in 1...3 { _ = state.borrow(Party(name), key: 1, now: 0) }
        _ = state.borrow(Party(9), key: 2, now: 0)
        #expect(lines(state.borrow(Party(10), key: 1, now: 0)) == ["refuse 10 queueFull"])
        #expect(
            lines(state.borrow(Party(11), key: 3, now: 0)) == ["refuse 3 queueFull"],
            "who has the most waiting gives way to somebody else")
        var order: [String] = []
        for _ in 0..<4 { order += lines(state.returned(slot: 1)) }
        #expect(order == ["lend 1 to 1", "lend 1 to 9", "lend 1 to 11", "lend 1 to 2"])
    }

    @Test func `what is cleared for a borrower that gave up serves all again`() {
        var state = running(connections: 2)
        for name in 1...4 { _ = state.submit(Party(name), key: 0, now: 0) }
        let borrower = Party(10)
        _ = state.borrow(borrower, key: 0, now: 0)
        #expect(state.finished(slot: 1, key: 0) == nil)
        #expect(state.submit(Party(5), key: 0, now: 0) == .wait)
        borrower.isLive = false
        #expect(lines(state.forgotBorrower()) == ["send 5 on 1"])
        #expect(state.use(ofSlot: 1) == .shared)
        #expect(state.waitingBorrowers == 0)
    }

    @Test func `in an outage borrowers are told as statements are`() {
        var state = running(connections: 1, leases: 1)
        state.lost(slot: 0, now: 1_000)
        #expect(lines(state.borrow(Party(1), key: 0, now: 1_000)).isEmpty)
        #expect(lines(state.tick(now: 1_600)).contains("refuse 1 serverDown"))
        _ = state.borrow(Party(2), key: 0, now: 1_600)
        #expect(lines(state.connectFailed(slot: 0, now: 1_601)) == ["refuse 2 serverDown"])
        #expect(lines(state.borrow(Party(3), key: 0, now: 1_602)) == ["refuse 3 serverDown"])
    }

    @Test func `a lent connection that is lost is no longer counted`() {
        var state = running(connections: 3, leases: 2)
        _ = state.borrow(Party(1), key: 0, now: 0)
        _ = state.borrow(Party(2), key: 0, now: 0)
        _ = state.borrow(Party(3), key: 0, now: 0)
        _ = state.lost(slot: 2, now: 10)
        #expect(lines(state.returned(slot: 2)).isEmpty)
        #expect(state.lentCount == 1)
        #expect(lines(state.lost(slot: 1, now: 10)) == ["lend 0 to 3"], "the only one that stands is taken in turns")
    }

    /// Whatever happens, nobody waits while there is room, the limits hold, and one connection
    /// stays shared as long as two stand.
    @Test(arguments: UInt64(1)...40) func `no order of events strands anybody`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let connections = Int.random(in: 1...4, using: &random),
            leases = max(1, min(Int.random(in: 1...3, using: &random), connections - 1))
        var state = running(connections: connections, leases: leases, queueLimit: 1_000)
        var inFlight: [Int: [Party]] = [:], lent: [Int: Party] = [:], statements: [Party] = [], borrowers: [Party] = [],
            now = 0, names = 0, losses = 0
        func perform(_ actions: [State.Action]) {
            for action in actions {
                switch action {
                case .send(let party, let slot): inFlight[slot, default: []].append(party)
                case .lend(let party, let slot):
                    #expect(lent[slot] == nil && inFlight[slot, default: []].isEmpty && party.isLive)
                    party.isLive = false
                    lent[slot] = party
                case .fail(let party, _), .failBorrower(let party, _): party.isLive = false
                case .connect, .abandonConnect: break
                }
            }
        }
        for _ in 0..<600 {
            now += Int.random(in: 0...20, using: &random)
            names += 1
            let slot = Int.random(in: 0..<connections, using: &random)
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<3:
                let party = Party(names)
                statements.append(party)
                switch state.submit(party, key: UInt64(names % 3), now: now) {
                case .send(let slot): inFlight[slot, default: []].append(party)
                case .wait: break
                case .refuse: party.isLive = false
                }
            case 3..<5:
                let party = Party(names)
                borrowers.append(party)
                perform(state.borrow(party, key: UInt64(names % 3), now: now))
            case 5..<8:
                guard let party = inFlight[slot]?.popLast() else { continue }
                party.isLive = false
                let key = UInt64(party.name % 3)
                if let next = state.finished(slot: slot, key: key) { inFlight[slot, default: []].append(next) }
                perform(state.spread(key, from: slot))
                if state.isWanted(slot: slot) { perform(state.emptied(slot: slot)) }
            case 8, 9:
                guard lent.removeValue(forKey: slot) != nil else { continue }
                perform(state.returned(slot: slot))
            case 10:
                guard let party = borrowers.filter(\.isLive).randomElement(using: &random) else { continue }
                party.isLive = false
                perform(state.forgotBorrower())
            default:
                if state.phase(ofSlot: slot) == .ready, Int.random(in: 0..<4, using: &random) == 0 {
                    for party in inFlight.removeValue(forKey: slot) ?? [] { party.isLive = false }
                    lent[slot] = nil
                    losses += 1
                    perform(state.lost(slot: slot, now: now))
                } else {
                    perform(state.tick(now: now))
                    if case .connecting = state.phase(ofSlot: slot) { perform(state.connected(slot: slot, now: now)) }
                }
            }
            let waitingStatements = statements.filter { party in
                party.isLive && !inFlight.values.contains { $0.contains { $0 === party } }
            }.count
            #expect(state.lentCount == lent.count)
            #expect(lent.count <= leases)
            #expect(state.waitingCount == waitingStatements)
            #expect(state.waitingBorrowers == borrowers.filter(\.isLive).count)
            let ready = (0..<connections).filter { state.phase(ofSlot: $0) == .ready }
            let shared = ready.filter { state.use(ofSlot: $0) == .shared },
                draining = ready.filter { state.use(ofSlot: $0) == .draining }
            #expect(ready.count < 2 || !shared.isEmpty || (losses > 0 && draining.isEmpty))
            #expect(draining.count <= state.waitingBorrowers)
            // Who waits, waits for somebody who will come back.
            if !ready.isEmpty, state.waitingBorrowers > 0 {
                #expect(!lent.isEmpty || !draining.isEmpty || ready.contains { state.isOld($0) })
            }
            // Who waits for a place, waits for somebody who will leave one.
            if !shared.isEmpty, waitingStatements > 0 { #expect(ready.contains { state.inFlight(onSlot: $0) > 0 }) }
        }
        // Once everything is answered and returned, nobody is left waiting.
        for _ in 0..<20_000 where inFlight.values.contains(where: { !$0.isEmpty }) || !lent.isEmpty {
            now += 1
            state.advance(to: now)
            for slot in 0..<connections {
                if let party = inFlight[slot]?.popLast() {
                    party.isLive = false
                    let key = UInt64(party.name % 3)
                    if let next = state.finished(slot: slot, key: key) { inFlight[slot, default: []].append(next) }
                    perform(state.spread(key, from: slot))
                    if state.isWanted(slot: slot) { perform(state.emptied(slot: slot)) }
                } else if lent.removeValue(forKey: slot) != nil {
                    perform(state.returned(slot: slot))
                }
            }
        }
        if (0..<connections).contains(where: { state.phase(ofSlot: $0) == .ready }) {
            #expect(state.waitingCount == 0 && state.waitingBorrowers == 0)
        }
    }
}
