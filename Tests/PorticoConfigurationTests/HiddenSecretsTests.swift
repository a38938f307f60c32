import Diagnostics
import PostgresClient
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// What is wrong with a configuration is told without what is secret in it.
@Suite struct HiddenSecretsTests {
    private func problems(_ text: String, _ environment: [String: String] = [:]) -> String {
        let source = SourceText(name: GatewayConfiguration.path, text)
        do throws(Diagnostics) {
            _ = try GatewayConfiguration.read(source, project: "/nowhere", environment: { environment[$0] })
            return ""
        } catch {
            return error.items.map { render($0, in: source) }.joined(separator: "\n") + "\(error)"
        }
    }

    @Test(arguments: [
        "authentication: { keys: [{ algorithm: HS256, secret: hunter2 }] }",
        "authentication: { keys: [{ algorithm: HS256, secret: [hunter2] }], issuer: [x] }",
        "authentication: { keys: [{ algorithm: RS256, file: \"-----BEGIN hunter2\" }] }",
        "authentication:\n  jwks:\n    url: http://user:hunter2@idp.test/keys\n",
        "authentication: { jwks: { url: \"http://localhost@hunter2.test/\" } }",
        "database:\n  url: postgres://u:hunter2@h/db\n connections: 1",
        "database: { url: postgres://u:hunter2@h/db, connections: many }",
        "database: { url: { nested: hunter2 }, conections: 1 }",
        "listener: { tls: { certificate: a.pem, key: \"-----BEGIN PRIVATE KEY-----\\nhunter2\" } }",
        "cursors: { secret: hunter2 }",
        "database: { connections: ${PASSWORD} }", "logging: { level: ${PASSWORD} }",
        "limits: { body: ${PASSWORD}, bodyTimeout: ${PASSWORD} }", "cors: { origins: [\"${PASSWORD}\"] }",
        "listener: { unixSocket: { path: a, mode: ${PASSWORD} } }", "tracing: { sample: \"${PASSWORD}\" }",
        "metrics: { public: [\"${PASSWORD}\"] }",
    ]) func noSecretIsTold(_ text: String) {
        let told = problems(text, ["PASSWORD": "hunter2"])
        #expect(!told.isEmpty && !told.contains("hunter2"), "\(told)")
    }

    /// The password of a URL that cannot be read, or that is read as something else than it was
    /// meant to be.
    @Test(arguments: [
        "postgres://u:hunter2@h:5432/db?sslmode", "postgres://u:hun%zzter2@h/db", "postgres://u:pa/hunter2@h/db",
        "postgres://u:hunter2/x@h/db", "postgres://u:pa@hunter2@h/db",
        "postgres://u:12/hunter2@h/db", "host=h password=two hunter2", "host=h port=hunter2", "postgres:hunter2@h",
        "postgres://[hunter2", "host=h pasword=hunter2x hunter2",
        "postgres://u:a\"b\"hunter2 x", "host=user:hunter2@h",
    ]) func noPasswordIsTold(_ url: String) {
        do throws(DatabaseFailure) {
            _ = try ConnectionSettings(url)
            Issue.record("it is read")
        } catch {
            let told = "\(error.message) \(error) \(String(reflecting: error))"
            #expect(error.kind == .invalidInput && !told.contains("hunter2") && !told.contains("hun%zz"), "\(told)")
        }
    }

    @Test(arguments: [
        "postgres://u:p%40ss@h/db", "postgres://h/db?user=u&password=p@ss", "host=/var/run/postgresql user=u",
        "postgres://u:p@[::1]:5432/db", "postgres://u:p@a:1,b:2/db",
        "host=h password='it is@/:'", "postgresql:///db?host=/tmp", "host=@abstract",
    ]) func whatCanBeReadIsRead(_ url: String) { #expect(throws: Never.self) { try ConnectionSettings(url) } }

    @Test func theURLOfAJWKSIsToldWithoutItsCredentials() async {
        #expect(JWKSDownload.shown("https://user:hunter2@idp.test/keys?token=hunter2#x") == "https://…@idp.test/keys")
        #expect(JWKSDownload.shown("https://idp.test/keys") == "https://idp.test/keys")
        #expect(JWKSDownload.shown("https://a@hunter2@idp.test") == "https://…@idp.test")
        var authentication = AuthenticationConfiguration()
        authentication.jwks = JWKSConfiguration(source: .url("http://user:hunter2@127.0.0.1:1/keys?x=hunter2"))
        let failure = await #expect(throws: KeyFailure.self) {
            try await KeyLoader(authentication: authentication).load()
        }
        #expect(failure?.description.contains("hunter2") == false)
    }
}
