import Glibc
import JWTKit
import TestTLS
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// Keys out of a JWKS: from a file, and over HTTP from this machine.
struct KeyLoaderTests {
    private func document(_ kid: String) throws -> String {
        let parameters = try #require(ES256PrivateKey().publicKey.parameters)
        return #"{"keys":[{"kid":"\#(kid)","kty":"EC","crv":"P-256","x":"\#(parameters.x)","y":"\#(parameters.y)"}]}"#
    }

    private func load(_ source: JWKSConfiguration.Source) async throws -> KeySet {
        var authentication = AuthenticationConfiguration()
        authentication.jwks = JWKSConfiguration(source: source)
        return try await KeyLoader(authentication: authentication).load()
    }

    @Test func fromAFile() async throws {
        var template = Array("/tmp/portico-jwks-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let text = try document("from-file")
        _ = text.withCString { write(descriptor, $0, text.utf8.count) }
        close(descriptor)
        #expect(try await load(.file(path: path)).key(kid: "from-file", algorithm: "ES256") != nil)
        await #expect(throws: KeyFailure.self) { try await load(.file(path: path + "-not-there")) }
    }

    private func answer(_ body: String, status: String = "200 OK", fields: String = "") -> TestSite.Script {
        TestSite.Script("HTTP/1.1 \(status)\r\ncontent-length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    @Test func overHTTP() async throws {
        let site = try TestSite(answer(document("from-url")))
        #expect(
            try await load(.url("http://127.0.0.1:\(site.port)/keys")).key(kid: "from-url", algorithm: "ES256") != nil)
        #expect(site.requests.count == 1 && site.requests[0].hasPrefix("GET /keys HTTP/1.1\r\n"))
        // Nobody listens there any more, in a moment.
        await #expect(throws: KeyFailure.self) { try await load(.url("http://127.0.0.1:\(site.port)/keys")) }
    }

    @Test func answersThatAreNoKeys() async throws {
        for (script, told) in [
            (answer("not JSON"), "is not a JSON Web Key Set: "),
            (answer(try document("x"), status: "404 Not Found"), "cannot be fetched: the answer is 404 and not 200."),
            // A redirect is not followed: what stands behind it was not configured.
            (
                answer(
                    try document("x"), status: "302 Found",
                    fields: "location: https://elsewhere.test/keys?token=secret\r\n"),
                "cannot be fetched: the answer is 302, a redirect to https://elsewhere.test/keys, which is not followed; configure the URL that it leads to."
            ),
            (answer(String(repeating: " ", count: 2 << 20)), "its body is longer than 1048576 bytes."),
        ] {
            let site = try TestSite(script), url = "http://name:hidden@127.0.0.1:\(site.port)/keys?also=hidden"
            let failure = await #expect(throws: KeyFailure.self) { try await load(.url(url)) }
            let text = try #require(failure?.description)
            #expect(text.contains(told) && !text.contains("hidden") && !text.contains("secret"), "\(text)")
        }
    }

    @Test func withoutAnyKeyThereIsNoSet() async {
        await #expect(throws: KeyFailure.self) {
            try await KeyLoader(authentication: AuthenticationConfiguration()).load()
        }
    }
}
