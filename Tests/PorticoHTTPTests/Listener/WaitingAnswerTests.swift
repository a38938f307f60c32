import Glibc
import HTTPWire
import JSONBytes
import SocketLoop
import TestHTTP
import Testing
@testable import PorticoHTTP

/// Answers that their clients do not fetch, or fetch too slowly.
struct WaitingAnswerTests {
    private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    /// Answers every request by the same bytes.
    private final class SharingHandler: HTTPHandler {
        let bytes: DetachedBytes = {
            let buffer = ResponseBuffer()
            buffer.append([UInt8](repeating: 0x61, count: 16 << 20))
            return buffer.share()
        }()
        func decide(on head: HTTPRequest, _ sink: ResponseSink) {
            sink.connection.readBody(of: .stranger(sink.connection.origin))
        }
        func handle(_ request: HTTPRequest, _ sink: ResponseSink) {
            sink.respond(HTTPResponse(head: HTTPResponseHead(status: 200), body: ResponseBuffer(sharing: bytes)))
        }
        func response(to failure: HTTPFailure) -> HTTPResponse {
            HTTPResponse(head: HTTPResponseHead(status: failure.status), body: nil)
        }
    }

    @Test func anAnswerCountsForAsLongAsItWaits() throws {
        let server = try Loopback(EchoHandler()), client = try server.connect()
        #expect(try server.exchange(get("/x"), on: client).status == 200)
        #expect(server.answers.peak == 0)
        client.send(get("/large"))
        server.turn { server.answers.used == 16 << 20 }
        server.turn {
            client.receive(); return client.answers.count == 2
        }
        server.turn { server.answers.used == 0 }
        var leaving: Client? = try server.connect()
        leaving?.send(get("/large"))
        server.turn { server.answers.used == 16 << 20 }
        leaving = nil
        server.turn { server.answers.used == 0 }
    }

    /// Unread answers of the same bytes are there, and count, once.
    @Test func sharedBytesCountOnce() throws {
        let server = try Loopback(SharingHandler())
        var clients = try (0..<20).map { _ in try server.connect() }
        for client in clients { client.send(get("/")) }
        server.turn { server.listener.connectionCount == 20 && server.answers.used > 0 }
        server.idle()
        #expect(server.answers.used == 16 << 20 && server.answers.peak == 16 << 20)
        clients.removeLast(19)
        server.turn { server.listener.connectionCount == 1 }
        #expect(server.answers.used == 16 << 20)
        clients = []
        server.turn { server.answers.used == 0 }
    }

    /// Bytes now and then do not buy time for ever.
    @Test func whoFetchesTooLittleIsDropped() throws {
        let server = try Loopback(EchoHandler()) {
            $0[.writeTimeout] = 300
            $0[.writeRate] = 100 << 20
        }
        let client = try server.connect()
        client.send(get("/large"))
        server.turn { server.answers.used > 0 }
        // A little in each turn, far below the rate.
        server.turn {
            client.take(4_096)
            return server.listener.connectionCount == 0
        }
        #expect(server.listener.statistics.limitsHit == [.writeRate: 1])
        #expect(server.answers.used == 0)
    }

    /// A client that keeps the rate has all the time that it needs.
    @Test func whoKeepsTheRateIsServedToTheEnd() throws {
        let server = try Loopback(EchoHandler()) {
            $0[.writeTimeout] = 150
            $0[.writeRate] = 1 << 10
        }
        let client = try server.connect()
        client.send(get("/large"))
        server.turn { server.answers.used > 0 }
        let end = server.reactor.now + 1_000
        server.turn {
            client.take(65_536); return server.reactor.now >= end
        }
        server.turn {
            client.receive(); return client.answers.count == 1
        }
        #expect(server.listener.statistics.limitsHit.isEmpty)
    }

    /// When answers fill their budget, those give way whose clients fetch most slowly.
    @Test func slowReadersGiveWayToNewAnswers() throws {
        let server = try Loopback(EchoHandler()) { $0[.answerBytes] = 40 << 20 }
        let stopped = try server.connect(), slow = try server.connect()
        for client in [stopped, slow] { client.send(get("/large")) }
        server.turn { server.answers.used == 32 << 20 }
        let end = server.reactor.now + HTTPListener.slowAfter + 100
        server.turn {
            slow.take(1_024); return server.reactor.now >= end
        }
        let other = try server.connect()
        other.send(get("/large"))
        server.turn { server.listener.statistics.slowReaders == 1 }
        #expect(server.listener.connectionCount == 2 && server.answers.used <= 40 << 20)
        server.turn {
            other.receive(); return other.answers.count == 1
        }
        #expect(other.answers.first?.bytes.count == 16 << 20)
    }

    /// Where nobody is slow yet, the newcomer's answer is given up rather than the limit.
    @Test func withoutSlowReadersTheLimitHolds() throws {
        let server = try Loopback(EchoHandler()) { $0[.answerBytes] = 20 << 20 }
        let one = try server.connect(), other = try server.connect()
        one.send(get("/large"))
        server.turn { server.answers.used == 16 << 20 }
        other.send(get("/large"))
        server.turn { server.listener.connectionCount == 1 }
        #expect(server.listener.statistics.limitsHit == [.answerBytes: 1] && server.answers.peak <= 20 << 20)
    }
}
