import Glibc
import Testing

@testable import SocketLoop

@Suite struct SignalSourceTests {
    @Test func `a blocked signal becomes an event`() throws {
        // The test's thread has it blocked, and it is sent to this thread, so that no other test
        // sees it.
        SignalSource.block([.hangup])
        let reactor = Reactor()
        var seen: [ProcessSignal] = []
        let source = try SignalSource([.hangup], reactor: reactor) { seen.append($0) }
        pthread_kill(pthread_self(), SIGHUP)
        reactor.poll(timeoutMilliseconds: 1000)
        #expect(seen == [.hangup])
        source.cancel()
        #expect(reactor.registrationCount == 0)
    }
}
