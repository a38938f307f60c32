import Diagnostics
import HTTPWire
import PorticoGateway
import SocketLoop
import TestCluster
import TestHTTP
import Testing
@testable import PorticoConfiguration
@testable import PorticoHTTP

/// Who may read `/metrics`.
@Suite(.onBlockingThreads) struct MetricsAudienceTests {
    private func configuration(_ text: String) throws(Diagnostics) -> MetricsConfiguration {
        try GatewayConfiguration.read(
            SourceText(name: "gateway.yaml", text), project: "/project", environment: { _ in nil }
        ).metrics
    }

    @Test(arguments: [
        (
            "{}",
            [
                "local": true, "127.0.0.1": true, "127.8.0.1": true, "::1": true, "::ffff:127.0.0.1": true,
                "10.0.0.1": false, "::": false, "fe80::1": false,
            ]
        ),
        ("metrics: { public: false }", ["::1": true, "192.0.2.1": false]),
        ("metrics: { public: true }", ["192.0.2.1": true, "2001:db8::1": true, "local": true]),
        (
            "metrics: { public: [10.1.0.0/16, 192.0.2.7, \"2001:db8::/33\"] }",
            [
                "10.1.255.9": true, "10.2.0.1": false, "192.0.2.7": true, "192.0.2.8": false, "2001:db8:7fff::1": true,
                "2001:db8:8000::1": false, "::1": true, "local": true,
                "::ffff:10.1.2.3": true,
            ]
        ),
        ("metrics: { public: [0.0.0.0/0] }", ["8.8.8.8": true, "2001:db8::1": false]),
    ])
    func audience(text: String, expected: [String: Bool]) throws {
        let configuration = try configuration(text)
        for (peer, admitted) in expected {
            let peer = peer == "local" ? Peer.local : .address(try #require(IPAddress(peer)))
            #expect(configuration.admits(peer) == admitted, "\(peer)")
        }
    }

    /// A client that is gone before the kernel could say who it was gets nothing, unless everyone
    /// does.
    @Test func nobodyKnownIsNobody() throws {
        #expect(try !configuration("{}").admits(nil))
        #expect(try !configuration("metrics: { public: [0.0.0.0/0] }").admits(nil))
    }

    @Test(arguments: [
        ("metrics: { public: [10.0.0.0/33] }", "Expected a network such as `10.0.0.0/8`"),
        ("metrics: { public: [10.0.0/8] }", "found `10.0.0/8`"),
        ("metrics: { public: [\"10.0.0.0/-1\"] }", "Expected a network"),
        ("metrics: { public: [\"10.0.0.0/\"] }", "Expected a network"),
        ("metrics: { public: everyone }", "`true` or `false`"),
        ("metrics: { publik: true }", "`publik` is not known in the metrics"),
    ])
    func mistakesAreSaid(text: String, part: String) {
        do throws(Diagnostics) {
            _ = try configuration(text)
            Issue.record("it was read")
        } catch {
            #expect(error.items.count == 1)
            #expect(error.items[0].message.contains(part), "\(error.items[0].message)")
        }
    }

    /// The kernel says who is there, by TCP and by a Unix socket; a stranger learns nothing but the
    /// setting's name.
    @Test func theRouteAsksThePeer() async throws {
        let handler = PeerHandler()
        let loopback = try Loopback(handler)
        #expect(try loopback.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        let path = "/tmp/portico-peer-\(UInt32.random(in: .min ... .max))"
        #expect(try Loopback(handler, unixPath: path).exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
        #expect(handler.peers == [.address(try #require(IPAddress("127.0.0.1"))), .local])

        let office = try await Office.office(admitsToMetrics: false)
        let refused = try office.get("/metrics")
        #expect(refused.status == 403)
        #expect(refused.body.contains("metrics.public"))
        #expect(!refused.body.contains("portico_"))
        #expect(try office.get("/metrics", method: "POST").status == 405)
        #expect(try await Office.office().get("/metrics").status == 404)
    }
}

/// Notes who asks.
private final class PeerHandler: HTTPHandler {
    private(set) var peers: [Peer?] = []

    func decide(on head: HTTPRequest, _ sink: ResponseSink) {
        sink.connection.readBody(of: .stranger(sink.connection.origin))
    }

    func handle(_ request: HTTPRequest, _ sink: ResponseSink) {
        peers.append(sink.connection.peer)
        sink.respond(HTTPResponse(head: HTTPResponseHead(status: 200), body: nil))
    }

    func response(to failure: HTTPFailure) -> HTTPResponse {
        HTTPResponse(head: HTTPResponseHead(status: failure.status), body: nil)
    }
}
