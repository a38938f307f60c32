import Foundation
import Synchronization
import TestCluster
import Testing

/// Clients, and log readers, that take memory and time and give nothing back: each against a
/// process of its own.
@Suite(.timeLimit(.minutes(5)), .onBlockingThreads) struct ResourceFaultTests {
    private static let mebibyte = 1 << 20

    /// A number of a scrape, labels included.
    private func metric(_ name: String, _ server: ConnectionFaultsServer) throws -> Int {
        guard
            case .answer(200, let text) = try ConnectionFaultsClient(port: server.port).ask(
                "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
        else { return -1 }
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Double($0.dropFirst(name.count + 1)) }.map { Int($0) } ?? 0
    }

    private func point(_ server: ConnectionFaultsServer) throws -> Bool {
        try ConnectionFaultsClient(port: server.port).ask(server.point)
            == .answer(status: 200, body: ConnectionFaultsServer.pointAnswer)
    }

    // MARK: Bodies

    /// With or without a token: a gigabyte is begun, and never ended.
    @Test(arguments: [false, true]) func `bodies whose ends are withheld take their budget and no more`(
        _ isKnown: Bool
    ) async throws {
        let server = try await ConnectionFaultsServer()
        #expect(try point(server))
        let before = server.memory
        let credential = isKnown ? "authorization: Bearer \(server.token)\r\n" : ""
        let head =
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\(credential)content-length: 1048576\r\n\r\n"
        let uploads = try ConnectionFaultsUploads(
            port: server.port, request: head + String(repeating: " ", count: Self.mebibyte - 1), count: 1_000)
        var most = 0
        for _ in 0..<20 {
            #expect(try point(server))
            most = max(most, server.memory)
            try await Task.sleep(for: .milliseconds(50))
        }
        try uploads.sent()
        #expect(try point(server))
        most = max(most, server.memory)
        #expect(most < 150 * Self.mebibyte, "\(most)")
        #expect(try metric("portico_budget_peak_bytes{budget=\"bodies\"}", server) <= 64 * Self.mebibyte)
        #expect(try metric("portico_limits_hit_total{limit=\"bodyBytes\"}", server) > 800)
        uploads.end()
        // What they took is given back.
        #expect(try await server.eventually { try metric("portico_budget_bytes{budget=\"bodies\"}", server) == 0 })
        #expect(
            try await server.eventually { server.memory < before + 30 * Self.mebibyte },
            "\(before) before, \(server.memory) now")
        try await server.stop()
    }

    /// The same without a credential where one is needed: nothing of them is read at all.
    @Test func `bodies of nobody are not read`() async throws {
        let server = try await ConnectionFaultsServer()
        let head =
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer a.b.c\r\ncontent-length: 1000000\r\n\r\n"
        for _ in 0..<50 {
            let client = try ConnectionFaultsClient(port: server.port)
            client.send(head)
            guard case .answer(401, _) = client.answer() else {
                Issue.record("it was not refused")
                break
            }
        }
        #expect(try metric("portico_budget_peak_bytes{budget=\"bodies\"}", server) == 0)
        try await server.stop()
    }

    // MARK: Answers

    private static let introspection = """
        query I { __schema { types { ...t } directives { name description args { ...v } } } } fragment t on __Type { kind name description \
        fields(includeDeprecated: true) { name description args { ...v } type { ...r } } inputFields { ...v } enumValues { name description } } \
        fragment v on __InputValue { name description defaultValue type { ...r } } fragment r on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
        """

    @Test func `unread answers of the same bytes are there once`() async throws {
        let server = try await ConnectionFaultsServer()
        let request = server.post(Self.introspection)
        guard case .answer(200, let body) = try ConnectionFaultsClient(port: server.port).ask(request) else {
            Issue.record("no introspection")
            return
        }
        let before = server.memory
        // Each asks several times, so that even the kernel's buffers do not take them all.
        let readers = try (0..<100).map { _ in
            let client = try ConnectionFaultsClient(port: server.port, receiveBuffer: 4_096)
            for _ in 0..<20 { client.send(request) }
            return client
        }
        #expect(try await server.eventually { try metric("portico_http_connections", server) >= 100 })
        for _ in 0..<10 { #expect(try point(server)) }
        let taken = server.memory - before
        #expect(taken < 10 * body.utf8.count + 20 * Self.mebibyte, "\(taken) for answers of \(body.utf8.count) bytes")
        withExtendedLifetime(readers) {}
        try await server.stop()
    }

    /// Ten megabytes for each of sixty who do not read, within a budget of sixty-four.
    @Test func `unread answers take their budget and no more, and slow readers give way`() async throws {
        let server = try await ConnectionFaultsServer(configuration: "limits: { answerBytes: 64MiB }")
        #expect(try point(server))
        var readers: [ConnectionFaultsClient] = []
        for _ in 0..<60 {
            let client = try ConnectionFaultsClient(port: server.port, receiveBuffer: 16_384)
            client.send(server.large)
            readers.append(client)
        }
        #expect(
            try await server.eventually {
                try metric("portico_budget_peak_bytes{budget=\"answers\"}", server) > 20 * Self.mebibyte
            })
        for _ in 0..<10 { #expect(try point(server)) }
        #expect(try metric("portico_budget_peak_bytes{budget=\"answers\"}", server) <= 64 * Self.mebibyte)
        // A client that reads gets its answer although others that do not read took the whole
        // budget.
        try await Task.sleep(for: .milliseconds(1_200))
        guard case .answer(200, let body) = try ConnectionFaultsClient(port: server.port).ask(server.large) else {
            Issue.record("the large answer does not come")
            return
        }
        #expect(body.utf8.count > 10_000_000)
        withExtendedLifetime(readers) {}
        try await server.stop()
    }

    /// A byte now and then buys no time.
    @Test func `whoever fetches too little of an answer is dropped`() async throws {
        let server = try await ConnectionFaultsServer(configuration: "limits: { writeTimeout: 1s, writeRate: 64KiB }")
        let client = try ConnectionFaultsClient(port: server.port, receiveBuffer: 4_096)
        client.send(server.large)
        #expect(client.receive(atMost: 16))
        let drops = [
            "portico_limits_hit_total{limit=\"writeRate\"}", "portico_limits_hit_total{limit=\"writeTimeout\"}",
        ]
        #expect(
            try await server.eventually {
                _ = client.hasInput && client.receive(atMost: 16)
                return try drops.contains { try metric($0, server) == 1 }
            })
        #expect(try await server.eventually { try metric("portico_budget_bytes{budget=\"answers\"}", server) == 0 })
        #expect(try point(server))
        try await server.stop()
    }

    // MARK: The log

    /// A shipper of logs that takes a little and stalls: requests are answered, and lines are
    /// counted that are lost.
    @Test func `a reader of the log that stalls stops nothing`() async throws {
        let pipe = Pipe()
        let server = try await ConnectionFaultsServer(configuration: "logging: { documents: true }", log: pipe)
        let client = try ConnectionFaultsClient(port: server.port)
        // Each leaves a line of eleven kilobytes.
        let long = server.post("{ ticket(id: \\\"ticket-001\\\") { id } } # \(String(repeating: "x", count: 11_000))")
        for _ in 0..<400 { #expect(client.ask(long) == .answer(status: 200, body: ConnectionFaultsServer.pointAnswer)) }
        _ = pipe.fileHandleForReading.readData(ofLength: 5_000)
        for _ in 0..<50 { #expect(try point(server)) }
        #expect(try metric("portico_log_lines_dropped_total", server) > 100)
        // The reader is back.
        let told = Told()
        pipe.fileHandleForReading.readabilityHandler = { told.take($0.availableData) }
        #expect(try await server.eventually { told.hasDropped })
        pipe.fileHandleForReading.readabilityHandler = nil
        try await server.stop()
    }

    @Test func `a reader of the log that stalls does not keep the server from ending`() async throws {
        let pipe = Pipe()
        let server = try await ConnectionFaultsServer(configuration: "logging: { documents: true }", log: pipe)
        let long = server.post("{ ticket(id: \\\"ticket-001\\\") { id } } # \(String(repeating: "x", count: 11_000))")
        let client = try ConnectionFaultsClient(port: server.port)
        for _ in 0..<40 { #expect(client.ask(long) == .answer(status: 200, body: ConnectionFaultsServer.pointAnswer)) }
        server.signal(SIGTERM)
        #expect(try await server.end() == 0)
        withExtendedLifetime(pipe) {}
    }

    /// What a handler on another thread has read.
    private final class Told: Sendable {
        private let state = Mutex((tail: "", found: false))

        func take(_ data: Data) {
            state.withLock { state in
                let text = state.tail + String(decoding: data, as: UTF8.self)
                state.found = state.found || text.contains("log lines were dropped: nobody read them lines=")
                state.tail = String(text.suffix(200))
            }
        }

        var hasDropped: Bool { state.withLock { $0.found } }
    }
}
