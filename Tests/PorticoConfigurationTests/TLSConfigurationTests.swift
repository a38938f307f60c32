import Diagnostics
import TLSTransport
import Testing
@testable import PorticoConfiguration

/// `listener.tls` and `authentication.certificates` of `config/gateway.yaml`.
struct TLSConfigurationTests {
    private func read(_ text: String) throws(Diagnostics) -> GatewayConfiguration {
        try GatewayConfiguration.read(
            SourceText(name: "gateway.yaml", text), project: "/project", environment: { _ in nil })
    }

    private func problems(_ text: String) -> [String] {
        let source = SourceText(name: "gateway.yaml", text)
        do throws(Diagnostics) {
            _ = try read(text)
            return []
        } catch {
            return error.items.map { item in
                let place =
                    item.range.map { source.position(at: Int($0.start)) }.map { "\($0.line):\($0.column): " } ?? ""
                return place + item.message + (item.hint.map { " | \($0)" } ?? "")
            }
        }
    }

    @Test func withoutTheKeyThereIsNoTLS() throws {
        #expect(try read("{}").listener.tls == nil)
        #expect(try read("listener: { tls: null }").listener.tls == nil)
    }

    @Test func everythingThatCanBeSaid() throws {
        let configuration = try read(
            """
            listener:
              tls:
                certificate: tls/chain.pem
                key: /etc/portico/key.pem
                minimum: "1.3"
                clientCertificates: { ca: tls/partners.pem, required: false }
            authentication:
              certificates:
                - { subject: "CN=partner,O=Agency", user: u1 }
                - { email: "Post@Partner.Example", user: u3 }
                - { uri: "spiffe://partner/api", user: u3 }
                - { dns: API.partner.example, user: u3 }
                - { sha256: "\(Array(repeating: "0F", count: 32).joined(separator: ":"))", user: u2 }
            """)
        #expect(
            configuration.listener.tls
                == TLSSettings(
                    certificate: "/project/tls/chain.pem", key: "/etc/portico/key.pem",
                    clientCertificates: .init(authorities: "/project/tls/partners.pem", isRequired: false),
                    minimum: .tls13))
        #expect(
            configuration.authentication.certificates == [
                CertificateBinding(user: "u1", sign: .subject("CN=partner,O=Agency")),
                CertificateBinding(user: "u3", sign: .name(.email("Post@partner.example"))),
                CertificateBinding(user: "u3", sign: .name(.uri("spiffe://partner/api"))),
                CertificateBinding(user: "u3", sign: .name(.dns("api.partner.example"))),
                CertificateBinding(user: "u2", sign: .sha256(Array(repeating: 15, count: 32))),
            ])
    }

    @Test func whatIsNotSaid() throws {
        let settings = try #require(
            try read("listener: { tls: { certificate: c, key: k, minimum: 1.2, clientCertificates: { ca: a } } }")
                .listener.tls)
        #expect(settings.minimum == .tls12 && settings.clientCertificates?.isRequired == true)
    }

    @Test(arguments: [
        ("listener: { tls: { key: k } }", ["1:18: The key `certificate` is missing in the TLS settings."]),
        ("listener: { tls: { certificate: c } }", ["1:18: The key `key` is missing in the TLS settings."]),
        ("listener: { tls: { certificate: \"\", key: k } }", ["1:33: The value of `certificate` is empty."]),
        (
            "listener: { tls: { certificate: c, key: k, minimum: \"1.1\" } }",
            [
                "1:53: Expected the minimum version of TLS as one of `1.2`, `1.3`, found `1.1`. | Did you mean \"1.2\" or \"1.3\"?"
            ]
        ),
        (
            "listener: { tls: { certificate: c, key: k, clientCertificates: { required: true } } }",
            ["1:64: The key `ca` is missing in the clients' certificates."]
        ),
        (
            "authentication: { certificates: [{ user: u, subject: s }] }",
            [
                "1:17: `authentication.certificates` says whose certificates stand for which users, but clients are not asked for any. | State `listener.tls.clientCertificates`."
            ]
        ),
        (
            "listener: { tls: { certificate: c, key: k, clientCertificates: { ca: a } } }\nauthentication: { certificates: [{ user: u }, { user: u, subject: s, sha256: aa }] }",
            [
                "2:34: A certificate takes one of `subject`, `email`, `uri`, `dns` and `sha256`, found none.",
                "2:47: A certificate takes one of `subject`, `email`, `uri`, `dns` and `sha256`, found `subject` and `sha256`.",
            ]
        ),
        (
            "listener: { tls: { certificate: c, key: k, clientCertificates: { ca: a } } }\nauthentication: { certificates: [{ user: u, sha256: aa }, { subject: s }] }",
            [
                "2:53: Expected the SHA-256 of the certificate as 64 hexadecimal digits. | `openssl x509 -in FILE -noout -fingerprint -sha256` prints it.",
                "2:59: The key `user` is missing in a certificate.",
            ]
        ),
        (
            "listener: { tls: { certificate: c, key: k, clientCertificates: { ca: a } } }\nauthentication: { certificates: [{ user: u, dns: a.b }, { user: v, dns: A.b }, { user: u, dns: müller.de }] }",
            [
                "2:96: Expected `dns` in printable ASCII, as certificates have it. | Domains with other letters are written with `xn--` there.",
                "2:33: One certificate stands for both `u` and `v`.",
            ]
        ),
    ])
    func wrongConfigurations(_ text: String, _ expected: [String]) {
        #expect(problems(text) == expected)
    }
}
