import HTTPWire
import Testing

@Suite struct ContinueTests {
    static func head(_ framing: String, version: String = "HTTP/1.1") -> [UInt8] {
        Array(lines("POST / \(version)", "Host: a", framing, "Expect: 100-Continue").utf8)
    }

    @Test(arguments: [("Content-Length: 3", "abc"), ("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n")])
    func isSaidOnceWhenTheBodyIsMissing(framing: String, body: String) {
        let whole = Self.head(framing) + Array(body.utf8)
        let start = Self.head(framing).count
        let waiting = ParserRun(whole, pieces: [start, 0, 0])
        #expect(waiting.continues == 1 && waiting.requests.count == 1)
        #expect(ParserRun(whole, pieces: [start + 1]).continues == 0)
        #expect(ParserRun(whole).continues == 0)
        #expect(ParserRun(whole, pieces: [Int](repeating: 1, count: whole.count)).continues == 1)
    }

    @Test func isNotSaidWithoutABodyOrToOldClients() {
        let empty = ParserRun(Self.head("Content-Length: 0"))
        #expect(empty.continues == 0 && empty.requests.count == 1)
        #expect(ParserRun(Self.head("Content-Length: 3", version: "HTTP/1.0")).continues == 0)
    }

    @Test func doesNotOutliveItsRequest() {
        let next = Array(lines("POST /2 HTTP/1.1", "Host: a", "Content-Length: 3").utf8)
        let run = ParserRun(
            Self.head("Content-Length: 0") + next, pieces: [Self.head("Content-Length: 0").count, next.count])
        #expect(run.continues == 0 && run.requests.count == 1)
    }
}
