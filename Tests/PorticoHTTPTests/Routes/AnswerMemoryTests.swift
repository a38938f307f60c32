import SocketLoop
import Testing
@testable import PorticoHTTP

struct AnswerMemoryTests {
    private func turn(_ reactor: Reactor, milliseconds: Int) {
        let end = reactor.now + milliseconds
        while reactor.now < end { reactor.poll(timeoutMilliseconds: 5) }
    }

    @Test func largeAnswersAreFollowedByOneGivingBack() {
        let reactor = Reactor()
        var times: [Int] = []
        let memory = AnswerMemory(reactor: reactor, quiet: 100) { times.append(reactor.now) }
        var last = 0
        // Those that follow each other put it off.
        for _ in 0..<4 {
            memory.answered(bytes: AnswerMemory.enough)
            last = reactor.now
            turn(reactor, milliseconds: 20)
        }
        turn(reactor, milliseconds: 400)
        #expect(times.count == 1)
        #expect(times.first.map { $0 >= last + 100 } == true)
        memory.answered(bytes: AnswerMemory.enough)
        turn(reactor, milliseconds: 400)
        #expect(times.count == 2)
    }

    @Test func smallAnswersAreNotFollowed() {
        let reactor = Reactor()
        var count = 0
        let memory = AnswerMemory(reactor: reactor, quiet: 1) { count += 1 }
        for _ in 0...(AnswerMemory.enough / AnswerMemory.large) { memory.answered(bytes: AnswerMemory.large - 1) }
        turn(reactor, milliseconds: 50)
        #expect(count == 0)
    }

    /// Some that come one after the other leave as much behind as a larger one; each time they are
    /// counted anew.
    @Test func severalAreEnoughTogether() {
        let reactor = Reactor()
        var count = 0
        let memory = AnswerMemory(reactor: reactor, quiet: 1) { count += 1 }
        for round in 1...2 {
            for _ in 1..<(AnswerMemory.enough / AnswerMemory.large) { memory.answered(bytes: AnswerMemory.large) }
            turn(reactor, milliseconds: 50)
            #expect(count == round - 1)
            memory.answered(bytes: AnswerMemory.large)
            turn(reactor, milliseconds: 50)
            #expect(count == round)
        }
    }

    /// Lists of some hundred kilobytes now and then do not keep what an answer of fifty megabytes
    /// has left.
    @Test func whatTricklesInDoesNotPutItOff() {
        let reactor = Reactor()
        var trickled = 0
        // How many of them had come when it went.
        var went: [Int] = []
        let memory = AnswerMemory(reactor: reactor, quiet: 200) { went.append(trickled) }
        memory.answered(bytes: 50 * AnswerMemory.enough)
        for _ in 0..<5 {
            turn(reactor, milliseconds: 80)
            memory.answered(bytes: AnswerMemory.large)
            trickled += 1
        }
        #expect(went.count == 1)
        #expect(went.first.map { $0 < 5 } == true)
    }

    @Test func itMayGoBeforeItsTime() {
        let reactor = Reactor()
        var count = 0
        do {
            let memory = AnswerMemory(reactor: reactor, quiet: 1) { count += 1 }
            memory.answered(bytes: AnswerMemory.enough)
        }
        turn(reactor, milliseconds: 50)
        #expect(count == 0)
    }

    /// Bodies and connections are small each, and thousands of them are not.
    @Test func whatIsGivenBackPieceByPieceCountsTogether() {
        let reactor = Reactor()
        var count = 0
        let memory = AnswerMemory(reactor: reactor, quiet: 1) { count += 1 }
        for _ in 0..<(AnswerMemory.enough / 4_096 - 1) { memory.released(bytes: 4_096) }
        turn(reactor, milliseconds: 50)
        #expect(count == 0)
        memory.released(bytes: 4_096)
        turn(reactor, milliseconds: 50)
        #expect(count == 1)
    }
}
