import Glibc
import SocketLoop
import TestHTTP
import Testing
@testable import PorticoHTTP

/// The listener over real sockets on loopback.
struct HTTPListenerTests {
    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
    }

    private func post(_ path: String, _ body: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func aConnectionIsUsedAgain() throws {
        let server = try Loopback(EchoHandler())
        let client = try server.connect()
        #expect(try server.exchange(get("/one"), on: client).body == "/one")
        #expect(try server.exchange(post("/two", "body"), on: client).body == "/twobody")
        #expect(
            client.answers.count == 2
                && client.answers.allSatisfy { $0.headers["date"] != nil && $0.headers["connection"] == nil })
        #expect(server.listener.connectionCount == 1)
    }

    @Test func aUnixSocketServesTheSame() throws {
        var template = Array("/tmp/portico-http-XXXXXX".utf8CString)
        let made: UnsafeMutablePointer<CChar>? = mkdtemp(&template)
        let folder = String(cString: try #require(made))
        defer { rmdir(folder) }
        let server = try Loopback(EchoHandler(), unixPath: folder + "/s")
        #expect(try server.exchange(get("/unix")).body == "/unix")
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler)
        let client = try server.connect()
        client.send(get("/hold/1") + get("/2") + post("/3", "x") + get("/4"))
        server.turn { handler.held.count == 1 }
        server.idle()
        // Those behind the one that waits are not even begun.
        #expect(handler.handled == ["/hold/1"])
        handler.release()
        server.turn {
            client.receive(); return client.answers.count == 4
        }
        #expect(client.answers.map(\.body) == ["/hold/1", "/2", "/3x", "/4"])
    }

    @Test func manyPipelinedRequestsNeedNoDeepStack() throws {
        let server = try Loopback(EchoHandler())
        let client = try server.connect()
        let all = Array(String(repeating: get("/x"), count: 5000).utf8)
        var sent = 0
        server.turn {
            sent += client.send(Array(all[sent...]))
            client.receive()
            return client.answers.count == 5000
        }
    }

    /// A pipeline of requests that are answered at once is cheap to send, and would keep the loop
    /// until its end.
    @Test func aPipelineLeavesRoomForOthersInEveryTurn() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler)
        let flood = try server.connect(), other = try server.connect()
        server.idle()
        flood.send(String(repeating: get("/x"), count: 400))
        other.send(get("/other"))
        var most = 0
        server.turn {
            let before = handler.handled.count
            server.reactor.poll(timeoutMilliseconds: 0)
            most = max(most, handler.handled.count - before)
            flood.receive()
            other.receive()
            return flood.answers.count == 400
        }
        // Sixteen when they arrive, sixteen when the turn ends, and the other's.
        #expect(most <= 33)
        #expect((handler.handled.firstIndex(of: "/other") ?? .max) <= 33)
        #expect(other.answers.map(\.body) == ["/other"])
    }

    @Test func aPipelineThatIsHalfReadIsAnsweredToItsEnd() throws {
        let server = try Loopback(EchoHandler())
        let client = try server.connect()
        client.send(String(repeating: get("/x"), count: 99) + get("/last", "Connection: close\r\n"))
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.count == 100 && client.answers.last?.body == "/last")
    }

    @Test func aRequestMayArriveByteByByte() throws {
        let server = try Loopback(EchoHandler())
        let client = try server.connect()
        for byte in Array(post("/slow", "body").utf8) {
            client.send([byte])
            server.reactor.poll(timeoutMilliseconds: 0)
        }
        server.turn {
            client.receive(); return !client.answers.isEmpty
        }
        #expect(client.answers.map(\.body) == ["/slowbody"])
    }

    @Test func aLargeAnswerIsWrittenAsItIsFetched() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler)
        let client = try server.connect()
        client.send(get("/large") + get("/next"))
        server.turn { handler.handled.count == 1 }
        server.idle()
        // The kernel took a part; the next request waits for the rest.
        #expect(handler.handled == ["/large"])
        server.turn(seconds: 20) {
            client.receive(); return client.answers.count == 2
        }
        #expect(client.answers.first?.body.utf8.count == 16 << 20)
        #expect(client.answers.last?.body == "/next")
    }

    /// A client that fetches as fast as it is sent gets a part in each turn of the loop: others
    /// come in between.
    @Test func aLargeAnswerTakesManyTurns() throws {
        let server = try Loopback(EchoHandler()), client = try server.connect()
        client.send(get("/large"))
        let turns = server.reactor.turns
        server.turn {
            client.receive(); return client.answers.count == 1
        }
        #expect(client.answers.first?.body.utf8.count == 16 << 20)
        #expect(server.reactor.turns - turns >= (16 << 20) / HTTPConnection.bytesPerTurn)
    }

    @Test func aClientThatNeverFetchesIsDropped() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler) { $0[.writeTimeout] = 200 }
        let client = try server.connect()
        client.send(String(repeating: get("/large"), count: 5))
        server.turn { handler.handled.count >= 1 }
        server.turn { server.listener.connectionCount == 0 }
        #expect(handler.handled.count < 5)
    }

    @Test func aBodyThatIsTooLongIsRefusedBeforeItIsRead() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler) { $0[.body] = 1024 }
        let client = try server.connect()
        client.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 52428800\r\n\r\n")
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.status) == [413])
        #expect(client.answers.first?.headers["connection"] == "close")
        #expect(handler.handled.isEmpty)
    }

    @Test func whatGoesOnBehindARefusedRequestIsThrownAway() throws {
        let server = try Loopback(EchoHandler()) { $0[.body] = 1024 }
        let client = try server.connect()
        client.send(
            "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + String(repeating: "x", count: 50_000))
        server.turn {
            client.receive(); return !client.answers.isEmpty
        }
        client.send(String(repeating: "x", count: 50_000))
        client.finishSending()
        server.turn { server.listener.connectionCount == 0 }
        #expect(client.answers.map(\.status) == [413])
    }

    @Test func aClientThatExpects100GetsIt() throws {
        let server = try Loopback(EchoHandler())
        let client = try server.connect()
        client.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        server.turn {
            client.receive(); return client.answers.count == 1
        }
        #expect(client.answers.map(\.status) == [100])
        client.send("body")
        server.turn {
            client.receive(); return client.answers.count == 2
        }
        #expect(client.answers.last?.body == "/xbody")
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHo", 408), ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab", 408), ("", 0),
    ])
    func whoDripsOrIdlesIsDropped(sent: String, status: Int) throws {
        let server = try Loopback(EchoHandler()) {
            $0[.headerTimeout] = 200
            $0[.bodyTimeout] = 200
            $0[.idleTimeout] = 200
        }
        let client = try server.connect()
        client.send(sent)
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.status) == (status == 0 ? [] : [status]))
    }

    @Test func drippingDoesNotMoveTheDeadline() throws {
        let server = try Loopback(EchoHandler()) {
            $0[.headerTimeout] = 300
            // More than can drip in that time.
            $0[.headers] = 1 << 20
        }
        let client = try server.connect()
        client.send("GET / HTTP/1.1\r\nx: ")
        var drips = 0
        server.turn {
            client.receive()
            if client.send("x") > 0 { drips += 1 }
            return client.isEnded || !client.answers.isEmpty
        }
        #expect(client.answers.map(\.status) == [408])
        #expect(drips > 10)
    }

    @Test func whoHasEndedItsSendingIsStillAnswered() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler)
        let client = try server.connect()
        client.send(get("/hold/a") + get("/b"))
        client.finishSending()
        server.turn { handler.held.count == 1 }
        server.idle()
        #expect(handler.gone.isEmpty)
        handler.release()
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.body) == ["/hold/a", "/b"])
        #expect(server.listener.connectionCount == 0)
    }

    @Test func whoIsGoneIsReported() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler) { $0[.halfClosedTimeout] = 100 }
        var client: Client? = try server.connect()
        client?.send(get("/hold/x"))
        server.turn { handler.held.count == 1 }
        client = nil
        server.turn { handler.gone == ["/hold/x"] }
        #expect(server.listener.connectionCount == 0)
        // An answer that comes too late does no harm.
        handler.release()
    }

    @Test func aWaitingRequestDoesNotSpin() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler) { $0[.readAhead] = 4096 }
        let client = try server.connect()
        client.send(get("/hold/1") + String(repeating: get("/x"), count: 1000))
        server.turn { handler.held.count == 1 }
        server.idle()
        let before = server.reactor.turns
        server.reactor.poll(timeoutMilliseconds: 50)
        // Nothing was reported, although much waits in the kernel: the turn waited for its time.
        #expect(server.reactor.turns == before + 1)
        #expect(handler.handled == ["/hold/1"])
        handler.release()
        server.turn {
            client.receive(); return client.answers.count == 1001
        }
    }

    @Test func theLimitOfConnectionsMakesOthersWait() throws {
        let handler = EchoHandler(), server = try Loopback(handler, mostConnections: 2)
        let clients = try (0..<3).map { _ in try server.connect() }
        for client in clients { client.send(get("/hold")) }
        server.turn { handler.held.count == 2 }
        server.idle()
        #expect(server.listener.connectionCount == 2 && handler.held.count == 2)
        server.turn {
            handler.release(); for client in clients { client.receive() };
            return clients.allSatisfy { !$0.answers.isEmpty }
        }
    }

    @Test func aShutdownFinishesWhatIsInFlight() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler)
        let busy = try server.connect(), idle = try server.connect()
        _ = try server.exchange(get("/x"), on: idle)
        busy.send(get("/hold/1"))
        server.turn { handler.held.count == 1 }
        var isStopped = false
        server.listener.stop(within: 60_000) { isStopped = true }
        server.turn {
            idle.receive(); return idle.isEnded
        }
        #expect(!isStopped)
        handler.release()
        server.turn {
            busy.receive(); return busy.isEnded
        }
        #expect(busy.answers.map(\.body) == ["/hold/1"])
        #expect(busy.answers.first?.headers["connection"] == "close")
        server.turn(seconds: 10) { isStopped }
    }

    @Test func aShutdownDoesNotWaitForEver() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler)
        let client = try server.connect()
        client.send(get("/hold/1"))
        server.turn { handler.held.count == 1 }
        var isStopped = false
        server.listener.stop(within: 50) { isStopped = true }
        server.turn { isStopped }
        #expect(handler.gone == ["/hold/1"])
    }

    @Test func headAnswersWithoutABody() throws {
        let server = try Loopback(EchoHandler())
        let client = try server.connect()
        client.send("HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(String(decoding: client.received, as: UTF8.self).hasSuffix("\r\n\r\n"))
        #expect(String(decoding: client.received, as: UTF8.self).contains("content-length: 2\r\n"))
    }

    @Test func whoeverWaitsToBeAcceptedWhenTheServerStopsIsAnswered() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, mostConnections: 1000)
        let clients = try (0..<200).map { _ in try server.connect() }
        for client in clients { client.send(get("/x")) }
        var hasStopped = false
        server.listener.stop(within: 60_000) { hasStopped = true }
        server.turn {
            for client in clients { client.receive() }; return clients.allSatisfy(\.isEnded)
        }
        #expect(clients.allSatisfy { $0.answers.map(\.status) == [200] })
        for client in clients { client.finishSending() }
        server.turn { hasStopped }
    }
}
