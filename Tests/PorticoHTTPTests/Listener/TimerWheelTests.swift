import SocketLoop
import Testing
@testable import PorticoHTTP

struct TimerWheelTests {
    private final class Entry: WheelEntry {
        var deadline = WheelDeadline()
        var passed = 0
        func deadlinePassed() { passed += 1 }
    }

    private func turn(_ reactor: Reactor, milliseconds: Int) {
        let end = reactor.now + milliseconds
        while reactor.now < end { reactor.poll(timeoutMilliseconds: 10) }
    }

    @Test func deadlinesPassOnceAndInTheirTurn() {
        let reactor = Reactor()
        let wheel = TimerWheel<Entry>(reactor: reactor)
        let early = Entry(), late = Entry(), moved = Entry(), nearer = Entry(), cleared = Entry(), removed = Entry()
        wheel.set(early, after: 50)
        wheel.set(late, after: 100_000_000)
        wheel.set(moved, after: 50)
        wheel.set(moved, after: 100_000)
        wheel.set(nearer, after: 100_000)
        wheel.set(nearer, after: 50)
        wheel.set(cleared, after: 50)
        wheel.set(cleared, after: nil)
        wheel.set(removed, after: 50)
        wheel.remove(removed)
        turn(reactor, milliseconds: 400)
        #expect([early, late, moved, nearer, cleared, removed].map(\.passed) == [1, 0, 0, 1, 0, 0])
        wheel.set(cleared, after: 50)
        turn(reactor, milliseconds: 300)
        #expect(cleared.passed == 1)
    }

    @Test func aRemovedEntryIsHeldNoLonger() {
        let reactor = Reactor()
        let wheel = TimerWheel<Entry>(reactor: reactor)
        weak var gone: Entry?
        let others = [Entry(), Entry()]
        do {
            let entry = Entry()
            gone = entry
            for each in [others[0], entry, others[1]] { wheel.set(each, after: 50) }
            wheel.remove(entry)
        }
        #expect(gone == nil)
        turn(reactor, milliseconds: 300)
        #expect(others.map(\.passed) == [1, 1])
    }
}
