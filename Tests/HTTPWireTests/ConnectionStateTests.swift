import HTTPWire
import Testing

@Suite struct ConnectionStateTests {
    /// A listener in small: feeds, answers every request at once, and keeps a diary.
    struct Listener {
        var state = ConnectionState()
        let parser = RequestParser()
        var diary: [String] = []
        var decidesLater = false

        mutating func feed(_ text: String) {
            if state.received(text.utf8.count) { Array(text.utf8).withUnsafeBytes { parser.append($0) } }
            parse()
        }

        mutating func parse() {
            while state.mayParse {
                let event = parser.next()
                state.parsed(event, progress: parser.progress)
                switch event {
                case .needMore: return
                case .expectContinue: diary.append("continue")
                case .needBodyRoom(let bytes): parser.grantBody(bytes)
                case .head:
                    if decidesLater { return diary.append("head") }
                    state.bodyWanted()
                case .request(let request): diary.append(request.path)
                case .failed(let failure): diary.append("\(failure.status)")
                }
            }
        }

        mutating func respond() {
            state.responded()
            parse()
        }
    }

    static let get = lines("GET /a HTTP/1.1", "Host: a")

    @Test func oneRequestAfterTheOther() {
        var listener = Listener()
        #expect(listener.state.wantsInput && listener.state.timeout == .idle)
        listener.feed("GET")
        #expect(listener.state.phase == .readingHead && listener.state.timeout == .head)
        listener.feed(" /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx")
        #expect(listener.state.phase == .readingBody && listener.state.timeout == .body)
        listener.feed("y")
        #expect(listener.state.phase == .responding && listener.state.timeout == .none)
        #expect(!listener.state.wantsInput && !listener.state.mayParse && listener.state.keepsAlive)
        listener.respond()
        #expect(listener.state.phase == .idle && listener.state.wantsInput)
        #expect(listener.diary == ["/a"])
    }

    private static let post = lines("POST /p HTTP/1.1", "Host: a", "Content-Length: 2")

    @Test func aBodyIsReadOnceThatIsDecided() {
        var listener = Listener()
        listener.decidesLater = true
        listener.feed(Self.post + "x")
        #expect(listener.state.phase == .deciding && listener.state.timeout == .none)
        #expect(!listener.state.wantsInput && !listener.state.mayParse && listener.state.keepsAlive)
        listener.state.bodyWanted()
        #expect(listener.state.phase == .readingBody && listener.state.wantsInput)
        listener.parse()
        #expect(listener.state.timeout == .body)
        listener.feed("y" + Self.get)
        #expect(listener.diary == ["head", "/p"])
        listener.respond()
        #expect(listener.diary == ["head", "/p", "/a"] && listener.state.keepsAlive)
    }

    /// After an unread body, the beginning of the next request is unknown.
    @Test func anAnswerWithoutTheBodyEndsTheConnection() {
        var listener = Listener()
        listener.decidesLater = true
        listener.feed(Self.post)
        listener.state.answeredEarly()
        #expect(listener.state.phase == .responding && !listener.state.keepsAlive)
        listener.state.responded()
        #expect(listener.state.phase == .lingering)
    }

    @Test func aBodyThatIsGivenUpIsAFailure() {
        var listener = Listener()
        listener.feed(Self.post + "x")
        #expect(listener.state.phase == .readingBody)
        listener.state.refused()
        #expect(listener.state.phase == .failing && !listener.state.keepsAlive)
        listener.state.responded()
        #expect(listener.state.phase == .lingering)
    }

    @Test func pipelinedRequestsWaitForTheAnswerBefore() {
        var listener = Listener()
        listener.feed(Self.get + Self.get + "GET")
        #expect(listener.diary == ["/a"])
        listener.respond()
        #expect(listener.diary == ["/a", "/a"])
        listener.respond()
        #expect(listener.state.phase == .readingHead)
    }

    @Test func closesWhenTheRequestSaysSo() {
        var listener = Listener()
        listener.feed(lines("GET /a HTTP/1.1", "Host: a", "Connection: close") + Self.get)
        #expect(!listener.state.keepsAlive)
        listener.respond()
        #expect(listener.diary == ["/a"])
        #expect(listener.state.phase == .lingering && listener.state.wantsInput && listener.state.timeout == .linger)
        listener.state.peerEnded()
        #expect(listener.state.mustClose)
    }

    @Test func aFailureIsAnsweredAndTheRestThrownAway() {
        var listener = Listener()
        listener.feed("GET / HTTP/3.0\r\n" + Self.get)
        #expect(
            listener.diary == ["505"] && listener.state.phase == .failing && !listener.state.wantsInput
                && !listener.state.keepsAlive)
        listener.respond()
        listener.feed(Self.get)
        #expect(listener.diary == ["505"] && listener.state.phase == .lingering)
        let wanted = listener.state.received(ConnectionState.mostLingerBytes)
        #expect(!wanted)
        #expect(listener.state.mustClose)
    }

    @Test func timeOuts() {
        var idle = Listener()
        let nothing = idle.state.timedOut()
        #expect(nothing == nil && idle.state.mustClose)
        var slow = Listener()
        slow.feed("GET /")
        let failure = slow.state.timedOut()
        #expect(failure?.status == 408 && slow.state.phase == .failing)
        slow.respond()
        #expect(slow.state.phase == .lingering)
        let second = slow.state.timedOut()
        #expect(second == nil && slow.state.mustClose)
        var busy = Listener()
        busy.feed(Self.get)
        let none = busy.state.timedOut()
        #expect(none == nil && busy.state.phase == .responding)
    }

    @Test func thePeerMayShutItsSide() {
        var idle = Listener()
        idle.state.peerEnded()
        #expect(idle.state.mustClose)
        var half = Listener()
        half.feed("GET /")
        half.state.peerEnded()
        #expect(half.state.mustClose)
        var waiting = Listener()
        waiting.feed(Self.get + Self.get + "GET")
        waiting.state.peerEnded()
        #expect(!waiting.state.mustClose && !waiting.state.wantsInput)
        waiting.respond()
        #expect(waiting.diary == ["/a", "/a"] && !waiting.state.mustClose)
        waiting.respond()
        #expect(waiting.state.mustClose)
    }

    @Test func shutDown() {
        var idle = Listener()
        idle.state.shutDown()
        #expect(idle.state.mustClose)
        var busy = Listener()
        busy.feed(Self.get + Self.get)
        busy.state.shutDown()
        #expect(!busy.state.keepsAlive && !busy.state.mustClose)
        busy.respond()
        #expect(busy.diary == ["/a"] && busy.state.phase == .lingering)
        busy.state.broke()
        #expect(busy.state.mustClose)
    }

    @Test func aContinueLeavesTheBodyToCome() {
        var listener = Listener()
        listener.feed(lines("POST /a HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 1"))
        #expect(listener.diary == ["continue"] && listener.state.phase == .readingBody && listener.state.wantsInput)
        listener.feed("x")
        #expect(listener.diary == ["continue", "/a"])
    }

    @Test func anAnswerMayEndWithTheConnection() {
        var listener = Listener()
        listener.feed(Self.get)
        #expect(listener.state.phase == .responding && listener.state.keepsAlive)
        listener.state.endsByClosing()
        listener.respond()
        #expect(listener.state.phase == .lingering)
    }

    @Test func anUpgradedConnectionSpeaksHTTPNoMore() {
        var listener = Listener()
        listener.state.upgraded()
        #expect(listener.state.phase == .idle, "only a request can be upgraded")
        listener.feed(Self.get + "other bytes")
        listener.state.upgraded()
        #expect(listener.parser.handOver() == Array("other bytes".utf8))
        #expect(listener.state.phase == .upgraded && listener.state.timeout == .none)
        #expect(listener.state.wantsInput && !listener.state.mayParse && listener.state.received(5))
        listener.state.shutDown()
        #expect(listener.state.phase == .upgraded && listener.state.timedOut() == nil)
        var other = listener.state
        other.peerEnded()
        #expect(other.mustClose)
        listener.respond()
        #expect(listener.state.phase == .lingering)
    }
}
