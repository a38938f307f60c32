import Glibc
import SocketLoop
import TLSTransport
import TestHTTP
import TestTLS
import Testing

/// The listener with TLS over real sockets on loopback, and OpenSSL as the client.
struct TLSListenerTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
        try authority.issue("server")
    }

    private var settings: TLSSettings {
        TLSSettings(certificate: authority.certificateFile("server"), key: authority.keyFile("server"))
    }

    private var trust: TLSClient.Options {
        var options = TLSClient.Options()
        options.authority = authority.authorityFile
        return options
    }

    private func options(_ change: (inout TLSClient.Options) -> Void) -> TLSClient.Options {
        var options = trust
        change(&options)
        return options
    }

    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"
    }

    // MARK: Versions and protocols

    @Test(arguments: [(TLSClient.Version.tls12, "TLSv1.2"), (.tls13, "TLSv1.3")])
    func bothVersionsServe(_ version: TLSClient.Version, _ name: String) throws {
        let server = try Loopback(EchoHandler(), tls: settings)
        let client = try server.connect(tls: options { $0.versions = version...version })
        #expect(try server.exchange(get("/one"), on: client).body == "/one")
        #expect(try server.exchange(get("/two"), on: client).body == "/two")
        #expect(client.session?.version == name)
        #expect(client.session?.chosenProtocol == "http/1.1")
        #expect(server.listener.connectionCount == 1)
    }

    @Test func rsaCertificatesServe() throws {
        try authority.issue("server", key: .rsa2048)
        let server = try Loopback(EchoHandler(), tls: settings)
        #expect(try server.exchange(get("/one"), on: server.connect(tls: trust)).body == "/one")
    }

    /// What was refused: the client's end of it, after the server closed.
    private func refusal(_ server: Loopback, _ options: TLSClient.Options) throws -> TLSClient.Outcome? {
        let client = try server.connect(tls: options)
        client.send(get("/never"))
        server.turn {
            client.receive(); return client.isEnded && server.listener.connectionCount == 0
        }
        #expect(client.answers.isEmpty)
        return client.end
    }

    @Test func olderVersionsAreRefused() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, tls: settings)
        #expect(
            try refusal(server, options { $0.versions = .tls11 ... .tls11 }) == .failed("tlsv1 alert protocol version"))
        var strict = settings
        strict.minimum = .tls13
        let newer = try Loopback(handler, tls: strict)
        #expect(
            try refusal(newer, options { $0.versions = .tls12 ... .tls12 }) == .failed("tlsv1 alert protocol version"))
        #expect(try newer.exchange(get("/one"), on: newer.connect(tls: trust)).body == "/one")
        #expect(handler.handled == ["/one"])
    }

    @Test func aClientThatOnlySpeaksHTTP2IsToldSo() throws {
        let server = try Loopback(EchoHandler(), tls: settings)
        #expect(
            try refusal(server, options { $0.protocols = ["h2"] }) == .failed("tlsv1 alert no application protocol"))
        for protocols in [["h2", "http/1.1"], []] {
            #expect(
                try server.exchange(get("/one"), on: server.connect(tls: options { $0.protocols = protocols })).body
                    == "/one")
        }
    }

    @Test func aUnixSocketStaysPlain() throws {
        var template = Array("/tmp/portico-http-XXXXXX".utf8CString)
        let made: UnsafeMutablePointer<CChar>? = mkdtemp(&template)
        let folder = String(cString: try #require(made))
        defer { rmdir(folder) }
        let server = try Loopback(EchoHandler(), unixPath: folder + "/s", tls: settings)
        #expect(try server.exchange(get("/unix")).body == "/unix")
    }

    @Test func aSessionIsResumed() throws {
        let server = try Loopback(EchoHandler(), tls: settings)
        let first = try server.connect(tls: trust)
        _ = try server.exchange(get("/one"), on: first)
        let session = try #require(first.session?.nextSession)
        let second = try server.connect(tls: options { $0.session = session })
        _ = try server.exchange(get("/two"), on: second)
        #expect(first.session?.isResumed == false && second.session?.isResumed == true)
    }

    // MARK: Streams

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let server = try Loopback(EchoHandler(), tls: settings)
        let client = try server.connect(tls: trust)
        client.send(String(repeating: get("/x"), count: 1000) + get("/last"))
        server.turn {
            client.receive(); return client.answers.count == 1001
        }
        #expect(client.answers.last?.body == "/last")
    }

    @Test func aLargeAnswerIsWrittenAsItIsFetched() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, tls: settings)
        let client = try server.connect(tls: trust)
        server.turn {
            client.receive(); return client.session?.isEstablished == true
        }
        client.send(get("/large") + get("/next"))
        server.turn { handler.handled.count == 1 }
        server.idle()
        #expect(handler.handled == ["/large"])
        server.turn {
            client.receive(); return client.answers.count == 2
        }
        #expect(client.answers.first?.body.utf8.count == 16 << 20)
        #expect(client.answers.last?.body == "/next")
    }

    @Test func aLargeBodyArrives() throws {
        let server = try Loopback(EchoHandler(), tls: settings) { $0[.body] = 8 << 20 }
        let body = String(repeating: "abcdefgh", count: 500_000)
        let answer = try server.exchange(
            "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
            on: server.connect(tls: trust))
        #expect(answer.body == "/p" + body)
    }

    @Test func keysMayChangeWhileAnAnswerIsOnItsWay() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, tls: settings)
        let client = try server.connect(tls: options { $0.versions = .tls13 ... .tls13 })
        _ = try server.exchange(get("/one"), on: client)
        client.send(get("/large"))
        server.turn { handler.handled.count == 2 }
        server.idle()
        // The server is to say its new keys while the socket takes nothing of it.
        #expect(client.session?.updateKeys() == true)
        client.send(get("/next"))
        server.turn {
            client.receive(); return client.answers.count == 3
        }
        #expect(client.answers.map(\.body.utf8.count) == [4, 16 << 20, 5])
    }

    @Test func noHandshakeBeginsWithinASession() throws {
        let server = try Loopback(EchoHandler(), tls: settings)
        let client = try server.connect(tls: options { $0.versions = .tls12 ... .tls12 })
        _ = try server.exchange(get("/one"), on: client)
        _ = client.session?.renegotiate()
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.end == .failed("no renegotiation"))
    }

    // MARK: Ends

    @Test func theEndIsSaid() throws {
        let server = try Loopback(EchoHandler(), tls: settings)
        let client = try server.connect(tls: trust)
        _ = try server.exchange(get("/one", "Connection: close\r\n"), on: client)
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.end == .ended)
        client.finishSending()
        server.turn { server.listener.connectionCount == 0 }
    }

    @Test(arguments: [true, false])
    func aClientThatEndsItsSendingIsStillAnswered(_ saysSo: Bool) throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, tls: settings)
        let client = try server.connect(tls: trust)
        server.turn {
            client.receive(); return client.session?.isEstablished == true
        }
        client.send(get("/hold"))
        server.turn { handler.held.count == 1 }
        if saysSo { client.session?.finishWriting() } else { client.finishSending() }
        server.idle()
        handler.release()
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.body) == ["/hold"])
        #expect(client.end == .ended)
        server.turn { server.listener.connectionCount == 0 }
    }

    @Test func aClientThatGoesAwayIsNoticed() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, tls: settings)
        do {
            let client = try server.connect(tls: trust)
            server.turn {
                client.receive(); return client.session?.isEstablished == true
            }
            client.send(get("/hold"))
            server.turn { handler.held.count == 1 }
        }
        server.turn { server.listener.connectionCount == 0 }
        #expect(handler.gone == ["/hold"])
        handler.release()
    }

    @Test func aShutdownAnswersWhatIsInFlightAndClosesTheRest() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, tls: settings)
        let busy = try server.connect(tls: trust), idle = try server.connect(tls: trust), begun = try server.connect()
        _ = try server.exchange(get("/one"), on: busy)
        _ = try server.exchange(get("/one"), on: idle)
        begun.sendPlain([22, 3, 1])
        busy.send(get("/hold"))
        server.turn { handler.held.count == 1 && server.listener.connectionCount == 3 }
        var hasStopped = false
        server.listener.stop(within: 60_000) { hasStopped = true }
        server.turn {
            idle.receive(); begun.receive(); return idle.isEnded && begun.isEnded
        }
        #expect(idle.end == .ended && !hasStopped)
        handler.release()
        server.turn {
            busy.receive(); return busy.answers.count == 2 && busy.isEnded
        }
        busy.finishSending()
        server.turn { hasStopped }
    }

    // MARK: What is no handshake

    @Test(arguments: [
        "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    ])
    func plainHTTPIsToldThatThisIsHTTPS(_ request: String) throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, tls: settings)
        let client = try server.connect()
        client.send(request)
        server.turn {
            client.receive(); return client.isEnded
        }
        #expect(client.answers.map(\.status) == [400])
        #expect(client.answers.first?.body == "This port speaks HTTPS; the request came without TLS.")
        #expect(client.answers.first?.headers["connection"] == "close")
        #expect(handler.handled.isEmpty)
        client.finishSending()
        server.turn { server.listener.connectionCount == 0 }
    }

    @Test func randomBytesCloseTheConnection() throws {
        let server = try Loopback(EchoHandler(), tls: settings)
        var state: UInt64 = 42
        for _ in 0..<200 {
            let bytes = (0..<600).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            let client = try server.connect()
            // Half of them look like a record of a handshake at first.
            client.sendPlain(state & 1 << 40 == 0 ? bytes : [22, 3, 1, 2, 0] + bytes)
            client.finishSending()
            server.turn {
                client.receive(); return client.isEnded
            }
            #expect(client.answers.isEmpty)
        }
        server.turn { server.listener.connectionCount == 0 }
        #expect(try server.exchange(get("/one"), on: server.connect(tls: trust)).body == "/one")
    }

    @Test func aSlowHandshakeTimesOut() throws {
        let server = try Loopback(EchoHandler(), tls: settings) { $0[.headerTimeout] = 300 }
        let silent = try server.connect(), begun = try server.connect()
        begun.sendPlain([22, 3, 1, 0, 200, 1, 0])
        server.turn { server.listener.connectionCount == 2 }
        let good = try server.connect(tls: trust)
        #expect(try server.exchange(get("/one"), on: good).body == "/one")
        server.turn {
            silent.receive(); begun.receive(); return silent.isEnded && begun.isEnded
        }
        #expect(silent.received.isEmpty && begun.received.isEmpty)
        // The one that is idle between requests has more time.
        #expect(server.listener.connectionCount == 1)
    }

    @Test func aTurnHasRoomForAFewHandshakes() throws {
        let handler = EchoHandler()
        let server = try Loopback(handler, tls: settings)
        let open = try server.connect(tls: trust)
        _ = try server.exchange(get("/one"), on: open)
        let crowd = try (0..<40).map { _ in try server.connect(tls: trust) }
        server.turn { server.listener.connectionCount == 41 }
        for client in crowd { client.send(get("/crowd")) }
        open.send(get("/two"))
        var turns = 0
        // All of them are ready at once.
        while crowd.contains(where: { !$0.hasInput }) {
            let before = crowd.count { $0.hasInput }
            server.reactor.poll(timeoutMilliseconds: 0)
            turns += 1
            #expect(crowd.count { $0.hasInput } - before <= 8)
            #expect(handler.handled == ["/one", "/two"])
        }
        #expect(turns >= 5)
        server.turn {
            for client in crowd { client.receive() }; return crowd.allSatisfy { !$0.answers.isEmpty }
        }
    }

    // MARK: Reading certificates again

    @Test func newCertificatesServeNewConnectionsWithoutAFailedRequest() throws {
        let server = try Loopback(EchoHandler(), tls: settings)
        let old = try server.connect(tls: trust)
        _ = try server.exchange(get("/0"), on: old)
        for round in 1...10 {
            try authority.issue("server", subject: [("CN", "round \(round)")])
            guard case .replaced? = server.certificates?.reload() else {
                Issue.record("the files were not read again")
                return
            }
            // One that has begun its session goes on, one that comes now gets what is new.
            #expect(try server.exchange(get("/\(round)"), on: old).status == 200)
            let new = try server.connect(tls: trust)
            #expect(try server.exchange(get("/new"), on: new).status == 200)
            #expect(new.session?.serverName == "round \(round)")
        }
        #expect(old.session?.serverName == "server")
    }
}
