import Foundation
import HTTPWire
import TestRandom
import Testing

@Suite struct ResponseWriterTests {
    static let date = Array("DATE".utf8)

    static func written(
        _ writer: ResponseWriter, status: Int, body: String = "hello", head: (inout HTTPResponseHead) -> Void = { _ in }
    ) -> String {
        var response = HTTPResponseHead(status: status)
        head(&response)
        var output: [UInt8] = []
        writer.writeHead(response, bodyLength: body.utf8.count, date: date, into: &output)
        if writer.sendsBody(status: status) { output += Array(body.utf8) }
        return String(decoding: output, as: UTF8.self)
    }

    @Test func writesAnAnswer() {
        let answer = Self.written(ResponseWriter(keepAlive: true), status: 200) {
            $0.add("content-type", "application/json")
            $0.add("x-request-id", String("r1"))
        }
        #expect(
            answer
                == "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: r1\r\ncontent-length: 5\r\ndate: DATE\r\n\r\nhello"
        )
    }

    @Test func appendsBehindWhatIsThere() {
        var output = Array("before".utf8)
        ResponseWriter(keepAlive: true).writeHead(
            HTTPResponseHead(status: 404), bodyLength: 0, date: Self.date, into: &output)
        #expect(
            String(decoding: output, as: UTF8.self)
                == "beforeHTTP/1.1 404 Not Found\r\ncontent-length: 0\r\ndate: DATE\r\n\r\n")
    }

    @Test func saysWhatBecomesOfTheConnection() {
        #expect(Self.written(ResponseWriter(keepAlive: false), status: 200).contains("\r\nconnection: close\r\n"))
        #expect(
            Self.written(ResponseWriter(keepAlive: true, version: .http10), status: 200).contains(
                "\r\nconnection: keep-alive\r\n"))
        #expect(!Self.written(ResponseWriter(keepAlive: true), status: 200).contains("connection"))
        #expect(
            Self.written(ResponseWriter(keepAlive: false, version: .http10), status: 200).contains(
                "\r\nconnection: close\r\n"))
    }

    @Test func headHasTheLengthAlone() throws {
        let request = try RequestTests.request(lines("HEAD / HTTP/1.0"))
        let answer = Self.written(ResponseWriter(for: request, keepAlive: false), status: 200)
        #expect(answer == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\ndate: DATE\r\n\r\n")
    }

    @Test(arguments: [204, 304])
    func someStatusesHaveNoBody(status: Int) {
        let answer = Self.written(ResponseWriter(keepAlive: true), status: status)
        #expect(answer.hasSuffix("\r\ndate: DATE\r\n\r\n") && !answer.contains("content-length"))
    }

    @Test(arguments: [
        (299, "HTTP/1.1 299 \r\n"), (503, "HTTP/1.1 503 Service Unavailable\r\n"),
        (7, "HTTP/1.1 500 Internal Server Error\r\n"),
        (-1, "HTTP/1.1 500 Internal Server Error\r\n"),
    ])
    func statusLines(status: Int, line: String) {
        #expect(Self.written(ResponseWriter(keepAlive: true), status: status).hasPrefix(line))
    }

    @Test(arguments: ["a\r\nx: y", "a\nb", "a\rb", "\u{0}", "12345678\n", "\u{7F}"])
    func aValueCannotEndItsLine(value: String) {
        let answer = Self.written(ResponseWriter(keepAlive: true), status: 200) {
            let added = $0.add("x-request-id", value)
            #expect(!added)
        }
        #expect(!answer.contains("x-request-id"))
    }

    @Test func theHeadCanBeWrittenAlone() {
        var output: [UInt8] = []
        let writer = ResponseWriter(keepAlive: true)
        writer.writeHead(HTTPResponseHead(status: 200), bodyLength: 1_234_567, date: Self.date, into: &output)
        #expect(
            String(decoding: output, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\ncontent-length: 1234567\r\ndate: DATE\r\n\r\n")
        #expect(writer.sendsBody(status: 200) && !writer.sendsBody(status: 204))
    }

    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    ])
    func dates(seconds: Int64, expected: String) {
        #expect(String(decoding: HTTPDate.format(unixSeconds: seconds), as: UTF8.self) == expected)
    }

    @Test func datesAgreeWithFoundation() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<500 {
            let seconds = Int64.random(in: 0..<253_402_300_799, using: &generator)
            let written = String(decoding: HTTPDate.format(unixSeconds: seconds), as: UTF8.self)
            #expect(written == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
        }
    }
}
