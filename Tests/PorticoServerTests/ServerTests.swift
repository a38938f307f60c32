import Glibc
import SocketLoop
import TLSTransport
import TestCluster
import TestHTTP
import TestTLS
import Testing
@testable import PorticoConfiguration
@testable import PorticoServer

/// The whole server with its own threads, and without a database.
@Suite(.onBlockingThreads) struct ServerTests {
    private func state(
        workers: Int = 1, _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> ServerState { try .small(workers: workers, change) }

    private func answer(
        _ request: String, from address: ListenAddress, tls options: TLSClient.Options? = nil
    ) async throws -> Answer {
        try await RunningServer.answer(request, from: address, tls: options)
    }

    private func post(_ query: String) -> String {
        let body = #"{"query":"\#(query)"}"#
        return
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func itServesWithoutADatabaseAndStops() async throws {
        let server = try await Server(try state(workers: 2))
        async let running: Void = server.run()
        let address = try #require(server.addresses.first)
        #expect(try await answer("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", from: address).status == 200)
        #expect(try await answer("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", from: address).status == 503)
        for _ in 0..<8 {
            let response = try await answer(post("{ apiVersion }"), from: address)
            #expect(response.status == 200)
            #expect(response.body == #"{"data":{"apiVersion":"1.0"}}"#)
        }
        #expect(try await answer(post("{ apiVersio }"), from: address).body.contains("VALIDATION_ERROR"))
        // A user cannot be looked up without a database.
        let token = Office.token("client")
        #expect(
            try await answer(
                "GET /graphql?query=%7BapiVersion%7D HTTP/1.1\r\nHost: x\r\nAuthorization: \(token)\r\n\r\n",
                from: address
            ).status == 503)
        server.stop()
        try await running
        #expect(throws: (any Error).self) { try Client(address) }
    }

    @Test func workersShareAUnixSocketWhichIsRemovedInTheEnd() async throws {
        var template = Array("/tmp/portico-http-XXXXXX".utf8CString)
        let made: UnsafeMutablePointer<CChar>? = mkdtemp(&template)
        let folder = String(cString: try #require(made)), path = folder + "/s"
        defer { rmdir(folder) }
        let server = try await Server(
            try state(workers: 2) {
                $0.listener.host = nil
                $0.listener.unixSocket = UnixSocketConfiguration(path: path, mode: 0o600)
            })
        async let running: Void = server.run()
        for _ in 0..<8 {
            #expect(try await answer(post("{ apiVersion }"), from: .unix(path: path, mode: 0)).status == 200)
        }
        server.stop()
        try await running
        #expect(access(path, F_OK) != 0)
    }

    @Test func withoutAKeyItDoesNotStart() async throws {
        let keyless = try state { $0.authentication.keys = [] }
        await #expect(throws: ServerFailure.self) { try await Server(keyless) }
        do {
            _ = try await Server(keyless)
        } catch {
            #expect("\(error)".contains("PORTICO_JWT_SECRET"))
        }
    }

    @Test func aPortThatIsTakenIsSaid() async throws {
        let first = try await Server(try state())
        guard case .tcp(_, let port)? = first.addresses.first else { throw SocketFailure("no port", errno: 0) }
        let second = try state { $0.listener.port = port }
        do {
            _ = try await Server(second)
            Issue.record("two servers listen on one port")
        } catch {
            #expect("\(error)".contains("127.0.0.1:\(port)"))
        }
    }

    @Test func aDatabaseURLThatIsNoneIsSaid() async throws {
        let server = try await Server(try state { $0.database.url = "nonsense://" })
        do {
            try await server.run()
            Issue.record("it runs without a database's URL")
        } catch {
            #expect("\(error)".contains("the database URL cannot be read"))
        }
    }

    @Test func itServesByTLSAndPlainlyOnItsUnixSocket() async throws {
        let authority = try TestAuthority()
        try authority.issue("server")
        let path = authority.folder + "/s"
        let server = try await Server(
            try state(workers: 2) {
                $0.listener.tls = TLSSettings(
                    certificate: authority.certificateFile("server"), key: authority.keyFile("server"))
                $0.listener.unixSocket = UnixSocketConfiguration(path: path, mode: 0o600)
            })
        async let running: Void = server.run()
        var trust = TLSClient.Options()
        trust.authority = authority.authorityFile
        let address = try #require(server.addresses.first)
        for _ in 0..<8 {
            #expect(
                try await answer(post("{ apiVersion }"), from: address, tls: trust).body
                    == #"{"data":{"apiVersion":"1.0"}}"#)
        }
        #expect(try await answer(post("{ apiVersion }"), from: address).status == 400)
        #expect(try await answer(post("{ apiVersion }"), from: .unix(path: path, mode: 0)).status == 200)
        server.stop()
        try await running
    }

    @Test func certificatesThatCannotBeUsedAreSaid() async throws {
        let authority = try TestAuthority()
        let settings = TLSSettings(certificate: authority.authorityFile, key: authority.folder + "/none.key")
        do {
            _ = try await Server(try state { $0.listener.tls = settings })
            Issue.record("it starts without a key")
        } catch {
            #expect(
                "\(error)" == "The key file \(authority.folder)/none.key cannot be read: No such file or directory.")
        }
    }
}
