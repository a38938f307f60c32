import Glibc
import SocketLoop
import TLSTransport
import TestHTTP
import TestScrape
import TestTLS
import Testing
@testable import PorticoServer

/// What `/metrics` says of handshakes and of the certificates in force.
struct TLSMetricsTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
        try authority.issue("server", days: 0...20)
        try authority.issue("partner")
    }

    private func settings(clients isRequired: Bool? = nil) -> TLSSettings {
        TLSSettings(
            certificate: authority.certificateFile("server"), key: authority.keyFile("server"),
            clientCertificates: isRequired.map { .init(authorities: authority.authorityFile, isRequired: $0) })
    }

    private func options(_ change: (inout TLSClient.Options) -> Void = { _ in }) -> TLSClient.Options {
        var options = TLSClient.Options()
        options.authority = authority.authorityFile
        change(&options)
        return options
    }

    private func counted(_ server: Loopback) -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: server.listener.statistics.handshakes.map {
                ("\($0.version?.rawValue ?? "") \($0.outcome.rawValue)", $1)
            })
    }

    private let request = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func handshakesAreCountedByWhatBecameOfThem() throws {
        let server = try Loopback(EchoHandler(), tls: settings()) { $0[.headerTimeout] = 300 }
        for version in [TLSClient.Version.tls12, .tls13, .tls13] {
            _ = try server.exchange(request, on: server.connect(tls: options { $0.versions = version...version }))
        }
        let first = try server.connect(tls: options { $0.versions = .tls13 ... .tls13 })
        _ = try server.exchange(request, on: first)
        let session = try #require(first.session?.nextSession)
        _ = try server.exchange(request, on: server.connect(tls: options { $0.session = session }))
        #expect(counted(server) == ["1.2 full": 1, "1.3 full": 3, "1.3 resumed": 1])

        // Those that fail.
        let old = try server.connect(tls: options { $0.versions = .tls11 ... .tls11 })
        server.turn {
            old.receive(); return old.isEnded
        }
        let plain = try server.connect()
        plain.send(request)
        server.turn {
            plain.receive(); return plain.isEnded
        }
        let gone = try server.connect()
        gone.sendPlain([22, 3, 1])
        gone.finishSending()
        server.turn {
            gone.receive(); return gone.isEnded
        }
        let silent = try server.connect()
        silent.sendPlain([22, 3, 1])
        server.turn {
            silent.receive(); return silent.isEnded
        }
        #expect(
            counted(server) == [
                "1.2 full": 1, "1.3 full": 3, "1.3 resumed": 1, " failed": 1, " plain_http": 1, " closed": 1,
                " timed_out": 1,
            ])
        #expect(server.listener.statistics.limitsHit == [.headerTimeout: 1])
    }

    @Test(arguments: [TLSClient.Version.tls12, .tls13])
    func clientsThatAreNotLetIn(_ version: TLSClient.Version) throws {
        let server = try Loopback(EchoHandler(), tls: settings(clients: true))
        let stranger = try TestAuthority(name: "Stranger")
        try stranger.issue("partner")
        for identity in [nil, (stranger.certificateFile("partner"), stranger.keyFile("partner"))] {
            let client = try server.connect(
                tls: options {
                    $0.versions = version...version; $0.identity = identity
                })
            client.send(request)
            server.turn {
                client.receive(); return client.isEnded
            }
        }
        #expect(counted(server) == [" certificate_refused": 2])
    }

    @Test func theExpiryIsThatOfTheFirstCertificateToEnd() async throws {
        let state = try ServerState.small { $0.listener.tls = settings() }
        let days = { (text: Scrape) in
            ((text.value("portico_tls_certificate_expiry_timestamp_seconds") ?? 0) - Double(time(nil))) / 86_400
        }
        try await RunningServer.serving(state) { server, address in
            let text = try await RunningServer.scrape(address, tls: options())
            #expect((19.9...20.1).contains(days(text)))
            #expect(text.sum("portico_tls_handshakes_total") == 1)
            #expect(text.sum("portico_tls_handshakes_total", ["version": "1.3", "outcome": "full"]) == 1)
            // A chain is as good as what ends first in it.
            try authority.issue("intermediate", days: 0...5)
            try authority.chain("server", with: "intermediate")
            server.readAgain(always: false)
            let later = try await RunningServer.scrape(address, tls: options())
            #expect((4.9...5.1).contains(days(later)))
            #expect(later.value("portico_reloads_total", ["files": "certificates", "outcome": "taken"]) == 1)
        }
        try await RunningServer.serving(try .small()) { _, address in
            let text = try await RunningServer.scrape(address)
            #expect(text.value("portico_tls_certificate_expiry_timestamp_seconds") == nil)
        }
    }
}
