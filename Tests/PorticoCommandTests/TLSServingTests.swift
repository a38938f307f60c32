import Foundation
import TLSTransport
import TestTLS
import TestCluster
import Testing

/// `portico serve` with certificates, as a process: what signals do, and what must not end it.
@Suite(.onBlockingThreads) struct TLSServingTests {
    private let secret = ["PORTICO_JWT_SECRET": String(repeating: "s", count: 40)]

    private func connect(_ port: UInt16) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        return socket
    }

    /// One request on a connection of its own: the status line, and who answered.
    private func ask(_ port: UInt16, _ authority: TestAuthority) throws -> (status: String, server: String?) {
        let socket = try connect(port)
        defer { close(socket) }
        var options = TLSClient.Options()
        options.authority = authority.authorityFile
        let client = try TLSClient(socket, options)
        try #require(
            client.write(Array("GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".utf8))
                != .wouldBlock)
        var answer: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 4_096)
        while case .bytes(let count) = buffer.withUnsafeMutableBytes({ client.read(into: $0) }) {
            answer += buffer[..<count]
        }
        return (String(decoding: answer.prefix { $0 != 13 }, as: UTF8.self), client.serverName)
    }

    private func configure(_ project: ProjectCopy, _ authority: TestAuthority) throws {
        try project.replace(
            "listener:\n",
            by:
                "listener:\n  tls: { certificate: \(authority.certificateFile("server")), key: \(authority.keyFile("server")) }\n",
            in: "config/gateway.yaml")
    }

    @Test func aHangupReadsTheCertificatesAgain() async throws {
        let project = try ProjectCopy(), authority = try TestAuthority()
        try authority.issue("server")
        try configure(project, authority)
        let server = try RunningCommand(
            ["serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0"], environment: secret)
        let port = try await server.port()
        let first = try ask(port, authority)
        #expect(first.status == "HTTP/1.1 200 OK" && first.server == "server")
        try authority.issue("server", subject: [("CN", "second")])
        server.signal(SIGHUP)
        try await server.wait(for: "new connections get the certificates that were read again")
        #expect(try ask(port, authority).server == "second")
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: authority.keyFile("server")))
        server.signal(SIGHUP)
        try await server.wait(for: "server.key holds no private key; it is not PEM")
        #expect(try ask(port, authority).server == "second")
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    @Test func clientsThatVanishDoNotEndTheServer() async throws {
        let project = try ProjectCopy(), authority = try TestAuthority()
        try authority.issue("server")
        try configure(project, authority)
        let server = try RunningCommand(
            ["serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0"], environment: secret)
        let port = try await server.port()
        #expect(!server.ignores(SIGPIPE))
        for round in 0..<40 {
            let socket = try connect(port)
            let client = try TLSClient(socket)
            // Some leave within the handshake, some behind a request, and all with a reset.
            let request = Array("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n".utf8)
            if round % 2 == 0 {
                for _ in 0..<20 { _ = client.write(request) }
            } else {
                _ = write(socket, [22, 3, 1, 2, 0, 1, 0, 1], 8)
            }
            var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
            close(socket)
        }
        #expect(try ask(port, authority).status == "HTTP/1.1 200 OK")
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    /// There are always rules that can be read again.
    @Test func withoutCertificatesAHangupDoesNotEndItEither() async throws {
        let project = try ProjectCopy()
        let server = try RunningCommand(
            ["serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0"], environment: secret)
        _ = try await server.port()
        server.signal(SIGHUP)
        try await server.wait(for: "the access rules were read again")
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }

    @Test func aKeyThatDoesNotFitKeepsItFromStarting() throws {
        let project = try ProjectCopy(), authority = try TestAuthority()
        try authority.issue("server")
        try configure(project, authority)
        let certificate = try Data(contentsOf: URL(fileURLWithPath: authority.certificateFile("server")))
        try authority.issue("server")
        try certificate.write(to: URL(fileURLWithPath: authority.certificateFile("server")))
        let result = try CommandProcess.run(
            ["serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0"], environment: secret)
        #expect(result.status == 2)
        #expect(
            result.errors.contains(
                "The key \(authority.keyFile("server")) does not belong to the certificate of \(authority.certificateFile("server"))."
            ))
    }

    /// The authorities that OpenSSL believes in, which `SSL_CERT_FILE` may name, are believed for
    /// the keys of an issuer too.
    @Test(arguments: [true, false]) func theIssuerMustBeBelieved(_ isKnown: Bool) async throws {
        let project = try ProjectCopy(), authority = try TestAuthority()
        try authority.issue("issuer")
        let keys =
            #"{"keys":[{"kid":"a","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
        var script = TestSite.Script("HTTP/1.1 200 OK\r\ncontent-length: \(keys.utf8.count)\r\n\r\n\(keys)")
        script.identity = TLSSettings(
            certificate: authority.certificateFile("issuer"), key: authority.keyFile("issuer"))
        let site = try TestSite(script)
        try project.replace(
            "authentication:\n", by: "authentication:\n  jwks: { url: https://localhost:\(site.port)/keys }\n",
            in: "config/gateway.yaml")
        let server = try RunningCommand(
            ["serve", "--project", project.path, "--database-url", "host=/nowhere", "--port", "0"],
            environment: secret.merging(isKnown ? ["SSL_CERT_FILE": authority.authorityFile] : [:]) { $1 })
        _ = try await server.port()
        if isKnown {
            #expect(site.requests.count == 1 && !server.text.contains("JWKS"))
        } else {
            let told =
                "The JWKS https://localhost:\(site.port)/keys cannot be fetched: TLS with localhost: the server's certificate is refused: unable to get local issuer certificate."
            #expect(site.requests.isEmpty && server.text.contains(told), "\(server.text)")
        }
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
    }
}
