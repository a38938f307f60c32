import HTTPWire
import JSONBytes
import SocketLoop
import TestHTTP
@testable import PorticoHTTP

/// Answers `/whole` at once; the test answers all else by the sinks.
final class StreamingHandler: HTTPHandler {
    private(set) var paths: [String] = []
    private(set) var sinks: [ResponseSink] = []
    /// Sinks whose clients went away.
    private(set) var closed = 0

    static var whole: HTTPResponse {
        let body = ResponseBuffer()
        body.append("whole")
        return HTTPResponse(head: HTTPResponseHead(status: 200), body: body)
    }

    func decide(on head: HTTPRequest, _ sink: ResponseSink) { handle(head, sink) }

    func handle(_ request: HTTPRequest, _ sink: ResponseSink) {
        paths.append(request.path)
        if request.path == "/whole" { return sink.respond(Self.whole) }
        sinks.append(sink)
        sink.onClose { [unowned self] in closed += 1 }
    }

    func response(to failure: HTTPFailure) -> HTTPResponse {
        HTTPResponse(head: HTTPResponseHead(status: failure.status), body: nil)
    }

    /// Answers the last request in pieces.
    func stream(_ pieces: [String], status: Int = 200) {
        let sink = sinks[sinks.count - 1]
        sink.head(HTTPResponseHead(status: status))
        for piece in pieces { sink.chunk(Array(piece.utf8)) }
        sink.end()
    }
}
