import Glibc
import Testing

@testable import SocketLoop

@Suite struct ReactorTests {
    private func write(_ text: String, to socket: StreamSocket) -> IOOutcome {
        var text = text
        return text.withUTF8 { socket.write(UnsafeRawBufferPointer($0)) }
    }

    private func read(_ socket: StreamSocket) -> (IOOutcome, String) {
        var buffer = [UInt8](repeating: 0, count: 64)
        let outcome = buffer.withUnsafeMutableBytes { socket.read(into: $0) }
        guard case .bytes(let count) = outcome else { return (outcome, "") }
        return (outcome, String(decoding: buffer[..<count], as: UTF8.self))
    }

    @Test func `what is left unread is reported again`() throws {
        let reactor = Reactor()
        let (near, far) = try StreamSocket.pair()
        defer { near.close(); far.close() }
        var events: [Events] = []
        let registration = try reactor.register(near.descriptor, .read) { events.append($0) }
        reactor.poll(timeoutMilliseconds: 0)
        #expect(events.isEmpty)
        #expect(write("hello", to: far) == .bytes(5))
        reactor.poll(timeoutMilliseconds: 1000)
        reactor.poll(timeoutMilliseconds: 1000)
        #expect(events == [.readable, .readable])
        #expect(read(near) == (.bytes(5), "hello"))
        #expect(read(near).0 == .wouldBlock)
        reactor.modify(registration, [.read, .write])
        reactor.poll(timeoutMilliseconds: 1000)
        #expect(events.last == .writable)
        far.close()
        reactor.poll(timeoutMilliseconds: 1000)
        #expect(events.last?.contains(.hangup) == true && events.last?.contains(.readable) == true)
        #expect(read(near).0 == .closed)
        reactor.deregister(registration)
        #expect(reactor.registrationCount == 0)
    }

    @Test func `a write to a peer that is gone is an outcome, not a signal`() throws {
        let (near, far) = try StreamSocket.pair()
        far.close()
        defer { near.close() }
        #expect(write("x", to: near) == .closed)
        var byte: UInt8 = 0
        let outcome = withUnsafeMutablePointer(to: &byte) { byte in
            var pieces = [iovec(iov_base: byte, iov_len: 1), iovec(iov_base: byte, iov_len: 1)]
            return pieces.withUnsafeMutableBufferPointer { near.write(pieces: $0) }
        }
        #expect(outcome == .closed)
    }

    @Test
    func `a handler that deregisters another one keeps its event from being delivered, even if the slot is used again`()
        throws
    {
        let reactor = Reactor()
        let (first, firstFar) = try StreamSocket.pair(), (second, secondFar) = try StreamSocket.pair(),
            (third, thirdFar) = try StreamSocket.pair()
        defer { for socket in [first, firstFar, second, secondFar, third, thirdFar] { socket.close() } }
        var registrations: [Registration] = [], delivered: [Int] = []
        func handler(_ own: Int) -> (Events) -> Void {
            { _ in
                delivered.append(own)
                // Whichever comes first removes both, and a third one takes a slot.
                for registration in registrations { reactor.deregister(registration) }
                registrations = []
                _ = try? reactor.register(third.descriptor, .read) { _ in delivered.append(3) }
            }
        }
        registrations = [
            try reactor.register(first.descriptor, .read, handler: handler(1)),
            try reactor.register(second.descriptor, .read, handler: handler(2)),
        ]
        _ = write("a", to: firstFar)
        _ = write("b", to: secondFar)
        reactor.poll(timeoutMilliseconds: 1000)
        #expect(delivered.count == 1)
        #expect(delivered != [3])
        #expect(reactor.registrationCount == 1)
        _ = write("c", to: thirdFar)
        reactor.poll(timeoutMilliseconds: 1000)
        #expect(delivered.count == 2 && delivered.last == 3)
    }

    @Test func `a stale registration is harmless after its descriptor was closed`() throws {
        let reactor = Reactor()
        let (near, far) = try StreamSocket.pair()
        let stale = try reactor.register(near.descriptor, .read) { _ in }
        near.close()  // as libpq does: before anybody is told
        reactor.deregister(stale)
        reactor.deregister(stale)
        reactor.modify(stale, .write)
        #expect(reactor.registrationCount == 0)
        far.close()
        #expect(throws: SocketFailure.self) { _ = try reactor.register(-1, .read) { _ in } }
        #expect(reactor.registrationCount == 0)
    }

    @Test func `hooks run once, after events and timers, and what they add runs in the same turn to a limit`() throws {
        let reactor = Reactor()
        let (near, far) = try StreamSocket.pair()
        defer { near.close(); far.close() }
        var log: [String] = []
        _ = try reactor.register(near.descriptor, .read) { _ in
            log.append("event")
            _ = read(near)
            reactor.atEndOfTurn {
                log.append("hook"); reactor.atEndOfTurn { log.append("hook's hook") }
            }
        }
        reactor.after(milliseconds: 0) { log.append("timer") }
        _ = write("x", to: far)
        reactor.poll(timeoutMilliseconds: 1000)
        #expect(log == ["event", "timer", "hook", "hook's hook"])
        var rounds = 0
        func forever() { rounds += 1; reactor.atEndOfTurn { forever() } }
        forever()
        reactor.poll(timeoutMilliseconds: 0)
        #expect(rounds == 1 + 2 * Reactor.hookRoundsPerTurn, "before the wait and after it")
    }
}
