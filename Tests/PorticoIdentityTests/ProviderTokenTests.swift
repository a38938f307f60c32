import Crypto
import CryptoExtras
import Diagnostics
import ExactText
import Foundation
import JWTKit
import PorticoAccess
import TestIdentity
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// Tokens as four providers make them, with the configurations that
/// docs/guides/identity-providers.md gives for them.
@Suite struct ProviderTokenTests {
    /// The configuration of a provider as the documentation has it, and the payload of one of its
    /// tokens.
    struct Provider: Sendable, CustomTestStringConvertible {
        var name: String
        var payload: String
        var viewer: Viewer
        /// Entra's directories are issuers of their own.
        var hasOneIssuer = true

        var testDescription: String { name }
    }

    static let providers = [
        Provider(
            name: "Auth0",
            payload: """
                {"https://example.com/role":"agency_owner","https://example.com/tenant":"agency-001","iss":"https://example.eu.auth0.com/","sub":"auth0|65f0c0ffee",
                "aud":["https://api.example.com","https://example.eu.auth0.com/userinfo"],"iat":1749999999,"exp":1750003600,"azp":"S3cr3tCl13nt","scope":"openid profile"}
                """,
            viewer: Viewer(
                id: "auth0|65f0c0ffee", role: "agency_owner", tenant: "agency-001", tenants: ["agency-001"],
                claims: ["azp": "S3cr3tCl13nt", "scope": "openid profile"])),
        Provider(
            name: "Keycloak",
            payload: """
                {"exp":1750000300,"iat":1749999999,"auth_time":1749999998,"jti":"a1b2","iss":"https://id.example.com/realms/agencies","aud":["portico","account"],
                "sub":"0b9d7c5e-3f62-4a51-9f7e-2d1c8e9a7b44","typ":"Bearer","azp":"web","sid":"77aa","acr":"1",
                "realm_access":{"roles":["offline_access","agency_agent","uma_authorization","default-roles-agencies"]},
                "resource_access":{"account":{"roles":["manage-account","view-profile"]}},"scope":"openid","email_verified":true,"tenant":"agency-002"}
                """,
            viewer: Viewer(
                id: "0b9d7c5e-3f62-4a51-9f7e-2d1c8e9a7b44", role: "agency_agent", tenant: "agency-002",
                tenants: ["agency-002"],
                claims: [
                    "auth_time": "1749999998", "typ": "Bearer", "azp": "web", "sid": "77aa", "acr": "1",
                    "scope": "openid", "email_verified": "true",
                ])),
        Provider(
            name: "Cognito",
            payload: """
                {"sub":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","cognito:groups":["agents","owners"],"email_verified":true,
                "iss":"https://cognito-idp.eu-south-1.amazonaws.com/eu-south-1_Example","cognito:username":"anna","custom:tenant":"agency-003","origin_jti":"x",
                "aud":"1example23456789","event_id":"y","token_use":"id","auth_time":1749999998,"exp":1750003600,"iat":1749999999,"jti":"z"}
                """,
            viewer: Viewer(
                id: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", role: "agency_owner", tenant: "agency-003",
                tenants: ["agency-003"],
                claims: [
                    "email_verified": "true", "cognito:username": "anna", "origin_jti": "x", "event_id": "y",
                    "token_use": "id", "auth_time": "1749999998",
                ])),
        Provider(
            name: "Entra",
            payload: """
                {"aud":"6e74172b-be56-4843-9ff4-e66a39bb12e3","iss":"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
                "iat":1749999999,"nbf":1749999999,"exp":1750003600,"azp":"app","oid":"690222be-ff1a-4d56-abd1-7e4f7d38e474","roles":["Portal.Agent"],
                "scp":"access_as_user","sub":"HKZpfaHyWadeOouYlitjrI","tid":"72f988bf-86f1-41af-91ab-2d7cd011db47","ver":"2.0"}
                """,
            viewer: Viewer(
                id: "690222be-ff1a-4d56-abd1-7e4f7d38e474", role: "agency_agent",
                tenant: "72f988bf-86f1-41af-91ab-2d7cd011db47",
                tenants: ["72f988bf-86f1-41af-91ab-2d7cd011db47"],
                claims: ["azp": "app", "scp": "access_as_user", "ver": "2.0"]), hasOneIssuer: false),
    ]

    private static let documentation = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/guides/identity-providers.md")

    /// The example of a provider, from below its heading.
    private func example(_ name: String) throws -> String {
        let text = try String(contentsOf: Self.documentation, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n### \(name)\n").dropFirst().first)
        let lines = section.split(separator: "\n", omittingEmptySubsequences: false).drop { !$0.hasPrefix("    ") }
            .prefix { $0.hasPrefix("    ") }
        #expect(!lines.isEmpty)
        return lines.map { String($0.dropFirst(4)) }.joined(separator: "\n") + "\n"
    }

    @Test(arguments: providers) func itsTokenMakesAViewer(_ provider: Provider) async throws {
        var authentication = try GatewayConfiguration.read(
            SourceText(name: GatewayConfiguration.path, try example(provider.name)), project: "/nowhere",
            environment: { _ in nil }
        ).authentication
        // The keys are the test's; where they come from is tested elsewhere.
        guard case .url(let url)? = authentication.jwks?.source else { throw SomethingIsMissing() }
        #expect(url.hasPrefix("https://"))
        let pair = try _RSA.Signing.PrivateKey(keySize: .bits2048),
            published = try Insecure.RSA.PrivateKey(backing: pair).publicKey.getKeyPrimitives()
        func number(_ bytes: Data) -> String { Tokens.base64URL(bytes) }
        let jwks =
            #"{"keys":[{"kid":"its-key","kty":"RSA","use":"sig","n":"\#(number(published.modulus))","e":"\#(number(published.publicExponent))"}]}"#
        let keys = try KeySet(try await JWKSDocument.keys(Array(jwks.utf8), name: "its keys"))
        authentication.jwks = nil

        let signed =
            Tokens.base64URL(#"{"alg":"RS256","kid":"its-key","typ":"JWT"}"#) + "." + Tokens.base64URL(provider.payload)
        let signature = try pair.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5)
        let token = Array((signed + "." + Tokens.base64URL(signature.rawRepresentation)).utf8)
        let verifier = TokenVerifier(keys: keys, requirements: authentication.requirements)
        let claims = try await verifier.verify(token, now: Tokens.now).get()

        let rules = try ScriptedRules(["agency_agent": .tenant, "agency_owner": .subtree, "anonymous": .tenant]),
            source = ScriptedSource()
        let directory = ViewerDirectory(
            statements: DirectoryStatements(users: authentication.users, tenants: authentication.tenants),
            authentication: authentication, source: source, clock: { 0 },
            report: { _ in })
        let resolver = ViewerResolver(
            directory: directory, claims: authentication.requirements.claims, snapshot: { rules })
        var answer: Result<Access, AuthenticationFailure>?
        resolver.resolve(resolver.identity(claims)) { answer = $0 }
        #expect(try #require(answer).get().viewer == provider.viewer)
        #expect(source.readings.isEmpty)

        // The same token for another program, and another issuer's.
        func failure(without part: String) throws -> TokenFailure? {
            let payload = provider.payload.replacing(part, with: "\"other\"")
            try #require(payload != provider.payload)
            let other =
                Tokens.base64URL(#"{"alg":"RS256","kid":"its-key"}"#) + "." + Tokens.base64URL(payload) + ".AAAA"
            guard case .failure(let reason) = verifier.examine(Array(other.utf8), now: Tokens.now) else { return nil }
            return reason
        }
        #expect(try failure(without: "\"aud\"") == .wrongAudience)
        #expect(try failure(without: "\"iss\"") == (provider.hasOneIssuer ? .wrongIssuer : nil))
        #expect(await verifier.verify(token, now: Tokens.now + 7_200) == .failure(.expired))
    }

    private struct SomethingIsMissing: Error {}
}
