import TLSTransport
import TestHTTP
import TestIdentity
import TestTLS
import Testing
@testable import PorticoConfiguration

/// Requests on connections that themselves say who asks, as any page could have a browser send
/// them.
struct AmbientCredentialsTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
        try authority.issue("server")
        try authority.issue("partner", subject: [("CN", "partner")])
    }

    private func office() async throws -> Office {
        let settings = TLSSettings(
            certificate: authority.certificateFile("server"), key: authority.keyFile("server"),
            clientCertificates: .init(authorities: authority.authorityFile, isRequired: false))
        return try Office(
            keys: [try await key()], certificates: [CertificateBinding(user: "client", sign: .subject("CN=partner"))],
            tls: settings)
    }

    private func connect(_ office: Office, withCertificate: Bool = true) throws -> Client {
        var options = TLSClient.Options()
        options.authority = authority.authorityFile
        if withCertificate { options.identity = (authority.certificateFile("partner"), authority.keyFile("partner")) }
        return try office.loopback.connect(tls: options)
    }

    @Test func aGETNeedsAField() async throws {
        let office = try await office()
        let client = try connect(office)
        let cases = [
            ("/graphql?query=%7Ba%7D", "", 403), ("/graphql?query=%7Ba%7D", "X-Portico-Request: 1\r\n", 200),
            ("/graphql?query=%7Ba%7D", "X-Portico-Request:\r\n", 200),
            ("/graphql?query=%7Ba%7D", "Origin: https://evil.example\r\n", 403),
            ("/graphql?query=%7Ba%7D", "Content-Type: application/json\r\n", 403),
            ("/schema.graphql", "", 403), ("/schema.graphql", "X-Portico-Request: 1\r\n", 200), ("/healthz", "", 200),
            ("/graphql", "Accept: text/html\r\n", 200),
        ]
        for (target, fields, status) in cases {
            let answer = try office.loopback.exchange("GET \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n", on: client)
            #expect(answer.status == status, "\(target) \(fields)")
            if status == 403 { #expect(try code(answer) == "FORBIDDEN") }
        }
        #expect(office.service.requests.map(\.access.viewer.id) == ["client", "client"])
    }

    @Test func aPOSTOfJSONIsNoSimpleRequest() async throws {
        let office = try await office()
        let client = try connect(office)
        let cases: [(String?, String, Int)] = [
            ("application/json", "", 200), ("application/json; charset=utf-8", "", 200), ("text/plain", "", 403),
            ("text/plain;application/json", "", 403), (nil, "", 403),
            ("application/x-www-form-urlencoded", "", 403), ("text/plain", "X-Portico-Request: 1\r\n", 415),
            ("text/plain", "Content-Type: application/json\r\n", 403),
        ]
        for (contentType, fields, status) in cases {
            #expect(
                try office.post(contentType: contentType, fields: fields, on: client).status == status,
                "\(contentType ?? "none") \(fields)")
        }
        #expect(office.service.requests.count == 2)
    }

    @Test func withoutACertificateNothingIsNeeded() async throws {
        let office = try await office()
        let client = try connect(office, withCertificate: false)
        #expect(
            try office.loopback.exchange("GET /graphql?query=%7Ba%7D HTTP/1.1\r\nHost: x\r\n\r\n", on: client).status
                == 200)
    }
}
