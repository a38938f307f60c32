import Testing
@testable import HTTPWire

/// Answers, split into arbitrary pieces.
@Suite struct ResponseParserTests {
    /// What becomes of an answer whose bytes come in these pieces, and behind which the stream
    /// ends.
    private func parse(_ pieces: [ArraySlice<UInt8>], hasBody: Bool = true) throws(ResponseFailure) -> ResponseParser {
        var parser = ResponseParser(limits: .init(head: 100, body: 10), hasBody: hasBody)
        for piece in pieces {
            let outcome = piece.withUnsafeBytes { bytes in
                Result { () throws(ResponseFailure) in try parser.take(bytes) }
            }
            try outcome.get()
        }
        if !parser.isComplete { try parser.end() }
        return parser
    }

    private static let answers = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Y:  z \r\n\r\nhello", 200, "hello"),
        ("HTTP/1.1 200\ncontent-length: 0\n\n", 200, ""),
        (
            "HTTP/1.1 404 Not Found\r\ntransfer-encoding: Chunked\r\n\r\n1\r\na\r\n02;x\r\nbc\r\n0\r\ny: z\r\n\r\n",
            404, "abc"
        ),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end", 200, "to the end"),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
    ]

    @Test(arguments: answers) func anAnswerInTwoPieces(_ text: String, _ status: Int, _ body: String) throws {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let parser = try parse([bytes[..<cut], bytes[cut...]])
            #expect(parser.isComplete && parser.status == status && parser.body == Array(body.utf8), "cut at \(cut)")
        }
    }

    @Test func fieldsAreFoundByTheirNames() throws {
        let parser = try parse([Array(Self.answers[0].0.utf8)[...]])
        #expect(parser.field("x-y") == "z" && parser.field("content-length") == "5" && parser.field("x") == nil)
    }

    @Test func anAnswerToCONNECTEndsWithItsHead() throws {
        #expect(try parse([Array("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".utf8)[...]], hasBody: false).isComplete)
        #expect(throws: ResponseFailure("it closed the connection within its answer")) {
            try parse([Array("HTTP/1.1 407 No\r\ncontent-length: 5\r\n\r\n".utf8)[...]], hasBody: false)
        }
    }

    @Test(arguments: [
        ("HTTP/2 200 OK\r\n\r\n", "it does not answer in HTTP/1.1"),
        ("HTTP/1.1 99 x\r\n\r\n", "it does not answer in HTTP/1.1"),
        ("HTTP/1.1 101 Switching\r\n\r\n", "it changes to another protocol"),
        ("HTTP/1.1 200 OK\r\nno field\r\n\r\n", "its head has a malformed field"),
        ("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "its Content-Length is not a number"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", "its Content-Length is not a number"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n", "its body is longer than 10 bytes"),
        ("HTTP/1.1 200 OK\r\n\r\n01234567890", "its body is longer than 10 bytes"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n", "its transfer coding is not `chunked`"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n",
            "its body has a length and chunks at the same time"
        ),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n", "its body has a malformed chunk"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
            "a chunk of its body is longer than announced"
        ),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nb\r\n", "its body is longer than 10 bytes"),
        ("HTTP/1.1 200 OK\r\nx: " + String(repeating: "y", count: 100), "its head is longer than 100 bytes"),
        ("", "it closed the connection without an answer"),
    ]) func answersThatAreRefused(_ text: String, _ reason: String) {
        #expect(throws: ResponseFailure(reason)) { try parse([Array(text.utf8)[...]]) }
        #expect(throws: ResponseFailure(reason)) { try parse(text.utf8.map { [$0][...] }) }
    }
}
