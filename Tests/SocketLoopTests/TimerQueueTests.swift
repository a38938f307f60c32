import Testing

@testable import SocketLoop

@Suite struct TimerQueueTests {
    /// Takes everything that is due, in order.
    private func fire(_ queue: inout TimerQueue, now: Int) {
        let sequence = queue.nextSequence
        while let body = queue.takeDue(now: now, addedBefore: sequence) { body() }
    }

    @Test func `timers fire by deadline, and equal ones in the order they were added`() {
        var queue = TimerQueue(), fired: [Int] = []
        for (index, deadline) in [30, 10, 20, 10, 30, 5].enumerated() {
            _ = queue.add(deadline: deadline) { fired.append(index) }
        }
        let first = queue.earliest()
        #expect(first == 5)
        fire(&queue, now: 10)
        #expect(fired == [5, 1, 3])
        let second = queue.earliest()
        #expect(second == 20)
        fire(&queue, now: 100)
        #expect(fired == [5, 1, 3, 2, 0, 4])
        let none = queue.earliest()
        #expect(none == nil)
        #expect(queue.count == 0)
    }

    @Test func `a cancelled timer never fires, and its token stays harmless`() {
        var queue = TimerQueue(), fired: [String] = []
        let first = queue.add(deadline: 1) { fired.append("first") }
        let outcomes = [queue.cancel(first), queue.cancel(first)]
        #expect(outcomes == [true, false])
        let second = queue.add(deadline: 1) { fired.append("second") }
        let stale = queue.cancel(first)
        #expect(!stale, "the slot is used again, the token is not")
        fire(&queue, now: 1)
        #expect(fired == ["second"])
        let late = queue.cancel(second)
        #expect(!late)
    }

    @Test func `cancelled timers do not pile up and the rest keeps its order`() {
        var queue = TimerQueue(), fired: [Int] = []
        var tokens: [TimerToken] = []
        for index in 0..<1000 {
            tokens.append(queue.add(deadline: (index * 7919) % 1000) { fired.append((index * 7919) % 1000) })
        }
        for index in 0..<1000 where index % 10 != 0 { queue.cancel(tokens[index]) }
        #expect(queue.count == 100)
        fire(&queue, now: 1000)
        #expect(fired.count == 100)
        #expect(fired == fired.sorted())
    }

    @Test func `a timer that adds a due timer does not fire it in the same turn`() {
        final class Chain { var count = 0 }
        let chain = Chain()
        let reactor = Reactor()
        func again() {
            chain.count += 1
            if chain.count < 3 { reactor.after(milliseconds: 0) { again() } }
        }
        reactor.after(milliseconds: 0) { again() }
        reactor.poll(timeoutMilliseconds: 0)
        #expect(chain.count == 1)
        reactor.poll(timeoutMilliseconds: 0)
        reactor.poll(timeoutMilliseconds: 0)
        #expect(chain.count == 3)
        #expect(reactor.timerCount == 0)
    }
}
