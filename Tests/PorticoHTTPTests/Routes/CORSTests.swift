import HTTPWire
import PorticoGateway
import TestCluster
import TestHTTP
import Testing
@testable import PorticoConfiguration

/// Pages of other origins, with a scripted gateway.
@Suite(.onBlockingThreads) struct CORSTests {
    private static let page = "https://app.example.com"
    private static let preflight =
        "Origin: \(page)\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization, content-type\r\n"

    private func office(_ origins: CORSConfiguration.Origins) async throws -> Office {
        try await Office.office {
            $0.cors = CORSConfiguration(origins: origins)
            $0.cors?.headers = ["authorization", "content-type"]
        }
    }

    @Test(arguments: ["/graphql", "/schema.graphql"])
    func preflights(path: String) async throws {
        let answer = try await office(.these([Self.page])).get(path, method: "OPTIONS", fields: Self.preflight)
        #expect(answer.status == 204)
        #expect(answer.headers["access-control-allow-origin"] == Self.page)
        #expect(
            answer.headers["access-control-allow-methods"] == (path == "/graphql" ? "GET, HEAD, POST" : "GET, HEAD"))
        #expect(answer.headers["access-control-allow-headers"] == "authorization, content-type")
        #expect(answer.headers["access-control-max-age"] == "600")
        #expect(answer.headers["vary"] == "origin, access-control-request-method, access-control-request-headers")
        #expect(answer.headers["access-control-allow-credentials"] == nil)
        #expect(answer.headers["x-request-id"] != nil)
        #expect(answer.body.isEmpty)
    }

    @Test func otherOriginsAreToldNothing() async throws {
        let office = try await office(.these([Self.page]))
        for origin in [
            "https://evil.example", "null", "https://app.example.com.evil.example", "http://app.example.com",
            "https://APP.example.com",
        ] {
            let preflight = try office.get(
                "/graphql", method: "OPTIONS", fields: "Origin: \(origin)\r\nAccess-Control-Request-Method: POST\r\n")
            #expect(preflight.status == 204)
            #expect(!preflight.headers.keys.contains { $0.hasPrefix("access-control") })
            let answer = try office.post(fields: "Origin: \(origin)\r\n")
            #expect(answer.headers["access-control-allow-origin"] == nil)
            #expect(answer.headers["vary"] == "origin")
        }
    }

    @Test func answersAndErrorsMayBeRead() async throws {
        let office = try await office(.these([Self.page]))
        for answer in [
            try office.post(fields: "Origin: \(Self.page)\r\n"),
            try office.post("{", fields: "Origin: \(Self.page)\r\n"),
            try office.post(authorization: "Bearer x", fields: "Origin: \(Self.page)\r\n"),
        ] {
            #expect(answer.headers["access-control-allow-origin"] == Self.page)
            #expect(answer.headers["access-control-expose-headers"] == "x-request-id, retry-after, server-timing")
            #expect(answer.headers["access-control-allow-credentials"] == nil)
        }
        // What a cache keeps for nobody's page must not serve a page.
        #expect(try office.post().headers["vary"] == "origin")
    }

    /// What is refused before anything is asked may be read as well, as far as it is known who
    /// asks.
    @Test(arguments: [
        (
            "POST /graphql HTTP/1.1\r\nHost: x\r\nOrigin: \(page)\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n",
            413
        ),
        (
            "POST /graphql HTTP/1.1\r\nHost: x\r\nOrigin: \(page)\r\nX-Long: \(String(repeating: "x", count: 40_000))\r\n\r\n",
            431
        ),
        (
            "POST /graphql HTTP/1.1\r\nHost: x\r\nOrigin: \(page)\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400
        ),
        ("POST /graphql HTTP/1.1\r\nHost: x\r\nOrigin: \(page)\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400),
    ])
    func refusalsOfTheWireMayBeRead(text: String, status: Int) async throws {
        let office = try await office(.these([Self.page]))
        func answer(_ text: String) throws -> Answer? {
            let client = try office.loopback.connect()
            client.send(text)
            office.loopback.turn {
                client.receive(); return !client.answers.isEmpty
            }
            return client.answers.first
        }
        let own = try answer(text)
        #expect(
            own?.status == status && own?.headers["access-control-allow-origin"] == Self.page
                && own?.headers["vary"] == "origin")
        let other = try answer(text.replacingOccurrences(of: Self.page, with: "https://evil.example"))
        #expect(other?.status == status && other?.headers["access-control-allow-origin"] == nil)
    }

    @Test func theOperatorsPathsAreForNoPage() async throws {
        let office = try await office(.any)
        let answer = try office.get("/metrics", fields: "Origin: \(Self.page)\r\n")
        #expect(!answer.headers.keys.contains { $0.hasPrefix("access-control") })
    }

    @Test func everyFieldThatTheGatewayReadsMayBeSent() async throws {
        let known = CORSConfiguration(origins: .any).headers
        for field in [
            "authorization", "content-type", "x-api-key", "x-request-id", "x-portico-request", "x-portico-timing",
            "x-portico-consistency", "x-portico-explain", "traceparent", "tracestate",
        ] {
            #expect(known.contains(field))
        }
    }

    @Test func anyOrigin() async throws {
        let office = try await office(.any)
        #expect(
            try office.get("/graphql", method: "OPTIONS", fields: Self.preflight).headers["access-control-allow-origin"]
                == "*")
        let answer = try office.post(fields: "Origin: null\r\n")
        #expect(answer.headers["access-control-allow-origin"] == "*")
        #expect(answer.headers["vary"] == nil)
    }

    @Test(arguments: [
        ("/graphql", "Origin: https://a.example\r\n", 405), ("/healthz", preflight, 405), ("/nowhere", preflight, 404),
    ])
    func whatIsNoPreflight(path: String, fields: String, status: Int) async throws {
        #expect(try await office(.any).get(path, method: "OPTIONS", fields: fields).status == status)
    }

    @Test func withoutTheSettingThereIsNone() async throws {
        let office = try await Office.office()
        #expect(try office.get("/graphql", method: "OPTIONS", fields: Self.preflight).status == 405)
        let answer = try office.post(fields: "Origin: \(Self.page)\r\n")
        #expect(answer.status == 200)
        #expect(!answer.headers.keys.contains { $0.hasPrefix("access-control") || $0 == "vary" })
    }
}
