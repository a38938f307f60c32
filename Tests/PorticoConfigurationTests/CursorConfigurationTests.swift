import Diagnostics
import PorticoGateway
import Testing
@testable import PorticoConfiguration

/// Where the key of cursors comes from.
@Suite struct CursorConfigurationTests {
    private static let secrets = ["first", "second", "third"].map { "\($0) secret, long enough for a key of HS256" }

    private func configuration(
        _ text: String, environment: [String: String] = [:]
    ) throws(Diagnostics) -> GatewayConfiguration {
        try GatewayConfiguration.read(
            SourceText(name: "gateway.yaml", text), project: "/project", environment: { environment[$0] })
    }

    private func sealed(_ key: CursorKey?) -> [UInt8]? { key?.box(for: []).seal([1]) }

    private func sealed(by secret: String) -> [UInt8]? { sealed(CursorKey(secret: Array(secret.utf8))) }

    @Test func theStatedSecretWins() throws {
        let configuration = try configuration(
            "cursors: { secret: \"\(Self.secrets[0])\" }", environment: ["PORTICO_JWT_SECRET": Self.secrets[1]])
        #expect(sealed(configuration.cursorKey) == sealed(by: Self.secrets[0]))
    }

    @Test func elseTheSecretOfTokens() throws {
        let keys = "authentication: { keys: [{ kid: old, algorithm: HS256, secret: \"\(Self.secrets[2])\" }] }"
        #expect(sealed(try configuration(keys).cursorKey) == sealed(by: Self.secrets[2]))
        #expect(
            sealed(try configuration(keys, environment: ["PORTICO_JWT_SECRET": Self.secrets[1]]).cursorKey)
                == sealed(by: Self.secrets[1]))
    }

    @Test func elseThereIsNone() throws {
        #expect(try configuration("{}").cursorKey == nil)
    }

    @Test func aShortSecretIsRefused() {
        let error = #expect(throws: Diagnostics.self) { try configuration("cursors: { secret: short }") }
        #expect(error?.items.map(\.message) == ["The secret of the cursors has 5 bytes; it needs at least 32."])
    }
}
