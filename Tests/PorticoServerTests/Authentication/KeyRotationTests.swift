import SocketLoop
import Synchronization
import TestCluster
import TestHTTP
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity
@testable import PorticoServer

/// Keys of an issuer that come and go while tokens by them are in use.
@Suite(.onBlockingThreads) struct KeyRotationTests {
    private static let second = "another secret of more than 32 bytes"

    private static func keys(_ kids: [String]) async throws -> [TokenKey] {
        var keys: [TokenKey] = []
        for kid in kids { keys.append(try await key(kid: kid, .hs256, .secret(kid == "a" ? Tokens.secret : second))) }
        return keys
    }

    private static func token(_ kid: String, _ user: String = "client", secret: String? = nil) -> String {
        "Bearer "
            + Tokens.hmac(
                header: "{\"alg\":\"HS256\",\"kid\":\"\(kid)\"}",
                payload: Tokens.payload(sub: user, exp: WallClock.seconds() + 60),
                secret: secret ?? (kid == "a" ? Tokens.secret : second))
    }

    /// Counts readings, and gives these keys.
    private final class Issuer: Sendable {
        let count = Atomic<Int>(0)
        let kids: Mutex<[String]?>

        init(_ kids: [String]?) { self.kids = Mutex(kids) }

        var read: Int { count.load(ordering: .relaxed) }

        @Sendable func load() async -> Result<KeySet, KeyFailure> {
            count.add(1, ordering: .relaxed)
            guard let kids = kids.withLock({ $0 }), let all = try? await KeyRotationTests.keys(kids),
                let set = try? KeySet(all)
            else { return .failure(KeyFailure("it is down")) }
            return .success(set)
        }
    }

    private func office(_ kids: [String], _ issuer: Issuer, hasAllKeys: Bool = true) async throws -> Office {
        try Office(keys: try await Self.keys(kids), hasAllKeys: hasAllKeys, reading: issuer.load)
    }

    @Test func theSameKeysForgetNothing() async throws {
        let store = KeyStore(try KeySet(try await Self.keys(["a", "b"]))), version = store.version
        store.replace(with: try KeySet(try await Self.keys(["b", "a"])))
        #expect(store.version == version)
        store.replace(with: try KeySet(try await Self.keys(["a"])))
        #expect(store.version != version)
    }

    /// Counted by the signatures that are verified: a token that is known needs none.
    @Test func onlyWhatAGoneKeyVerifiedIsForgotten() async throws {
        let issuer = Issuer(["a", "b"]), office = try await office(["a", "b"], issuer)
        let tokens = [Self.token("a"), Self.token("b", "owner")]
        for token in tokens { #expect(try office.post(authorization: token).status == 200) }
        let verified = office.checks.finished
        #expect(verified == 2)
        office.keys.replace(with: try KeySet(try await Self.keys(["a", "b"])))
        for token in tokens { #expect(try office.post(authorization: token).status == 200) }
        #expect(office.checks.finished == verified, "the same keys")
        office.keys.replace(with: try KeySet(try await Self.keys(["a", "c"])))
        #expect(try office.post(authorization: tokens[0]).status == 200)
        #expect(office.checks.finished == verified, "its key is still there")
        issuer.kids.withLock { $0 = ["a", "c"] }
        #expect(try office.post(authorization: tokens[1]).status == 401)
    }

    @Test func theFirstTokenByANewKeyHasItReadAndIsGood() async throws {
        let issuer = Issuer(["a", "b"]), office = try await office(["a"], issuer)
        #expect(try office.post(authorization: Self.token("b")).status == 200)
        #expect(issuer.read == 1)
        #expect(try office.post(authorization: Self.token("b", "owner")).status == 200)
        #expect(issuer.read == 1)
    }

    @Test func madeUpNamesAskTheIssuerOnceInAWhile() async throws {
        let issuer = Issuer(["a"]), office = try await office(["a"], issuer)
        for number in 0..<20 { #expect(try office.post(authorization: Self.token("made-up-\(number)")).status == 401) }
        #expect(issuer.read == 1 && office.checks.finished == 0)
        office.desk.now += 29_999
        #expect(try office.post(authorization: Self.token("x")).status == 401)
        #expect(issuer.read == 1)
        office.desk.now += 1
        #expect(try office.post(authorization: Self.token("x")).status == 401)
        #expect(issuer.read == 2)
        // Another algorithm than the key's is no unknown key.
        office.desk.now += 60_000
        let token =
            "Bearer "
            + Tokens.hmac(
                header: "{\"alg\":\"RS256\",\"kid\":\"a\"}", payload: Tokens.payload(exp: WallClock.seconds() + 60))
        #expect(try office.post(authorization: token).status == 401)
        #expect(issuer.read == 2)
    }

    @Test func withoutItsKeysItIsNotReadyAndSaysSo() async throws {
        let issuer = Issuer(nil), office = try await office(["a"], issuer, hasAllKeys: false)
        #expect(try office.get("/readyz").status == 503)
        #expect(try office.get("/readyz").body.contains("the keys that tokens are verified by could not be read yet"))
        let answer = try office.post(authorization: Self.token("b"))
        #expect(answer.status == 503 && issuer.read == 0)
        #expect(try code(answer) == "UNAVAILABLE")
        #expect(
            try office.post(authorization: Self.token("a")).status == 200,
            "a key that the configuration states needs no issuer")
        #expect(try office.post().status == 200, "nor does anonymous")
        issuer.kids.withLock { $0 = ["a", "b"] }
        await office.refresher?.read()
        #expect(try office.get("/readyz").status == 200)
        #expect(try office.post(authorization: Self.token("b")).status == 200)
    }

    @Test func whatFailsLeavesTheLastKeysInForce() async throws {
        let issuer = Issuer(nil), office = try await office(["a"], issuer)
        await office.refresher?.read()
        #expect(issuer.read == 1 && office.keys.isComplete)
        #expect(try office.post(authorization: Self.token("a")).status == 200)
    }

    @Test func aServerStartsWithoutItsIssuer() async throws {
        let state = try ServerState.small { configuration in
            configuration.authentication.jwks = JWKSConfiguration(source: .file(path: "/nowhere/keys.json"))
        }
        try await RunningServer.serving(state) { _, address in
            #expect(
                try await RunningServer.answer("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", from: address).status == 200)
            let answer = try await RunningServer.answer("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", from: address)
            #expect(answer.status == 503 && answer.body.contains("the keys that tokens are verified by"))
            // It is tried again, and that is counted.
            var metrics = ""
            for _ in 0..<3_000 where !metrics.contains(#"portico_reloads_total{files="keys",outcome="refused"} "#) {
                try await Task.sleep(for: .milliseconds(20))
                metrics = try await RunningServer.answer("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", from: address).body
            }
            #expect(metrics.contains(#"portico_reloads_total{files="keys",outcome="refused"} "#))
            #expect(!metrics.contains(#"portico_reloads_total{files="keys",outcome="taken"}"#))
        }
    }

    /// What is refused anyway is refused before any line.
    @Test(arguments: ["expired", "early", "malformed", "algorithm", "subject"]) func whatNeedsNoSignatureWaitsInNoLine(
        _ kind: String
    ) async throws {
        let office = try await office(["a"], Issuer(["a"]))
        let now = WallClock.seconds()
        let token =
            switch kind {
            case "expired":
                Tokens.hmac(header: "{\"alg\":\"HS256\",\"kid\":\"a\"}", payload: Tokens.payload(exp: now - 1))
            case "early":
                Tokens.hmac(
                    header: "{\"alg\":\"HS256\",\"kid\":\"a\"}",
                    payload: Tokens.payload("\"nbf\":\(now + 60)", exp: now + 90))
            case "malformed": "a.b.c"
            case "algorithm":
                Tokens.hmac(header: "{\"alg\":\"none\",\"kid\":\"a\"}", payload: Tokens.payload(exp: now + 60))
            default: Tokens.hmac(header: "{\"alg\":\"HS256\",\"kid\":\"a\"}", payload: "{\"exp\":\(now + 60)}")
            }
        #expect(try office.post(authorization: "Bearer \(token)").status == 401)
        #expect(office.checks.finished == 0)
    }
}
