import SocketLoop
import TestHTTP
import Testing
@testable import PorticoHTTP

/// Bodies that do not arrive with their heads, over real sockets.
struct UnfinishedBodyTests {
    private func head(_ path: String, _ length: Int, _ fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\n\(fields)Content-Length: \(length)\r\n\r\n"
    }

    @Test func aBodyThatIsThereIsNotAskedAbout() throws {
        let handler = EchoHandler(), server = try Loopback(handler)
        #expect(try server.exchange(head("/x", 4) + "body").body == "/xbody")
        #expect(handler.heads.isEmpty && server.listener.bodies.budget.peak == 0)
    }

    @Test func aRefusalIsSentWithoutTheBody() throws {
        let handler = EchoHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(head("/refuse", 1 << 20) + "begun")
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.status) == [401] && client.answers.first?.headers["connection"] == "close")
        #expect(handler.handled.isEmpty && server.listener.bodies.budget.peak == 0)
        client.finishSending()
        server.turn { server.listener.connectionCount == 0 }
    }

    /// The final status instead of the 100 (RFC 9110, section 10.1.1).
    @Test func aRefusalComesInsteadOf100() throws {
        let server = try Loopback(EchoHandler()), client = try server.connect()
        client.send(head("/refuse", 4, "Expect: 100-continue\r\n"))
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.status) == [401])
    }

    /// While it is decided, the body waits in the kernel, and the loop has rest.
    @Test func whileItIsDecidedNothingIsRead() throws {
        let handler = EchoHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(head("/wait", 300_000))
        server.turn { handler.undecided.count == 1 }
        let sent = client.send([UInt8](repeating: 0x61, count: 100_000))
        server.idle()
        let turns = server.reactor.turns
        server.reactor.poll(timeoutMilliseconds: 50)
        #expect(server.reactor.turns == turns + 1)
        #expect(server.listener.bodies.budget.peak == 0)
        handler.undecided[0].connection.readBody(of: .stranger(.thisMachine))
        var left = 300_000 - sent
        server.turn {
            if left > 0 { left -= client.send([UInt8](repeating: 0x61, count: left)) }
            client.receive()
            return !client.answers.isEmpty
        }
        #expect(client.answers.first?.body.utf8.count == 300_005)
        #expect((300_000...310_000).contains(server.listener.bodies.budget.peak))
        #expect(server.listener.bodies.budget.used == 0)
        // And the connection goes on.
        #expect(try server.exchange(head("/next", 1) + "1", on: client).body == "/next1")
    }

    @Test func whoIsGoneWhileItIsDecidedLeavesNothing() throws {
        let handler = EchoHandler(), server = try Loopback(handler)
        var client: Client? = try server.connect()
        client?.send(head("/wait", 10))
        server.turn { handler.undecided.count == 1 }
        client = nil
        server.idle()
        handler.undecided[0].connection.readBody(of: .stranger(.thisMachine))
        server.turn { server.listener.connectionCount == 0 }
        #expect(server.listener.bodies.count == 0)
    }

    @Test(arguments: ["close", "timeout"]) func aBodyThatNeverEndsGivesItsMemoryBack(_ end: String) throws {
        let server = try Loopback(EchoHandler()) { $0[.bodyTimeout] = end == "timeout" ? 200 : 60_000 }
        var released = 0
        server.listener.bodies.gaveBack = { released += $0 }
        var client: Client? = try server.connect()
        client?.send(head("/x", 50_000) + String(repeating: "x", count: 20_000))
        server.turn { server.listener.bodies.budget.used >= 20_000 }
        if end == "close" {
            client = nil
        } else {
            server.turn {
                client?.receive(); return client?.answers.first?.status == 408
            }
        }
        server.turn { server.listener.bodies.budget.used == 0 }
        #expect(released >= 20_000 && server.listener.bodies.count == 0)
    }

    /// Many withheld bodies: the budget holds, and a client that sends a request in one piece does
    /// not notice.
    @Test func withheldBodiesGiveWay() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, mostConnections: 1_000) {
            $0[.bodyBytes] = 200_000
            $0[.body] = 100_000
        }
        let clients = try (0..<60).map { _ in try server.connect() }
        for client in clients {
            client.send(head("/x", 30_000) + String(repeating: "x", count: 29_999))
            server.idle(turns: 2)
        }
        let budget = server.listener.bodies.budget
        #expect(budget.peak <= 200_000)
        #expect(try server.exchange(head("/small", 4) + "body").body == "/smallbody")
        // A tenant's upload comes through although strangers hold everything.
        let known = try server.connect()
        known.send(head("/known", 90_000, "x-tenant: 7\r\n") + String(repeating: "k", count: 50_000))
        server.idle()
        known.send(String(repeating: "k", count: 40_000))
        server.turn {
            known.receive(); return !known.answers.isEmpty
        }
        #expect(known.answers.first?.status == 200)
        let refused = clients.filter {
            $0.receive(); return !$0.answers.isEmpty
        }
        #expect(refused.count >= 53 && refused.allSatisfy { $0.answers.map(\.status) == [503] })
        #expect(budget.used <= 200_000 && server.listener.bodies.count <= 6)
        // What is still held is finished like any other.
        for client in clients { client.send("x") }
        server.turn {
            for client in clients { client.receive() }; return clients.allSatisfy { !$0.answers.isEmpty }
        }
        #expect(server.listener.bodies.count == 0 && budget.used == 0)
    }

    @Test func aStrangersBodyGivesWayWhileItArrives() throws {
        let server = try Loopback(EchoHandler()) {
            $0[.bodyBytes] = 50_000
            $0[.body] = 50_000
        }
        let stranger = try server.connect(), known = try server.connect()
        stranger.send(head("/x", 40_000) + String(repeating: "x", count: 30_000))
        server.turn { server.listener.bodies.budget.used >= 30_000 }
        known.send(head("/y", 40_000, "x-tenant: 1\r\n") + String(repeating: "y", count: 30_000))
        server.turn {
            stranger.receive(); return stranger.isEnded
        }
        #expect(stranger.answers.map(\.status) == [503] && server.listener.bodies.dropped == 1)
        known.send(String(repeating: "y", count: 10_000))
        server.turn {
            known.receive(); return !known.answers.isEmpty
        }
        #expect(known.answers.first?.status == 200)
    }

    // MARK: Heads, and requests that wait

    private func begunHead(_ bytes: Int) -> String {
        "GET /x HTTP/1.1\r\nHost: x\r\nx-long: " + String(repeating: "h", count: bytes)
    }

    @Test func headsThatNeverEndAreCounted() throws {
        let server = try Loopback(EchoHandler(), mostConnections: 1_000) {
            $0[.bodyBytes] = 200_000
            $0[.body] = 100_000
        }
        let clients = try (0..<60).map { _ in try server.connect() }
        for client in clients {
            client.send(begunHead(20_000))
            server.idle(turns: 4)
        }
        let budget = server.listener.bodies.budget
        #expect(budget.peak > 150_000 && budget.peak <= 200_000)
        #expect(try server.exchange(head("/small", 4) + "body").body == "/smallbody")
        let refused = clients.filter {
            $0.receive(); return !$0.answers.isEmpty
        }
        #expect(refused.count >= 48 && refused.allSatisfy { $0.answers.map(\.status) == [503] })
        // What is still held is finished like any other.
        for client in clients { client.send("\r\n\r\n") }
        server.turn {
            for client in clients { client.receive() }; return clients.allSatisfy { !$0.answers.isEmpty }
        }
        #expect(server.listener.bodies.count == 0 && budget.used == 0)
    }

    @Test func longHeadsOfWithheldBodiesAreCounted() throws {
        let server = try Loopback(EchoHandler(), mostConnections: 1_000) {
            $0[.bodyBytes] = 200_000
            $0[.body] = 100_000
        }
        let clients = try (0..<30).map { _ in try server.connect() }
        for client in clients {
            client.send(head("/x", 5, "x-long: \(String(repeating: "h", count: 20_000))\r\n"))
            server.idle(turns: 4)
        }
        let budget = server.listener.bodies.budget
        #expect(budget.peak > 150_000 && budget.peak <= 200_000)
        for client in clients { client.send("whole") }
        server.turn {
            for client in clients { client.receive() }; return clients.allSatisfy { !$0.answers.isEmpty }
        }
        let statuses = clients.flatMap { $0.answers.map(\.status) }
        #expect(Set(statuses) == [200, 503] && statuses.filter { $0 == 200 }.count >= 5, "\(statuses)")
        #expect(server.listener.bodies.count == 0 && budget.used == 0)
    }

    /// Requests behind one that takes long are refused in their turn; that one is answered.
    @Test func whatIsReadAheadIsCounted() throws {
        let handler = EchoHandler(),
            server = try Loopback(handler, mostConnections: 1_000) {
                $0[.bodyBytes] = 100_000
                $0[.body] = 50_000
            }
        let clients = try (0..<20).map { _ in try server.connect() }
        let small = "GET /small HTTP/1.1\r\nHost: x\r\n\r\n"
        for client in clients {
            client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n" + String(repeating: small, count: 400))
            server.idle(turns: 4)
        }
        let budget = server.listener.bodies.budget
        #expect(budget.peak > 50_000 && budget.peak <= 100_000)
        handler.release()
        server.turn {
            for client in clients { client.receive() };
            return clients.allSatisfy { $0.answers.count == 401 || $0.isEnded }
        }
        #expect(clients.allSatisfy { $0.answers.first?.status == 200 })
        let refused = clients.filter { $0.answers.last?.status == 503 }
        #expect(refused.count >= 8 && refused.count < 20)
        #expect(refused.allSatisfy { $0.answers.last?.headers["connection"] == "close" })
        #expect(server.listener.bodies.count == 0 && budget.used == 0)
    }
}
