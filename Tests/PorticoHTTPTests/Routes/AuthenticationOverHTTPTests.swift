import Crypto
import Foundation
import SocketLoop
import TestCluster
import TestHTTP
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// Who is let in, over real sockets.
@Suite(.onBlockingThreads) struct AuthenticationOverHTTPTests {
    @Test func withoutATokenTheViewerIsAnonymous() async throws {
        let office = try await Office.office()
        #expect(try office.post().status == 200)
        #expect(office.service.requests.first?.access.viewer == .anonymous)
    }

    @Test func whereNoRuleNamesAnonymousATokenIsNeeded() async throws {
        let office = try await Office.office()
        office.desk.rules = try ScriptedRules(["client": .tenant])
        let answer = try office.post()
        #expect(answer.status == 401)
        #expect(answer.headers["www-authenticate"] == "Bearer")
    }

    @Test func aTokenIsVerifiedOnce() async throws {
        let office = try await Office.office()
        let token = Office.token("client"), client = try office.loopback.connect()
        for _ in 0..<3 { #expect(try office.post(authorization: token, on: client).status == 200) }
        #expect(office.service.requests.map(\.access.viewer.id) == ["client", "client", "client"])
        #expect(office.service.requests.allSatisfy { $0.access.rules.role == "client" })
        #expect(office.desk.source.readings == ["client"])
    }

    @Test func requestsWithOneNewTokenWaitTogether() async throws {
        let office = try await Office.office()
        let token = Office.token("client")
        let clients = try (0..<5).map { _ in try office.loopback.connect() }
        let body = #"{"query":"{ a }"}"#
        for client in clients {
            client.send(
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: \(token)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        }
        office.loopback.turn {
            for client in clients { client.receive() }; return clients.allSatisfy { $0.answers.first?.status == 200 }
        }
        #expect(office.desk.source.readings == ["client"])
    }

    /// A signature costs what a flood of made-up tokens would make everybody pay.
    @Test func moreNewTokensThanMayWaitAreRefusedAndNotForgottenOrBlamed() async throws {
        let office = try await Office.office { $0.limits[.waitingTokenChecks] = 1 }
        let tokens = (0..<4).map { Office.token("client", #""n":\#($0)"#) }
        let clients = try tokens.map { _ in try office.loopback.connect() }
        office.loopback.idle()
        let body = #"{"query":"{ a }"}"#
        for (client, token) in zip(clients, tokens) {
            client.send(
                "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: \(token)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        }
        office.loopback.turn {
            for client in clients { client.receive() }; return clients.allSatisfy { !$0.answers.isEmpty }
        }
        // One is being verified, one waits.
        let refused = zip(clients, tokens).filter { $0.0.answers[0].status == 503 }
        #expect(clients.filter { $0.answers[0].status == 200 }.count == 2 && refused.count == 2)
        for (client, token) in refused {
            #expect(try code(client.answers[0]) == "UNAVAILABLE")
            #expect(try office.post(authorization: token).status == 200)
        }
    }

    @Test(arguments: [
        "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer a b", "x.y.z", "Bearer x.y.z",
        "Bearer " + Tokens.hmac(payload: Tokens.payload(sub: "client", exp: 1000)),
        "Bearer "
            + Tokens.hmac(
                payload: Tokens.payload(sub: "client", exp: Int(Int32.max)),
                secret: "another secret of more than 32 bytes"),
        "Bearer "
            + Tokens.hmac(header: #"{"alg":"none"}"#, payload: Tokens.payload(sub: "client", exp: Int(Int32.max))),
    ])
    func aBadTokenIsNeverAnonymous(authorization: String) async throws {
        let office = try await Office.office()
        for _ in 0..<2 {
            let answer = try office.post(authorization: authorization)
            #expect(answer.status == 401)
            #expect(answer.headers["www-authenticate"] == "Bearer error=\"invalid_token\"")
            #expect(try code(answer) == "UNAUTHENTICATED")
        }
        #expect(office.service.requests.isEmpty)
    }

    @Test(arguments: [
        ("disabled", 401, "UNAUTHENTICATED"), ("suspended", 403, "FORBIDDEN"), ("unlucky", 503, "UNAVAILABLE"),
        ("stranger", 403, "FORBIDDEN"),
    ])
    func aGoodTokenOfSomebodyWhoMayNot(user: String, status: Int, expected: String) async throws {
        let answer = try await Office.office().post(authorization: Office.token(user))
        #expect(answer.status == status)
        #expect(try code(answer) == expected)
    }

    @Test func aDatabaseThatIsDownIsA503() async throws {
        let office = try await Office.office()
        office.desk.source.failure = DirectoryFailure(isBadValue: false, detail: "down")
        #expect(try office.post(authorization: Office.token("client")).status == 503)
        office.desk.source.failure = nil
        #expect(try office.post(authorization: Office.token("client")).status == 200)
    }

    @Test func twoCredentialsAreNone() async throws {
        let office = try await Office.office()
        let token = Office.token("client")
        #expect(try office.post(authorization: token, fields: "Authorization: \(token)\r\n").status == 401)
        #expect(try office.post(authorization: token, fields: "X-API-Key: k\r\n").status == 401)
        #expect(office.service.requests.isEmpty)
    }

    @Test func aTokenThatExpiresWhileItIsCachedIsRefused() async throws {
        let office = try await Office.office()
        let token = "Bearer " + Tokens.hmac(payload: Tokens.payload(sub: "client", exp: WallClock.seconds() + 5))
        #expect(try office.post(authorization: token).status == 200)
        try await Task.sleep(for: .milliseconds(5100))
        #expect(try office.post(authorization: token).status == 401)
    }

    @Test func newKeysCountAtOnce() async throws {
        let office = try await Office.office()
        let token = Office.token("client")
        #expect(try office.post(authorization: token).status == 200)
        office.keys.replace(
            with: try KeySet([try await key(kid: nil, .hs256, .secret("another secret of more than 32 bytes"))]))
        #expect(try office.post(authorization: token).status == 401)
    }

    @Test func anAPIKeyStandsForItsUser() async throws {
        let hash = Array(SHA256.hash(data: Data("the partner's key".utf8)))
        let office = try await Office.office(apiKeys: [
            APIKeyBinding(user: "owner", sha256: hash),
            APIKeyBinding(user: "client", sha256: Array(repeating: 0, count: 32)),
        ])
        #expect(try office.post(fields: "X-API-Key: the partner's key\r\n").status == 200)
        #expect(office.service.requests.first?.access.viewer.id == "owner")
        #expect(office.service.requests.first?.access.viewer.tenants == ["t-1", "t-11", "t-12"])
        for wrong in ["the partner's kez", "the partner's key2", ""] {
            #expect(try office.post(fields: "X-API-Key: \(wrong)\r\n").status == 401)
        }
        // The bytes of an API key are no token, and the other way round.
        #expect(try office.post(authorization: "Bearer the").status == 401)
        #expect(try office.post(fields: "X-API-Key: \(Office.token("client").dropFirst(7))\r\n").status == 401)
    }
}
