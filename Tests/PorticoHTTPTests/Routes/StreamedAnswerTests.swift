import HTTPWire
import PorticoConfiguration
import PorticoTelemetry
import SocketLoop
import TestHTTP
import Testing
@testable import PorticoHTTP

/// What is counted of answers in pieces.
struct StreamedAnswerTests {
    private final class Handler: HTTPHandler {
        let surface = ResponsePolicy()
        var log: RequestLog!
        var contexts: [RequestContext] = []
        private var ids = RequestIDSource()

        func decide(on head: HTTPRequest, _ sink: ResponseSink) { handle(head, sink) }

        func handle(_ request: HTTPRequest, _ sink: ResponseSink) {
            contexts.append(
                RequestContext(request, sink, requestID: ids.next(), route: "/stream", log: log, surface: surface))
        }

        func response(to failure: HTTPFailure) -> HTTPResponse {
            HTTPResponse(head: HTTPResponseHead(status: failure.status), body: nil)
        }
    }

    @Test func anAnswerIsUnderWayUntilItsEnd() throws {
        let handler = Handler(), server = try Loopback(handler) { $0[.halfClosedTimeout] = 100 }
        handler.log = RequestLog(
            reactor: server.reactor, configuration: LoggingConfiguration(), writer: LogWriter(descriptor: -1))
        let statistics = handler.surface.statistics, client = try server.connect()
        client.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        server.turn { handler.contexts.count == 1 }
        handler.contexts[0].begin(status: 200, contentType: "text/event-stream")
        handler.contexts[0].sink.chunk(Array("data: 1\n\n".utf8))
        server.idle()
        #expect(statistics.inFlight == 1 && statistics.answers.isEmpty)
        handler.contexts[0].end()
        server.turn {
            client.receive(); return client.answers.count == 1
        }
        #expect(client.answers[0].headers["x-request-id"] != nil && client.answers[0].body == "data: 1\n\n")
        #expect(statistics.inFlight == 0 && statistics.answers.map(\.status) == [200])
        var leaving: Client? = try server.connect()
        leaving?.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        server.turn { handler.contexts.count == 2 }
        handler.contexts[1].begin(status: 200, contentType: "text/event-stream")
        leaving = nil
        server.turn { statistics.inFlight == 0 }
        handler.contexts[1].end()
        #expect(statistics.inFlight == 0 && statistics.answers.map(\.status) == [200, 499])
    }
}
