import HTTPWire
import JSONBytes
import TLSTransport
import TestCluster
import TestHTTP
import TestIdentity
import TestTLS
import Testing
@testable import PorticoConfiguration
@testable import PorticoHTTP

/// Certificates that clients present: who is let in, and who that is.
@Suite(.onBlockingThreads) struct ClientCertificateTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
        try authority.issue("server")
        try authority.issue("partner", subject: [("O", "Agentur Müller"), ("CN", "partner")])
    }

    private func settings(required: Bool) -> TLSSettings {
        TLSSettings(
            certificate: authority.certificateFile("server"), key: authority.keyFile("server"),
            clientCertificates: .init(authorities: authority.authorityFile, isRequired: required))
    }

    private func options(
        _ name: String?, of other: TestAuthority? = nil, version: TLSClient.Version = .tls13
    ) -> TLSClient.Options {
        var options = TLSClient.Options()
        options.authority = authority.authorityFile
        options.versions = version...version
        let authority = other ?? authority
        options.identity = name.map { (authority.certificateFile($0), authority.keyFile($0)) }
        return options
    }

    /// Answers with what the connection knows of its client.
    private final class WhoHandler: HTTPHandler {
        func decide(on head: HTTPRequest, _ sink: ResponseSink) {
            sink.connection.readBody(of: .stranger(sink.connection.origin))
        }

        func handle(_ request: HTTPRequest, _ sink: ResponseSink) {
            let body = ResponseBuffer()
            body.append(utf8: sink.connection.clientCertificate?.subject ?? "nobody")
            if sink.connection.bringsAmbientCredentials { body.append(" ambient") }
            sink.respond(HTTPResponse(head: HTTPResponseHead(status: 200), body: body))
        }

        func response(to failure: HTTPFailure) -> HTTPResponse {
            HTTPResponse(head: HTTPResponseHead(status: failure.status), body: nil)
        }
    }

    private func ask(_ server: Loopback, _ options: TLSClient.Options) throws -> String? {
        let client = try server.connect(tls: options)
        client.send("GET /who HTTP/1.1\r\nHost: x\r\n\r\n")
        server.turn {
            client.receive(); return client.isEnded || !client.answers.isEmpty
        }
        return client.answers.first?.body
    }

    @Test(arguments: [TLSClient.Version.tls12, .tls13], [true, false])
    func aGoodCertificateIsKnown(_ version: TLSClient.Version, _ required: Bool) throws {
        let server = try Loopback(WhoHandler(), tls: settings(required: required))
        #expect(try ask(server, options("partner", version: version)) == "CN=partner,O=Agentur Müller ambient")
    }

    @Test(arguments: [TLSClient.Version.tls12, .tls13])
    func withoutOneItDependsOnTheSetting(_ version: TLSClient.Version) throws {
        #expect(try ask(Loopback(WhoHandler(), tls: settings(required: true)), options(nil, version: version)) == nil)
        #expect(
            try ask(Loopback(WhoHandler(), tls: settings(required: false)), options(nil, version: version)) == "nobody")
    }

    @Test(arguments: [true, false])
    func aBadOneIsRefusedEvenWhereNoneIsNeeded(_ required: Bool) throws {
        let server = try Loopback(WhoHandler(), tls: settings(required: required))
        let stranger = try TestAuthority(name: "Stranger")
        try stranger.issue("partner")
        #expect(try ask(server, options("partner", of: stranger)) == nil)
        try authority.issue("former", days: -9 ... -1)
        #expect(try ask(server, options("former")) == nil)
        #expect(server.listener.connectionCount == 0)
    }

    @Test func aServerThatDoesNotAskLearnsNothing() throws {
        let server = try Loopback(
            WhoHandler(),
            tls: TLSSettings(certificate: authority.certificateFile("server"), key: authority.keyFile("server")))
        #expect(try ask(server, options("partner")) == "nobody")
    }

    @Test func everyConnectionIsVerifiedAnew() throws {
        let server = try Loopback(WhoHandler(), tls: settings(required: true))
        let first = try server.connect(tls: options("partner"))
        first.send("GET /who HTTP/1.1\r\nHost: x\r\n\r\n")
        server.turn {
            first.receive(); return !first.answers.isEmpty
        }
        var again = options("partner")
        again.session = first.session?.nextSession
        let second = try server.connect(tls: again)
        second.send("GET /who HTTP/1.1\r\nHost: x\r\n\r\n")
        server.turn {
            second.receive(); return !second.answers.isEmpty
        }
        #expect(second.session?.isResumed == false)
    }

    // MARK: Users

    /// A worker whose clients may present certificates.
    private func office(_ certificates: [CertificateBinding]) async throws -> Office {
        try Office(keys: [try await key()], certificates: certificates, tls: settings(required: false))
    }

    private func subject(
        _ office: Office, _ certificate: String?, authorization: String? = nil
    ) throws -> (status: Int, user: String?) {
        let client = try office.loopback.connect(tls: options(certificate))
        let answer = try office.post(authorization: authorization, on: client)
        return (
            answer.status,
            answer.status == 200 ? office.service.requests.last?.access.viewer.id?.text : try code(answer)
        )
    }

    @Test(arguments: [true, false])
    func aCertificateStandsForAUser(_ bySubject: Bool) async throws {
        let hash = try #require(bytes(ofHex: try authority.fingerprint("partner")))
        let office = try await office([
            CertificateBinding(
                user: "client", sign: bySubject ? .subject("CN=partner,O=Agentur Müller") : .sha256(hash))
        ])
        for _ in 0..<2 {
            let (status, user) = try subject(office, "partner")
            #expect(status == 200 && user == "client")
        }
    }

    @Test(
        arguments: [
            ("email:Post@Partner.example", .email("Post@partner.example"), true),
            ("email:post@partner.example", .email("Post@partner.example"), false),
            ("URI:spiffe://partner/api", .uri("spiffe://partner/api"), true),
            ("URI:spiffe://Partner/api", .uri("spiffe://partner/api"), false),
            ("DNS:other.test,DNS:API.partner.example", .dns("api.partner.example"), true),
            ("DNS:*.partner.example", .dns("api.partner.example"), false),
            // The kind counts, too.
            ("DNS:post@partner.example", .email("post@partner.example"), false),
            ("URI:api.partner.example", .dns("api.partner.example"), false), ("IP:127.0.0.1", .dns("127.0.0.1"), false),
        ] as [(String, ClientCertificate.Name, Bool)])
    func itsOtherNamesStandForAUser(_ names: String, _ name: ClientCertificate.Name, _ matches: Bool) async throws {
        try authority.issue("named", names: names)
        let (status, user) = try subject(
            try await office([CertificateBinding(user: "client", sign: .name(name))]), "named")
        #expect(status == (matches ? 200 : 401) && user == (matches ? "client" : "UNAUTHENTICATED"))
    }

    /// The holder of a certificate for two names must not choose who it is.
    @Test func namesOfTwoUsersAreNobodys() async throws {
        try authority.issue("both", names: "email:a@partner.example,DNS:b.partner.example")
        let names: [CertificateBinding] = [
            CertificateBinding(user: "client", sign: .name(.email("a@partner.example"))),
            CertificateBinding(user: "admin", sign: .name(.dns("b.partner.example"))),
        ]
        #expect(try subject(try await office(names), "both").status == 401)
        let same = [names[0], CertificateBinding(user: "client", sign: .subject("CN=both,O=Portico"))]
        #expect(try subject(try await office(same), "both").user == "client")
        let hash = try #require(bytes(ofHex: try authority.fingerprint("both")))
        #expect(
            try subject(try await office(names + [CertificateBinding(user: "owner", sign: .sha256(hash))]), "both").user
                == "owner")
    }

    @Test func caseCountsWhereTheStandardSaysSo() {
        #expect(ClientCertificate.Name.email(matching: "a@B.C") == .email("a@b.c"))
        #expect(ClientCertificate.Name.email(matching: "nonsense") == .email("nonsense"))
        #expect(ClientCertificate.Name.dns(matching: "Ä.De") == .dns("Ä.de"))
    }

    @Test func aTokenGoesFirst() async throws {
        let office = try await office([
            CertificateBinding(user: "client", sign: .subject("CN=partner,O=Agentur Müller"))
        ])
        let (status, user) = try subject(office, "partner", authorization: Office.token("admin"))
        #expect(status == 200 && user == "admin")
        // One that is not good is not made good by the certificate.
        let (refused, reason) = try subject(office, "partner", authorization: "Bearer nonsense")
        #expect(refused == 401 && reason == "UNAUTHENTICATED")
    }

    @Test func aCertificateOfNobodyIsNoAnonymousRequest() async throws {
        try authority.issue("stranger")
        let office = try await office([
            CertificateBinding(user: "client", sign: .subject("CN=partner,O=Agentur Müller"))
        ])
        let (status, reason) = try subject(office, "stranger")
        #expect(status == 401 && reason == "UNAUTHENTICATED")
        // Without a certificate nothing was claimed.
        #expect(try subject(office, nil).status == 200)
    }

    @Test func whereCertificatesOnlyLetClientsInTheySayNothingOfUsers() async throws {
        let (status, user) = try subject(try await office([]), "partner")
        #expect(status == 200 && user == nil)
    }

    @Test func aUserThatIsNotActiveIsRefused() async throws {
        let office = try await office([
            CertificateBinding(user: "disabled", sign: .subject("CN=partner,O=Agentur Müller"))
        ])
        #expect(try subject(office, "partner").status == 401)
    }
}
