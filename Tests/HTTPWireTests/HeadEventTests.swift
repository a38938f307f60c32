import HTTPWire
import Testing

/// A head is handed out before its body where the body has not arrived whole with it.
struct HeadEventTests {
    private static func post(_ framing: String) -> [UInt8] { Array(lines("POST /x HTTP/1.1", "Host: a", framing).utf8) }

    private static let chunked = post("Transfer-Encoding: chunked")

    @Test func aBodyThatIsThereCostsNoEvent() {
        for whole in [
            Self.post("Content-Length: 3") + Array("abc".utf8),
            Self.chunked + Array("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n".utf8),
        ] {
            let run = ParserRun(whole)
            #expect(run.heads.isEmpty && run.rooms.isEmpty && run.requests.count == 1)
        }
    }

    @Test(arguments: [0, 1, 2]) func anUnfinishedBodyIsAskedAboutOnce(_ there: Int) {
        let head = Self.post("Content-Length: 3")
        let run = ParserRun(head + Array("abc".utf8), pieces: [head.count + there, 1])
        #expect(run.heads == ["POST /x http11 keep [host=a|content-length=3] "])
        #expect(run.requests.count == 1 && run.requests.first?.hasSuffix("abc") == true)
    }

    /// Wherever in a chunked body the bytes end: its head is said once, and without what has
    /// arrived of the body.
    @Test func anUnfinishedChunkedBodyIsAskedAboutOnce() {
        let whole = Self.chunked + Array("2\r\nab\r\n1\r\nc\r\n0\r\nT: x\r\n\r\n".utf8)
        for end in Self.chunked.count..<whole.count {
            let run = ParserRun(whole, pieces: [end])
            #expect(run.heads.count == 1 && run.heads.first?.hasSuffix("] ") == true, "\(end)")
            #expect(run.requests.count == 1 && run.requests.first?.hasSuffix("abc") == true, "\(end)")
        }
    }

    @Test func theHeadComesBeforeTheExpectation() {
        let head = Array(lines("POST /x HTTP/1.1", "Host: a", "Content-Length: 3", "Expect: 100-continue").utf8)
        let parser = RequestParser()
        head.withUnsafeBytes { parser.append($0) }
        guard case .head = parser.next(), case .expectContinue = parser.next(), case .needMore = parser.next() else {
            Issue.record("another order")
            return
        }
        #expect(parser.progress == .inBody)
    }

    /// What a body takes grows with what has arrived of it, and is never more than half beyond
    /// that, nor than its length.
    @Test func memoryGrowsWithWhatArrives() {
        let length = 100_000, head = Self.post("Content-Length: \(length)")
        let parser = RequestParser()
        var arrived = 0, granted = 0
        head.withUnsafeBytes { parser.append($0) }
        guard case .head = parser.next() else {
            Issue.record("no head")
            return
        }
        while arrived < length - 1 {
            let piece = min(1_000, length - 1 - arrived)
            [UInt8](repeating: 0x20, count: piece).withUnsafeBytes { parser.append($0) }
            arrived += piece
            while case .needBodyRoom(let bytes) = parser.next() {
                #expect(bytes >= arrived && bytes <= min(length, max(arrived, granted * 3 / 2)))
                granted = bytes
                parser.grantBody(bytes)
            }
        }
        #expect(granted >= length - 1 && granted <= length)
    }

    /// Nothing is copied before the room was granted.
    @Test func withoutRoomNothingGoesOn() {
        let head = Self.post("Content-Length: 3")
        let parser = RequestParser()
        (head + Array("ab".utf8)).withUnsafeBytes { parser.append($0) }
        _ = parser.next()
        for _ in 0..<3 {
            guard case .needBodyRoom(2) = parser.next() else {
                Issue.record("it goes on")
                return
            }
        }
        #expect(parser.bufferedCount == 2)
    }

    @Test func aParserThatIsStoppedForgetsEverything() {
        let head = Self.post("Content-Length: 3")
        let parser = RequestParser()
        (head + Array("ab".utf8)).withUnsafeBytes { parser.append($0) }
        _ = parser.next()
        parser.stop()
        #expect(parser.bufferedCount == 0)
        Self.post("Content-Length: 0").withUnsafeBytes { parser.append($0) }
        guard case .failed = parser.next() else {
            Issue.record("it goes on")
            return
        }
    }
}
