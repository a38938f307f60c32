import Testing

@testable import portico

/// Reading answers, and telling which of them count.
@Suite struct BenchClientTests {
    /// What the parser makes of a text that comes in pieces of so many bytes: the status and the
    /// body.
    private func parse(
        _ text: String, by size: Int = 1
    ) throws(BenchResponseParser.Failure) -> (status: Int, body: String, keepsAlive: Bool)? {
        var parser = BenchResponseParser()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            var failure: BenchResponseParser.Failure?, isWhole = false
            bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { raw in
                do throws(BenchResponseParser.Failure) { isWhole = try parser.take(raw) } catch { failure = error }
            }
            if let failure { throw failure }
            if isWhole {
                return (parser.status, parser.withBody { String(decoding: $0, as: UTF8.self) }, parser.keepsAlive)
            }
        }
        return nil
    }

    private static let plain =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nContent-Length:  11 \r\n\r\n{\"data\":{}}"

    @Test(arguments: [1, 2, 7, 1_000]) func anAnswerMayComeInPieces(size: Int) throws {
        let answer = try #require(try parse(Self.plain, by: size))
        #expect(answer.status == 200 && answer.body == #"{"data":{}}"# && answer.keepsAlive)
        let last = try #require(try parse("HTTP/1.1 503 \r\nconnection: close\r\ncontent-length: 0\r\n\r\n", by: size))
        #expect(last.status == 503 && last.body.isEmpty && !last.keepsAlive)
        #expect(try parse(String(Self.plain.dropLast()), by: size) == nil)
    }

    @Test func theParserIsUsedAgain() throws {
        var parser = BenchResponseParser()
        for body in ["one", "", "three"] {
            var text = "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
            let isWhole = try text.withUTF8 { try parser.take(UnsafeRawBufferPointer($0)) }
            #expect(isWhole)
            #expect(parser.withBody { String(decoding: $0, as: UTF8.self) } == body)
            parser.reset()
            #expect(parser.isEmpty)
        }
    }

    @Test(arguments: [
        ("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", "not HTTP/1.1"), ("nonsense\r\n\r\n", "not HTTP/1.1"),
        ("HTTP/1.1 2x0 OK\r\n\r\n", "not HTTP/1.1"),
        ("HTTP/1.1 100 Continue\r\n\r\n", "status 100"), ("HTTP/1.1 200 OK\r\n\r\n", "no content-length"),
        ("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "no number"),
        ("HTTP/1.1 200 OK\r\ncontent-length: \r\n\r\n", "no number"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", "no number"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "in chunks"),
        ("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n", "compressed"),
        ("HTTP/1.1 200 OK\r\n: x\r\n\r\n", "no field"), ("HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n", "no field"),
        ("HTTP/1.1 200 OK\r\na\rb: c\r\n\r\n", "CR LF"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n", "more than"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab", "more bytes"),
    ])
    func whatIsNotUnderstoodIsRefused(_ text: String, _ part: String) {
        let failure = #expect(throws: BenchResponseParser.Failure.self) { _ = try parse(text, by: 1_000) }
        #expect(failure?.description.contains(part) == true, "\(String(describing: failure))")
    }

    @Test func aHeadHasAnEnd() {
        let failure = #expect(throws: BenchResponseParser.Failure.self) {
            _ = try parse("HTTP/1.1 200 OK\r\nx: " + String(repeating: "y", count: 20_000), by: 4_096)
        }
        #expect(failure?.description.contains("head") == true)
    }

    @Test(
        arguments: [
            (200, #"{"data":{"a":1}}"#, nil), (200, #"{"data":{"errors":[{"message":"a field of that name"}]}}"#, nil),
            (200, #"{"data":{"a":"\"errors\""}}"#, nil),
            (200, #"{"data":null,"errors":[{"message":"no"}]}"#, "no"),
            (200, #"{"errors":[{"message":"first"},{"message":"second"}]}"#, "first"),
            (401, #"{"errors":[{"message":"who"}]}"#, #"status 401: {"errors":[{"message":"who"}]}"#),
            (200, "", "the answer is empty"),
        ] as [(Int, String, String?)])
    func errorsAreFound(_ status: Int, _ body: String, _ problem: String?) {
        #expect(BenchAnswer(status: status, body: Array(body.utf8)).problem == problem)
    }

    @Test func statementsAreReadFromTheMetrics() {
        let text =
            "# HELP portico_pool_statements_total x\n# TYPE portico_pool_statements_total counter\nportico_pool_statements_total 12\nportico_pool_statements_total_more 5\n"
        #expect(RunningTarget.statements(in: text) == 12)
        #expect(
            RunningTarget.statements(
                in: "portico_pool_statements_total{worker=\"0\"} 3\nportico_pool_statements_total{worker=\"1\"} 4\n")
                == 7)
        #expect(RunningTarget.statements(in: "go_gc 1\n") == nil)
    }
}
