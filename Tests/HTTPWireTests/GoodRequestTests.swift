@testable import HTTPWire
import TestRandom
import Testing

@Suite struct GoodRequestTests {
    static let chunkedHead = lines("POST /c HTTP/1.1", "Host: a", "Transfer-Encoding: Chunked")
    static let chunkedRequest = "POST /c http11 keep [host=a|transfer-encoding=Chunked] "

    static let cases: [(bytes: String, requests: [String])] = [
        (lines("GET / HTTP/1.1", "Host: a"), ["GET / http11 keep [host=a] "]),
        (
            lines("GET /graphql?query={a} HTTP/1.1", "Host: a:8080"),
            ["GET /graphql?query={a} http11 keep [host=a:8080] "]
        ),
        (lines("get /x HTTP/1.1", "Host: a"), ["get /x http11 keep [host=a] "]),
        (lines("PURGE /x HTTP/1.1", "Host: a"), ["PURGE /x http11 keep [host=a] "]),
        (lines("GET /?? HTTP/1.1", "Host: a"), ["GET /?? http11 keep [host=a] "]),
        (lines("GET /a%20b;c=d@:!$&'()*+,~ HTTP/1.1", "Host: a"), ["GET /a%20b;c=d@:!$&'()*+,~ http11 keep [host=a] "]),
        (lines("OPTIONS * HTTP/1.1", "Host: a"), ["OPTIONS * http11 keep [host=a] "]),
        (lines("GET http://b.example:81/x?y HTTP/1.1", "Host: a"), ["GET /x?y http11 keep [host=a] "]),
        (lines("GET HTTPS://b?y HTTP/1.1", "Host: a"), ["GET /?y http11 keep [host=a] "]),
        (lines("GET http://b HTTP/1.1", "Host: a"), ["GET / http11 keep [host=a] "]),
        (lines("GET / HTTP/1.0"), ["GET / http10 close [] "]),
        (lines("GET / HTTP/1.0", "Connection: Keep-Alive"), ["GET / http10 keep [connection=Keep-Alive] "]),
        (
            lines("GET / HTTP/1.0", "Connection: keep-alive, close"),
            ["GET / http10 close [connection=keep-alive, close] "]
        ),
        (
            lines("GET / HTTP/1.0", "Expect: 100-continue", "Content-Length: 1") + "x",
            ["GET / http10 close [expect=100-continue|content-length=1] x"]
        ),
        (
            lines("GET / HTTP/1.1", "Host: a", "Connection: x , CLOSE"),
            ["GET / http11 close [host=a|connection=x , CLOSE] "]
        ),
        (lines("GET / HTTP/1.1", "hOsT:\t a.b-c_d \t"), ["GET / http11 keep [host=a.b-c_d] "]),
        (lines("GET / HTTP/1.1", "Host: [::1]:80"), ["GET / http11 keep [host=[::1]:80] "]),
        (
            lines("GET / HTTP/1.1", "Host: a", "X:", "Y: ", "!#$%&'*+-.^_`|~09AZ: é \t\"v\""),
            ["GET / http11 keep [host=a|x=|y=|!#$%&'*+-.^_`|~09az=é \t\"v\"] "]
        ),
        (
            lines("POST / HTTP/1.1", "Host: a", "Content-Length: 5") + "hello",
            ["POST / http11 keep [host=a|content-length=5] hello"]
        ),
        (lines("POST / HTTP/1.1", "Host: a", "Content-Length: 0"), ["POST / http11 keep [host=a|content-length=0] "]),
        (
            lines("POST / HTTP/1.1", "Host: a", "Content-Length: 0005") + "hello",
            ["POST / http11 keep [host=a|content-length=0005] hello"]
        ),
        (lines("POST / HTTP/1.1", "Host: a"), ["POST / http11 keep [host=a] "]),
        (chunkedHead + "5\r\nhello\r\n0\r\n\r\n", [chunkedRequest + "hello"]),
        (
            chunkedHead + "00000000000000aB;x=\"y\"\r\n" + String(repeating: "z", count: 171)
                + "\r\n1;q\r\n!\r\n000\r\nT: v\r\nU:\r\n\r\n",
            [chunkedRequest + String(repeating: "z", count: 171) + "!"]
        ),
        (chunkedHead + "0\r\n\r\n", [chunkedRequest]),
        ("\r\n\r\n" + lines("GET / HTTP/1.1", "Host: a"), ["GET / http11 keep [host=a] "]),
        (
            lines("GET /1 HTTP/1.1", "Host: a") + "\r\n" + lines("GET /2 HTTP/1.1", "Host: a") + "\r\n\r\n"
                + lines("GET /3 HTTP/1.1", "Host: a") + "GET /4",
            ["GET /1 http11 keep [host=a] ", "GET /2 http11 keep [host=a] ", "GET /3 http11 keep [host=a] "]
        ),
        (
            lines("POST /1 HTTP/1.1", "Host: a", "Content-Length: 3") + "abc" + chunkedHead + "1\r\nd\r\n0\r\n\r\n"
                + lines("GET /3 HTTP/1.1", "Host: a"),
            ["POST /1 http11 keep [host=a|content-length=3] abc", chunkedRequest + "d", "GET /3 http11 keep [host=a] "]
        ),
    ]

    @Test(arguments: cases)
    func accepts(bytes: String, requests: [String]) {
        let run = ParserRun(bytes)
        #expect(run.requests == requests)
        #expect(run.failure == nil, "\(run.reason ?? "")")
    }

    @Test(arguments: cases)
    func byteByByte(bytes: String, requests: [String]) {
        let run = ParserRun(Array(bytes.utf8), pieces: [Int](repeating: 1, count: bytes.utf8.count))
        #expect(run.requests == requests)
        #expect(run.failure == nil, "\(run.reason ?? "")")
    }

    @Test(arguments: cases)
    func inRandomPieces(bytes: String, requests: [String]) {
        var generator = SeededGenerator(seed: UInt64(bytes.utf8.count))
        for _ in 0..<30 {
            let pieces = (0..<20).map { _ in Int.random(in: 0..<40, using: &generator) }
            let run = ParserRun(Array(bytes.utf8), pieces: pieces)
            #expect(run.requests == requests && run.failure == nil, "\(pieces)")
        }
    }

    @Test func fiftyRequestsInOneBuffer() {
        var bytes = ""
        for number in 0..<50 {
            if number.isMultiple(of: 2) {
                bytes += lines("GET /\(number) HTTP/1.1", "Host: a")
            } else {
                bytes +=
                    lines("POST /\(number) HTTP/1.1", "Host: a", "Content-Length: \(number)")
                    + String(repeating: "b", count: number)
            }
        }
        let run = ParserRun(bytes)
        #expect(run.requests.count == 50)
        for (number, request) in run.requests.enumerated() {
            #expect(
                request.contains(" /\(number) ")
                    && request.filter { $0 == "b" }.count == (number.isMultiple(of: 2) ? 0 : number))
        }
    }

    @Test func bodyUpToTheLimit() {
        let body = String(repeating: "b", count: 1000)
        let limits = HTTPLimits(body: 1000)
        #expect(
            ParserRun(lines("POST / HTTP/1.1", "Host: a", "Content-Length: 1000") + body, limits: limits).requests.count
                == 1)
        let half = body.prefix(500)
        #expect(
            ParserRun(Self.chunkedHead + "1f4\r\n\(half)\r\n1F4\r\n\(half)\r\n0\r\n\r\n", limits: limits).requests.count
                == 1)
    }

    @Test func readsThroughARoom() {
        let parser = RequestParser(), shared = InputRoom(bytes: 10_000)
        let bytes = Array(lines("GET /x HTTP/1.1", "Host: a").utf8)
        let count = parser.read(through: shared) { room in
            #expect(room.count == 10_000)
            room.copyBytes(from: bytes)
            return bytes.count
        }
        #expect(count == bytes.count)
        #expect(parser.progress == .inHead)
        guard case .request(let request) = parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(request.pathIs("/x"))
        #expect(parser.progress == .betweenRequests && parser.bufferedCount == 0)
        parser.settle(shared)
        let failed = parser.read(through: shared) { _ in -1 }
        #expect(failed == -1)
        #expect(!shared.isLent)
    }

    /// Two connections read through one room by turns: what waits of one is not touched by what the
    /// other reads.
    @Test func whatWaitsLiesInMemoryOfItsOwn() {
        let shared = InputRoom(bytes: 64), one = RequestParser(), other = RequestParser()
        func read(_ text: String, _ parser: RequestParser) -> String {
            let bytes = Array(text.utf8)
            let count = parser.read(through: shared) { room in
                room.copyBytes(from: bytes)
                return bytes.count
            }
            #expect(count == bytes.count)
            defer { parser.settle(shared) }
            if case .request(let request) = parser.next() { return request.path }
            return "-"
        }
        #expect(read("GET /one HTTP/1.1\r\nHo", one) == "-")
        #expect(read("GET /other HTTP/1.1\r\nHost: b\r\n\r\nGET /next", other) == "/other")
        #expect(read("st: a\r\n\r\n", one) == "/one")
        #expect(other.bufferedCount == 9 && one.bufferedCount == 0)
        #expect(read(" HTTP/1.1\r\nHost: b\r\n\r\n", other) == "/next")
        #expect(!shared.isLent)
    }

    /// A read within another parser's turn does without the room.
    @Test func aRoomThatIsLentIsNotLentTwice() {
        let shared = InputRoom(bytes: 64), one = RequestParser(), other = RequestParser()
        let first = Array("GET /one HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
            second = Array("GET /two HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        func fill(_ bytes: [UInt8]) -> (UnsafeMutableRawBufferPointer) -> Int {
            { room in
                room.copyBytes(from: bytes)
                return bytes.count
            }
        }
        _ = one.read(through: shared, fill(first))
        #expect(shared.isLent)
        _ = other.read(through: shared, fill(second))
        other.settle(shared)
        #expect(shared.isLent)
        guard case .request(let request) = one.next(), case .request(let another) = other.next() else {
            Issue.record("no requests")
            return
        }
        #expect(request.path == "/one" && another.path == "/two")
        one.settle(shared)
        #expect(!shared.isLent)
    }
}
