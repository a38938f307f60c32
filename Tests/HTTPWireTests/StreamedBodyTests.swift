import HTTPWire
import Testing

@Suite struct StreamedBodyTests {
    private static func written(_ body: StreamedBody, _ pieces: [String]) -> String {
        var output: [UInt8] = []
        for piece in pieces { Array(piece.utf8).withUnsafeBytes { body.append($0, to: &output) } }
        body.appendEnd(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func chunksHaveTheirSizesInFront() {
        #expect(
            Self.written(.chunked, ["hello", "", String(repeating: "x", count: 26)])
                == "5\r\nhello\r\n1a\r\nxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n0\r\n\r\n")
        #expect(Self.written(.chunked, []) == "0\r\n\r\n")
        #expect(Self.written(.plain, ["hello", "", " you"]) == "hello you")
        #expect(Self.written(.omitted, ["hello"]).isEmpty)
    }

    @Test(arguments: [1, 9, 10, 15, 16, 255, 256, 4_095, 65_536, 1_000_000])
    func sizesAreHexadecimal(size: Int) {
        var output: [UInt8] = []
        [UInt8](repeating: 0x61, count: size).withUnsafeBytes { StreamedBody.chunked.append($0, to: &output) }
        let line = String(size, radix: 16) + "\r\n"
        #expect(output.starts(with: line.utf8) && output.count == line.utf8.count + size + 2)
    }

    /// What is written is read back by the parser of requests, which knows the same coding.
    @Test func aChunkedBodyIsReadBack() {
        var bytes = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        bytes += Array(Self.written(.chunked, ["one ", "two ", String(repeating: "3", count: 300)]).utf8)
        let parser = RequestParser()
        bytes.withUnsafeBytes { parser.append($0) }
        while true {
            switch parser.next() {
            case .head: continue
            case .needBodyRoom(let room): parser.grantBody(room)
            case .request(let request):
                #expect(
                    String(decoding: request.body, as: UTF8.self) == "one two " + String(repeating: "3", count: 300))
                return
            default:
                Issue.record("not read")
                return
            }
        }
    }

    private static func head(_ writer: ResponseWriter, _ status: Int) -> String {
        var output: [UInt8] = []
        writer.writeHead(HTTPResponseHead(status: status), bodyLength: nil, date: Array("DATE".utf8), into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func theHeadSaysHowTheBodyComes() {
        let modern = ResponseWriter(keepAlive: true), old = ResponseWriter(keepAlive: false, version: .http10)
        let toHead = ResponseWriter(omitsBody: true, keepAlive: true)
        #expect(Self.head(modern, 200) == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ndate: DATE\r\n\r\n")
        #expect(Self.head(old, 200) == "HTTP/1.1 200 OK\r\nconnection: close\r\ndate: DATE\r\n\r\n")
        // To HEAD the same as to GET.
        #expect(Self.head(toHead, 200) == Self.head(modern, 200))
        #expect(Self.head(modern, 204) == "HTTP/1.1 204 No Content\r\ndate: DATE\r\n\r\n")
        #expect(
            Self.head(modern, 101)
                == "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\ndate: DATE\r\n\r\n")
        #expect(modern.streamedBody(status: 200) == .chunked && old.streamedBody(status: 200) == .plain)
        #expect(toHead.streamedBody(status: 200) == .omitted && modern.streamedBody(status: 304) == .omitted)
    }
}
