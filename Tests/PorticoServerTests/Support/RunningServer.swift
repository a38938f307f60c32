import Diagnostics
import GraphQLLanguage
import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoConfiguration
import PorticoPolicy
import SocketLoop
import TestHTTP
import TestIdentity
import TestScrape
import TestTLS
import Testing
@testable import PorticoServer

extension ServerState {
    /// A server with one field and without a database, on a port that the kernel chooses.
    static func small(
        workers: Int = 1, _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> ServerState {
        let source = SourceText(name: "schema", "schema { query: Query } type Query { apiVersion: String! }")
        let schema = try SchemaBuilder.build(document: parse(source), source: source)
        let catalog = Catalog(schema: schema, types: [:], root: ["apiVersion": .constant("\"1.0\"")])
        let policy = try Policy.load(
            catalog: catalog, roles: SourceText(name: "roles.yaml", "roles: { anonymous: { reach: tenant } }"),
            tenants: [])
        var configuration = GatewayConfiguration()
        configuration.listener.host = "127.0.0.1"
        configuration.listener.port = 0
        configuration.listener.workers = workers
        configuration.database.url = "host=/nowhere user=nobody"
        configuration.authentication.keys = [
            KeyConfiguration(kid: nil, algorithm: .hs256, material: .secret(Tokens.secret))
        ]
        configuration.logging.level = nil
        change(&configuration)
        return ServerState(configuration: configuration, catalog: catalog, policy: PolicyStore(policy))
    }
}

/// A server with its own threads, for the time of a test or of a suite.
enum RunningServer {
    /// Where the server of the suite that runs listens.
    @TaskLocal static var address: ListenAddress?

    /// Sends one request on a connection of its own and waits for the answer.
    static func answer(
        _ request: String, from address: ListenAddress, tls options: TLSClient.Options? = nil
    ) async throws -> Answer {
        try await answer(Array(request.utf8), from: address, tls: options)
    }

    /// The numbers of a server that runs.
    static func scrape(_ address: ListenAddress, tls options: TLSClient.Options? = nil) async throws -> Scrape {
        try Scrape(try await answer("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", from: address, tls: options).body)
    }

    /// Runs a server while the body runs.
    static func serving(_ state: ServerState, _ body: (Server, ListenAddress) async throws -> Void) async throws {
        let server = try await Server(state)
        async let running: Void = server.run()
        var failure: (any Error)?
        do { try await body(server, try #require(server.addresses.first)) } catch { failure = error }
        server.stop()
        try await running
        if let failure { throw failure }
    }

    static func answer(
        _ request: [UInt8], from address: ListenAddress, tls options: TLSClient.Options? = nil
    ) async throws -> Answer {
        let client = try Client(address, tls: options)
        client.send(request)
        for _ in 0..<4000 {
            client.receive()
            if let answer = client.answers.first { return answer }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw SocketFailure(
            "no answer came",
            reason:
                "the connection has \(client.isEnded ? "ended" : "not ended") (\(client.end.map { "\($0)" } ?? "-")) behind \(client.received.count) bytes"
        )
    }
}

/// Runs a suite's tests against one real server, which they find in ``RunningServer/address``.
struct WithServer: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let server = try await Server(try .small())
        async let running: Void = server.run()
        try await RunningServer.$address.withValue(server.addresses.first) { try await function() }
        server.stop()
        try await running
    }
}

extension Trait where Self == WithServer {
    static var server: WithServer { WithServer() }
}
