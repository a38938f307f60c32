import Glibc
import Testing

@testable import SocketLoop

/// How long turns take is counted by the loop itself.
@Suite struct TurnTimesTests {
    @Test func `durations are counted`() {
        var times = TurnTimes()
        for duration in [5, TurnTimes.tooLong, TurnTimes.tooLong + 1, 7] { times.count(duration) }
        #expect(times.turns == 4 && times.longTurns == 1)
        #expect(times.nanoseconds == 2 * TurnTimes.tooLong + 13)
        #expect(times.takeLongest() == TurnTimes.tooLong + 1)
        #expect(times.longest == 0)
        times.count(3)
        #expect(times.takeLongest() == 3)
        #expect(times.turns == 5 && times.longTurns == 1)
    }

    private func spin(milliseconds: Int) {
        func now() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
        }
        let end = now() + milliseconds
        while now() < end {}
    }

    /// A turn reaches from one wait to the next, whatever is done in it: by a timer, a hook, or
    /// jobs between two polls.
    @Test func `whatever holds the loop counts, and waiting does not`() {
        let reactor = Reactor()
        reactor.poll(timeoutMilliseconds: 0)
        reactor.poll(timeoutMilliseconds: 20)
        _ = reactor.takeLongestTurn()
        let before = reactor.turnTimes.longTurns
        reactor.after(milliseconds: 0) { self.spin(milliseconds: 12) }
        while reactor.timerCount > 0 { reactor.poll(timeoutMilliseconds: 5) }
        reactor.poll(timeoutMilliseconds: 0)
        #expect(reactor.turnTimes.longTurns == before + 1)
        #expect(reactor.takeLongestTurn() >= 11_000_000)
        reactor.atEndOfTurn { self.spin(milliseconds: 12) }
        reactor.poll(timeoutMilliseconds: 0)
        reactor.poll(timeoutMilliseconds: 0)
        #expect(reactor.turnTimes.longTurns == before + 2)
        spin(milliseconds: 12)
        reactor.poll(timeoutMilliseconds: 0)
        #expect(reactor.turnTimes.longTurns == before + 3)
        let busy = reactor.turnTimes.nanoseconds
        #expect(busy >= 3 * 11_000_000)
        // A second of waiting is no turn of a second.
        reactor.poll(timeoutMilliseconds: 300)
        reactor.poll(timeoutMilliseconds: 0)
        #expect(reactor.turnTimes.nanoseconds - busy < 300_000_000)
    }
}
