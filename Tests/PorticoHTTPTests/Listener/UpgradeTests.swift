import HTTPWire
import SocketLoop
import TLSTransport
import TestHTTP
import TestTLS
import Testing
@testable import PorticoHTTP

/// Connections that go on in another protocol.
struct UpgradeTests {
    /// Sends back what it gets, and closes at a full stop.
    private final class Echo: UpgradedProtocol {
        let sink: ResponseSink
        var timeouts = 0

        init(_ sink: ResponseSink) { self.sink = sink }

        func received(_ bytes: UnsafeRawBufferPointer) {
            sink.chunk(bytes)
            if bytes.contains(UInt8(ascii: ".")) { sink.end() }
        }

        func timedOut() {
            timeouts += 1
            sink.chunk(Array("late".utf8))
        }
    }

    private let request = "GET /up HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"

    private func upgrade(_ handler: StreamingHandler) -> Echo? {
        let sink = handler.sinks[0], echo = Echo(sink)
        var head = HTTPResponseHead(status: 101)
        head.add("upgrade", "echo")
        return sink.upgrade(head, to: echo) ? echo : nil
    }

    private func text(_ client: Client) -> String {
        client.receive()
        return String(decoding: client.received, as: UTF8.self)
    }

    @Test func anotherProtocolTakesOver() throws {
        let handler = StreamingHandler()
        let server = try Loopback(handler) {
            $0[.idleTimeout] = 200
            $0[.headerTimeout] = 200
        }
        let client = try server.connect()
        // Its first bytes come with the request.
        client.send(request + "GET / first ")
        server.turn { handler.sinks.count == 1 }
        let echo = try #require(upgrade(handler))
        server.turn { text(client).hasSuffix("first ") }
        #expect(text(client).contains("101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n"))
        #expect(!text(client).contains("content-length") && !text(client).contains("transfer-encoding"))
        // No time-out of HTTP runs, and those that the protocol asks for do.
        echo.sink.setTimeout(400)
        server.turn { text(client).hasSuffix("late") }
        #expect(echo.timeouts == 1 && handler.closed == 0)
        client.send("the end.")
        server.turn {
            _ = text(client); return client.isEnded
        }
        #expect(text(client).hasSuffix("latethe end.") && handler.closed == 0)
        client.finishSending()
        server.turn { server.listener.connectionCount == 0 }
    }

    @Test func aClientThatLeavesIsReported() throws {
        let handler = StreamingHandler(), server = try Loopback(handler)
        var client: Client? = try server.connect()
        client?.send(request)
        server.turn { handler.sinks.count == 1 }
        let echo = try #require(upgrade(handler))
        server.idle()
        client = nil
        server.turn { handler.closed == 1 }
        #expect(!echo.sink.isOpen && server.listener.connectionCount == 0)
    }

    /// Nothing is read of a client that does not fetch its echo, so that memory stays bounded.
    @Test func aSlowReaderIsNotRead() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request)
        server.turn { handler.sinks.count == 1 }
        _ = try #require(upgrade(handler))
        let piece = [UInt8](repeating: 0x61, count: 100_000)
        var sent = 0, idle = 0
        while idle < 50 {
            let count = client.send(piece)
            sent += count
            idle = count == 0 ? idle + 1 : 0
            server.reactor.poll(timeoutMilliseconds: 0)
        }
        #expect(server.answers.peak <= 2 * HTTPListener.readBytes)
        server.turn {
            client.receive(); return client.received.count > sent && server.answers.used == 0
        }
        #expect(handler.closed == 0)
    }

    @Test func aServerThatStopsClosesItInTheEnd() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request)
        server.turn { handler.sinks.count == 1 }
        let echo = try #require(upgrade(handler))
        echo.sink.onShutdown { echo.sink.chunk(Array("bye".utf8)) }
        var isStopped = false
        server.listener.stop(within: 100) { isStopped = true }
        server.turn { isStopped }
        #expect(text(client).hasSuffix("bye") && handler.closed == 1)
    }

    @Test(arguments: ["GET / HTTP/1.0\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"])
    func someRequestsCannotBeUpgraded(request: String) throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request)
        server.turn { handler.sinks.count == 1 }
        #expect(upgrade(handler) == nil)
        handler.sinks[0].respond(StreamingHandler.whole)
        server.turn {
            client.receive(); return client.answers.count == 1
        }
        #expect(client.answers[0].status == 200)
    }

    @Test func whoHasEndedItsSendingIsNotUpgraded() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request)
        client.finishSending()
        server.turn { handler.sinks.count == 1 }
        server.idle()
        #expect(upgrade(handler) == nil)
        handler.sinks[0].respond(StreamingHandler.whole)
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.body) == ["whole"])
    }

    @Test func bySecuredConnectionsToo() throws {
        let authority = try TestAuthority()
        try authority.issue("server")
        let settings = TLSSettings(certificate: authority.certificateFile("server"), key: authority.keyFile("server"))
        let handler = StreamingHandler(), server = try Loopback(handler, tls: settings)
        var options = TLSClient.Options()
        options.authority = authority.authorityFile
        let client = try server.connect(tls: options)
        client.send(request + "first ")
        server.turn {
            client.receive(); return handler.sinks.count == 1
        }
        _ = try #require(upgrade(handler))
        client.send(String(repeating: "x", count: 100_000) + ".")
        server.turn { text(client).hasSuffix("x.") }
        #expect(text(client).contains("\r\n\r\nfirst xxx"))
    }
}
