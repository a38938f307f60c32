import HTTPWire
import SocketLoop
import TestHTTP
import Testing
@testable import PorticoHTTP

/// Answers in pieces.
struct ResponseSinkTests {
    private func request(_ path: String = "/", _ method: String = "GET", _ version: String = "1.1") -> String {
        "\(method) \(path) HTTP/\(version)\r\nHost: x\r\n\r\n"
    }

    @Test func piecesAreSentAsTheyCome() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request() + request("/whole"))
        server.turn { handler.sinks.count == 1 }
        let sink = handler.sinks[0]
        sink.head(HTTPResponseHead(status: 200))
        server.turn {
            client.receive(); return client.received.count > 0
        }
        #expect(sink.chunk(Array("one ".utf8)))
        server.turn {
            client.receive(); return String(decoding: client.received, as: UTF8.self).contains("one ")
        }
        #expect(sink.chunk(Array("two".utf8)) && client.answers.isEmpty)
        server.idle()
        // The answer behind it waits, and nothing looks at its request.
        #expect(handler.paths == ["/"] && sink.isOpen)
        sink.end()
        server.turn {
            client.receive(); return client.answers.count == 2
        }
        #expect(client.answers.map(\.body) == ["one two", "whole"])
        #expect(client.answers[0].headers["content-length"] == nil && handler.closed == 0)
        // What comes too late is for no other request.
        #expect(!sink.isOpen && !sink.chunk([1]))
        client.send(request())
        server.turn { handler.sinks.count == 2 }
        sink.head(HTTPResponseHead(status: 500))
        sink.end()
        sink.abort()
        handler.sinks[1].respond(StreamingHandler.whole)
        server.turn {
            client.receive(); return client.answers.count == 3
        }
        #expect(client.answers[2].body == "whole" && server.listener.connectionCount == 1)
    }

    @Test func anOldClientReadsToTheEndOfTheConnection() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        server.turn { handler.sinks.count == 1 }
        handler.stream(["one ", "two"])
        server.turn {
            client.receive(); return client.isEnded
        }
        let text = String(decoding: client.received, as: UTF8.self)
        #expect(text.contains("connection: close\r\n") && text.hasSuffix("\r\n\r\none two"))
        #expect(!text.contains("transfer-encoding"))
    }

    @Test(arguments: [("HEAD", 200), ("GET", 204), ("GET", 304)])
    func someAnswersHaveNoBody(method: String, status: Int) throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request("/", method) + request("/whole"))
        server.turn { handler.sinks.count == 1 }
        handler.stream(["one ", "two"], status: status)
        server.turn {
            client.receive(); return String(decoding: client.received, as: UTF8.self).hasSuffix("whole")
        }
        #expect(!String(decoding: client.received, as: UTF8.self).contains("one"))
    }

    @Test func aClientThatLeavesEndsTheStream() throws {
        let handler = StreamingHandler(), server = try Loopback(handler) { $0[.halfClosedTimeout] = 100 }
        var client: Client? = try server.connect()
        client?.send(request())
        server.turn { handler.sinks.count == 1 }
        handler.sinks[0].head(HTTPResponseHead(status: 200))
        handler.sinks[0].chunk(Array("one".utf8))
        server.idle()
        client = nil
        server.turn { handler.closed == 1 }
        #expect(server.listener.connectionCount == 0 && !handler.sinks[0].chunk([1]))
        handler.sinks[0].end()
        #expect(handler.closed == 1)
    }

    @Test func anAnswerThatIsGivenUpIsNotWhole() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request())
        server.turn { handler.sinks.count == 1 }
        handler.sinks[0].head(HTTPResponseHead(status: 200))
        handler.sinks[0].chunk(Array("one".utf8))
        handler.sinks[0].abort()
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.isEmpty && handler.closed == 0)
    }

    /// What the client does not fetch counts, and holds up the writer; it goes on as it is fetched.
    @Test func aWriterWaitsForASlowClient() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request())
        server.turn { handler.sinks.count == 1 }
        let sink = handler.sinks[0], piece = [UInt8](repeating: 0x61, count: 10_000)
        var left = 3_000
        func write() {
            while left > 0 {
                left -= 1
                if !sink.chunk(piece) { return }
            }
            sink.end()
        }
        sink.head(HTTPResponseHead(status: 200))
        sink.onRoom(write)
        write()
        server.idle()
        #expect(left > 0 && server.answers.used > ResponseSink.mostWaiting)
        #expect(server.answers.peak < ResponseSink.mostWaiting + 40_000)
        server.turn {
            client.receive(); return client.answers.count == 1
        }
        #expect(client.answers[0].bytes.count == 30_000_000)
        #expect(server.answers.used == 0 && server.answers.peak < ResponseSink.mostWaiting + 40_000)
    }

    /// A client that fetches as fast as it is sent does not keep the loop.
    @Test func aStreamTakesManyTurns() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request())
        server.turn { handler.sinks.count == 1 }
        let sink = handler.sinks[0]
        sink.head(HTTPResponseHead(status: 200))
        var sent = 0
        while sink.chunk([UInt8](repeating: 0x61, count: 1 << 10)) {
            sent += 1 << 10
            client.receive()
            if sent > 8 << 20 { break }
        }
        #expect(sent < (2 << 20))
    }

    @Test func whoDoesNotFetchAStreamIsDropped() throws {
        let handler = StreamingHandler(), server = try Loopback(handler) { $0[.writeTimeout] = 200 }
        let client = try server.connect()
        client.send(request())
        server.turn { handler.sinks.count == 1 }
        let sink = handler.sinks[0]
        sink.head(HTTPResponseHead(status: 200))
        while sink.chunk([UInt8](repeating: 0x61, count: 100_000)) {}
        server.turn {
            while sink.chunk([UInt8](repeating: 0x61, count: 100_000)) {}; return handler.closed == 1
        }
        #expect(server.listener.statistics.limitsHit == [.writeTimeout: 1] && server.answers.used == 0)
    }

    /// A writer that does not wait meets the budget.
    @Test func theBudgetOfAnswersHolds() throws {
        let handler = StreamingHandler(), server = try Loopback(handler) { $0[.answerBytes] = 1 << 20 }
        let client = try server.connect()
        client.send(request())
        server.turn { handler.sinks.count == 1 }
        let sink = handler.sinks[0]
        sink.head(HTTPResponseHead(status: 200))
        for _ in 0..<300 { sink.chunk([UInt8](repeating: 0x61, count: 100_000)) }
        #expect(handler.closed == 1 && server.listener.statistics.limitsHit == [.answerBytes: 1])
        #expect(server.answers.used == 0 && server.answers.peak <= 1 << 20)
    }

    @Test func aShutdownWaitsForTheEndOfAStream() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request())
        server.turn { handler.sinks.count == 1 }
        let sink = handler.sinks[0]
        sink.head(HTTPResponseHead(status: 200))
        var isToldToEnd = false, isStopped = false
        sink.onShutdown { isToldToEnd = true }
        server.listener.stop(within: 60_000) { isStopped = true }
        server.idle()
        #expect(isToldToEnd && !isStopped && sink.isOpen)
        sink.chunk(Array("last".utf8))
        sink.end()
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.body) == ["last"])
        client.finishSending()
        server.turn { isStopped }
        #expect(handler.closed == 0)
    }

    @Test func aShutdownDoesNotWaitForEverForAStream() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send(request())
        server.turn { handler.sinks.count == 1 }
        handler.sinks[0].head(HTTPResponseHead(status: 200))
        var isStopped = false
        server.listener.stop(within: 50) { isStopped = true }
        server.turn { isStopped }
        #expect(handler.closed == 1)
    }

    /// A body that has not arrived is not read for an answer in pieces either.
    @Test func aStreamMayAnswerBeforeTheBody() throws {
        let handler = StreamingHandler(), server = try Loopback(handler), client = try server.connect()
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        server.turn { handler.sinks.count == 1 }
        handler.stream(["early"])
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.body) == ["early"] && client.answers[0].headers["connection"] == "close")
    }
}
