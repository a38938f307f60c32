import SocketLoop
import TestHTTP
import Testing

/// What happens when all connections are taken.
struct ConnectionEvictionTests {
    private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    @Test func theOneThatHasWaitedLongestIsClosed() throws {
        let server = try Loopback(EchoHandler(), mostConnections: 3)
        let clients = try (0..<3).map { _ in try server.connect() }
        for client in clients { #expect(try server.exchange(get("/x"), on: client).status == 200) }
        // The first one has asked again; now the second has waited longest.
        #expect(try server.exchange(get("/again"), on: clients[0]).status == 200)
        #expect(try server.exchange(get("/new")).body == "/new")
        for client in clients { client.receive() }
        #expect(clients.map(\.isEnded) == [false, true, false])
        #expect(server.listener.connectionCount == 3 && server.listener.statistics.evicted == 1)
    }

    /// A head that drips keeps nobody out.
    @Test func whoSendsHalfAHeadWaitsToo() throws {
        let server = try Loopback(EchoHandler(), mostConnections: 1)
        let slow = try server.connect()
        slow.send("GET / HTTP/1.1\r\nHo")
        server.turn { server.listener.connectionCount == 1 }
        server.idle()
        #expect(try server.exchange(get("/new")).body == "/new")
        server.turn {
            slow.receive(); return slow.isEnded
        }
    }

    @Test func whoIsBeingAnsweredStays() throws {
        let handler = EchoHandler(), server = try Loopback(handler, mostConnections: 1)
        let busy = try server.connect()
        busy.send(get("/hold"))
        server.turn { handler.held.count == 1 }
        let other = try server.connect()
        other.send(get("/other"))
        server.turn { server.listener.statistics.limitsHit[.connections] == 1 }
        server.idle()
        #expect(server.listener.connectionCount == 1 && server.listener.statistics.evicted == 0)
        handler.release()
        // Once it is answered it only waits, and the other takes its place.
        server.turn {
            busy.receive(); other.receive(); return !other.answers.isEmpty
        }
        #expect(busy.answers.map(\.body) == ["/hold"] && busy.isEnded)
    }

    @Test func anAddressThatHasItsShareTakesItFromItself() throws {
        let server = try Loopback(EchoHandler(), mostConnections: 100, countsThisMachine: true) {
            $0[.connections] = 4
            $0[.connectionShare] = 50
        }
        let first = try server.connect(), second = try server.connect()
        for client in [first, second] { #expect(try server.exchange(get("/x"), on: client).status == 200) }
        #expect(server.listener.connectionCount == 2)
        #expect(try server.exchange(get("/third")).status == 200)
        server.turn {
            first.receive(); return first.isEnded
        }
        #expect(server.listener.connectionCount == 2 && server.listener.statistics.limitsHit == [.connectionShare: 1])
    }

    /// All of the share is being answered: the new one is turned away, and nobody else's place is
    /// taken.
    @Test func anAddressThatUsesItsShareIsTurnedAway() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, mostConnections: 100, countsThisMachine: true) {
            $0[.connections] = 2
            $0[.connectionShare] = 50
        }
        let busy = try server.connect()
        busy.send(get("/hold"))
        server.turn { handler.held.count == 1 }
        let other = try server.connect()
        server.turn {
            other.receive(); return other.isEnded
        }
        #expect(other.answers.isEmpty && server.listener.connectionCount == 1)
        handler.release()
        server.turn {
            busy.receive(); return !busy.answers.isEmpty
        }
    }
}
