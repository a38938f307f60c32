import HTTPWire
import TestRandom
import Testing

@Suite struct BadRequestTests {
    static func with(_ fields: String...) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }
    static func chunks(_ text: String) -> String { with("Transfer-Encoding: chunked") + text }

    static let cases: [(bytes: String, status: Int)] = [
        // Request line
        ("\n", 400), (" GET / HTTP/1.1\r\n", 400), ("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("\rGET / HTTP/1.1\r\n", 400),
        ("\u{16}\u{3}", 400), ("é", 400), ("\u{0}", 400),
        ("GET\r\n", 400), ("GET /\r\n", 400), ("GET / \r\n", 400), ("GET  / HTTP/1.1\r\n", 400),
        ("GET /  HTTP/1.1\r\n", 400), ("GET / HTTP/1.1 \r\n", 400),
        ("GET\t/ HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1\n", 400), ("GET / HTTP/1.1\r\r\n", 400), ("G(T / HTTP/1.1\r\n", 400),
        ("GET / http/1.1\r\n", 400), ("GET / HTTP/1\r\n", 400),
        ("GET / HTTP/11\r\n", 400), ("GET / HTTP/1.10\r\n", 400),
        ("GET / HTTP/1.2\r\n", 505), ("GET / HTTP/2.0\r\n", 505), ("GET / HTTP/0.9\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        // Target
        ("GET x HTTP/1.1\r\n", 400), ("GET * HTTP/1.1\r\n", 400), ("CONNECT a:80 HTTP/1.1\r\n", 400),
        ("GET ftp://a/ HTTP/1.1\r\n", 400),
        ("GET http:// HTTP/1.1\r\n", 400), ("GET http:///x HTTP/1.1\r\n", 400),
        ("GET http://u@a/ HTTP/1.1\r\n", 400), ("GET http://a:x/ HTTP/1.1\r\n", 400), ("GET /#f HTTP/1.1\r\n", 400),
        ("GET /?#f HTTP/1.1\r\n", 400),
        ("GET /\u{7F} HTTP/1.1\r\n", 400), ("GET /é HTTP/1.1\r\n", 400),
        ("GET /?é HTTP/1.1\r\n", 400), ("GET /{a} HTTP/1.1\r\n", 400), ("GET /\u{0} HTTP/1.1\r\n", 400),
        ("GET /a\rb HTTP/1.1\r\n", 400),
        // Fields
        (with(" x: y"), 400), (with("X: a", " b"), 400), (with("X: a", "\tb"), 400), (with("X : y"), 400),
        (with("X\t: y"), 400), (with(": y"), 400),
        (with("x"), 400), (with("X Y: z"), 400), (with("X(: z"), 400),
        (with("é: z"), 400), (with("X: a\u{0}b"), 400), (with("X: a\rb"), 400), (with("X: 12345678\u{1F}"), 400),
        (with("X: \u{7F}"), 400),
        (with("X: 1234567\u{7F}9"), 400), (with("X: \u{8}"), 400),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
        ("GET / HTTP/1.1\r\n\n", 400),
        ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        // Host
        ("GET / HTTP/1.1\r\n\r\n", 400), (with("Host: a"), 400), (with("host: b"), 400),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: []\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400), ("GET http://b/ HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        // Length
        (with("Content-Length: 5", "Transfer-Encoding: chunked"), 400),
        (with("Transfer-Encoding: chunked", "Content-Length: 5"), 400),
        (with("Content-Length: 5", "Content-Length: 5"), 400),
        (with("Content-Length: 5, 5"), 400), (with("Content-Length: +5"), 400), (with("Content-Length: -5"), 400),
        (with("Content-Length: 0x5"), 400),
        (with("Content-Length: 5 5"), 400), (with("Content-Length:"), 400),
        (with("Content-Length: 5.0"), 400), (with("Content-Length: 99999999999999999999"), 400),
        (with("Content-Length: 18446744073709551621"), 400),
        (with("Content-Length: ５"), 400),
        (with("Content-Length: 1048577"), 413), (with("Content-Length: 9223372036854775807"), 413),
        // Transfer coding
        (with("Transfer-Encoding: gzip"), 400), (with("Transfer-Encoding: identity"), 400),
        (with("Transfer-Encoding: chunked, gzip"), 400),
        (with("Transfer-Encoding:"), 400), (with("Transfer-Encoding: chunked,"), 400),
        (with("Transfer-Encoding: chunked, chunked"), 400), (with("Transfer-Encoding: ,chunked"), 400),
        (with("Transfer-Encoding: \"chunked\""), 400),
        (with("Transfer-Encoding: chunked;q=1"), 400), (with("Transfer-Encoding: xchunked"), 400),
        (with("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), 400),
        (with("Transfer-Encoding: gzip, chunked"), 501),
        (with("Transfer-Encoding: chun\u{B}ked"), 400),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        // Chunks
        (chunks("\r\n"), 400), (chunks("g\r\n"), 400), (chunks("0x5\r\nhello\r\n"), 400),
        (chunks("5 \r\nhello\r\n"), 400), (chunks(" 5\r\nhello\r\n"), 400),
        (chunks("-5\r\n"), 400), (chunks("5\nhello\r\n"), 400),
        (chunks("5\r\nhello0\r\n\r\n"), 400), (chunks("5\r\nhello\n0\r\n\r\n"), 400), (chunks("5\r\nhello\rx"), 400),
        (chunks("00000000000000005\r\nhello\r\n"), 400), (chunks("5;a\u{1}\r\nhello\r\n"), 400),
        (chunks("5;a\rb\r\n"), 400),
        (chunks("5;" + String(repeating: "a", count: 1100) + "\r\nhello\r\n"), 400), (chunks("100001\r\n"), 413),
        (chunks("ffffffffffffffff\r\n"), 413),
        (chunks("5\r\nhello\r\nffffc\r\n"), 413),
        (chunks(String(repeating: "1;" + String(repeating: "a", count: 300) + "\r\nx\r\n", count: 4)), 400),
        // Trailers
        (chunks("0\r\nX\r\n\r\n"), 400), (chunks("0\r\n x: y\r\n\r\n"), 400), (chunks("0\r\nx : y\r\n\r\n"), 400),
        (chunks("0\r\nx: y\n\r\n"), 400),
        (chunks("0\r\nx: \u{0}\r\n\r\n"), 400), (chunks("0\r\n\n"), 400),
        (chunks("0\r\nx: " + String(repeating: "y", count: 9000) + "\r\n\r\n"), 431),
        (chunks("0\r\n" + String(repeating: "x: yyyyyyyyy\r\n", count: 700) + "\r\n"), 431),
        // Limits of the head
        ("GET /" + String(repeating: "a", count: 8179) + " HTTP/1.1\r\n", 414),
        (String(repeating: "G", count: 8194), 414),
        (with("X: " + String(repeating: "y", count: 33_000)), 431),
        ("GET / HTTP/1.1\r\nX: " + String(repeating: "y", count: 33_000), 431),
        (with("X: " + String(repeating: "y", count: 16_380), "X: " + String(repeating: "y", count: 16_380)), 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 100) + "\r\n", 431),
        // Expectations
        (with("Expect: 100-continues"), 417), (with("Expect: x"), 417), (with("Expect:"), 417),
    ]

    @Test(arguments: cases)
    func refuses(bytes: String, status: Int) {
        let run = ParserRun(bytes)
        #expect(run.failure == status, "\(run.reason ?? "no failure")")
        #expect(run.requests.isEmpty)
    }

    @Test(arguments: cases)
    func thePiecesDoNotMatter(bytes: String, status: Int) {
        let bytes = Array(bytes.utf8)
        let whole = ParserRun(bytes)
        #expect(ParserRun(bytes, pieces: [Int](repeating: 1, count: bytes.count)) == whole)
        var generator = SeededGenerator(seed: UInt64(bytes.count))
        for _ in 0..<10 {
            let pieces = (0..<20).map { _ in Int.random(in: 0..<60, using: &generator) }
            #expect(ParserRun(bytes, pieces: pieces) == whole, "\(pieces)")
        }
    }

    @Test func atTheLimitsOfTheHeadNothingIsRefused() {
        #expect(
            ParserRun("GET /" + String(repeating: "a", count: 8178) + " HTTP/1.1\r\nHost: a\r\n\r\n").requests.count
                == 1)
        #expect(
            ParserRun("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 99) + "\r\n").requests
                .count == 1)
        #expect(
            ParserRun("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n", limits: HTTPLimits(headerBlock: 17)).requests.count
                == 1)
        #expect(
            ParserRun("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n", limits: HTTPLimits(headerBlock: 14)).failure == 431)
    }

    /// A length that is announced is refused before a byte of the body is there.
    @Test func tooLongABodyIsRefusedAtOnce() {
        #expect(ParserRun("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n").failure == 413)
        #expect(
            ParserRun("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n").continues
                == 0)
    }

    @Test func theFirstFailureIsTheLastWord() {
        let parser = RequestParser()
        let good = Array(lines("GET / HTTP/1.1", "Host: a").utf8)
        let bad = Array("GET / HTTP/9.9\r\n".utf8)
        (good + bad + good).withUnsafeBytes { parser.append($0) }
        guard case .request = parser.next() else {
            Issue.record("no request")
            return
        }
        for _ in 0..<3 {
            guard case .failed(let failure) = parser.next(), failure.status == 505 else {
                Issue.record("no failure")
                return
            }
            good.withUnsafeBytes { parser.append($0) }
            #expect(parser.bufferedCount == 0)
            #expect(parser.progress == .failed)
        }
    }
}
