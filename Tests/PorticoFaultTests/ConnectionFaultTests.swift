import Foundation
import TestCluster
import Testing

/// What clients may do to the server, and the system to its connections: each against a process of
/// its own and a real PostgreSQL.
@Suite(.timeLimit(.minutes(5)), .onBlockingThreads) struct ConnectionFaultTests {
    @Test func `clients that go away in the middle of a large answer leave nothing behind`() async throws {
        let server = try await ConnectionFaultsServer()
        let one = try ConnectionFaultsClient(port: server.port)
        #expect(one.ask(server.point) == .answer(status: 200, body: ConnectionFaultsServer.pointAnswer))
        let files = server.openFiles
        for round in 0..<24 {
            let client = try ConnectionFaultsClient(port: server.port, receiveBuffer: 16_384)
            client.send(server.large)
            // Some leave before the answer, some behind its first bytes; some by a reset.
            if round % 3 > 0 { #expect(client.receive(atMost: 8_192)) }
            if round % 2 == 0 { client.reset() } else { client.close() }
        }
        // Every connection is closed, and no abandoned statement goes on.
        #expect(try await server.eventually { server.openFiles == files })
        let active =
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND datname = 'connection_faults'"
        #expect(try await server.eventually { try TestCluster.shared().psql(active) == "0\n" })
        #expect(one.ask(server.point) == .answer(status: 200, body: ConnectionFaultsServer.pointAnswer))
        guard case .answer(200, let body) = try ConnectionFaultsClient(port: server.port).ask(server.large) else {
            Issue.record("the large answer does not come")
            return
        }
        #expect(body.utf8.count > 10_000_000)
        try await server.stop()
    }

    @Test func `two hundred half-open connections are refused in time while others are served`() async throws {
        let server = try await ConnectionFaultsServer(configuration: "limits: { headerTimeout: 2s }")
        let load = ConnectionFaultsLoad(
            clients: 2, port: server.port, request: server.point, expected: ConnectionFaultsServer.pointAnswer)
        let slow = try (0..<200).map { number in
            let client = try ConnectionFaultsClient(port: server.port)
            client.send("POST /graphql HTTP/1.1\r\nhost: x\r\nx-number: \(number)")
            return client
        }
        // They drip, and buy no time by it.
        while !slow.allSatisfy(\.hasInput) {
            for client in slow where !client.hasInput { client.send("x") }
            try await load.moreAnswers(5)
        }
        for client in slow {
            guard case .answer(408, _) = client.answer() else {
                Issue.record("a slow head was not refused")
                continue
            }
        }
        try await load.moreAnswers(20)
        #expect(try await load.end().faults.isEmpty)
        try await server.stop()
    }

    @Test func `a thousand idle connections cost little and stand in nobody's way`() async throws {
        let server = try await ConnectionFaultsServer()
        let crowd = try ConnectionFaultsCrowd(port: server.port, request: server.point)
        // What the first ones bring along (buffers, pages of the allocator) is not counted.
        #expect(try crowd.add(100) == 100)
        let (memory, files) = (server.memory, server.openFiles)
        #expect(try crowd.add(1_000) == 1_000)
        #expect(server.openFiles == files + 1_000)
        let each = (server.memory - memory) / 1_000
        #expect(each < 16 << 10, "\(each) bytes for each connection")
        let ticks = server.processorTicks
        try await Task.sleep(for: .seconds(1))
        // They are not even looked at.
        #expect(server.processorTicks - ticks < 50)
        let load = ConnectionFaultsLoad(
            clients: 2, port: server.port, request: server.point, expected: ConnectionFaultsServer.pointAnswer)
        try await load.moreAnswers(100)
        #expect(try await load.end().faults.isEmpty)
        #expect(server.openFiles >= files + 1_000)
        try await server.stop()
    }

    @Test func `when descriptors run out new connections wait and those that are open are served`() async throws {
        let server = try await ConnectionFaultsServer(descriptors: 48)
        var open = try (0..<120).map { _ in try ConnectionFaultsClient(port: server.port) }
        for client in open { client.send(ConnectionFaultsServer.health) }
        #expect(try await server.eventually { server.lines("accepting is paused") == 1 })
        let served = open.count { $0.hasInput }
        #expect(served < 48)
        // It waits; it does not turn around and around.
        let ticks = server.processorTicks
        try await Task.sleep(for: .seconds(2))
        #expect(server.processorTicks - ticks < 100)
        #expect(server.lines("accepting is paused") == 1)
        // As connections close, the ones that wait are taken, until all are answered.
        var answered = 0
        while !open.isEmpty {
            let ready = open.filter(\.hasInput)
            for client in ready {
                #expect(client.answer() == .answer(status: 200, body: "{\"status\":\"ok\"}\n"))
                answered += 1
                client.close()
            }
            open.removeAll { client in ready.contains { $0 === client } }
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(answered == 120)
        #expect(
            try ConnectionFaultsClient(port: server.port).ask(server.point)
                == .answer(status: 200, body: ConnectionFaultsServer.pointAnswer))
        try await server.stop()
    }

    @Test func `more connections than the limit take turns, the one that has waited longest goes first`() async throws {
        let server = try await ConnectionFaultsServer(configuration: "limits: { connections: 8 }")
        let files = server.openFiles
        // Each has sent its request before the next one connects: a connection that waits without
        // one may go.
        let all = try (0..<30).map { _ in
            let client = try ConnectionFaultsClient(port: server.port)
            client.send(ConnectionFaultsServer.health)
            return client
        }
        // Every one is answered, although none of them ever leaves.
        for client in all { #expect(client.answer() == .answer(status: 200, body: "{\"status\":\"ok\"}\n")) }
        // Connections to the database may have been added since.
        #expect(server.openFiles <= files + 8 + 6)
        // Later clients are served at once.
        #expect(
            try ConnectionFaultsClient(port: server.port).ask(server.point)
                == .answer(status: 200, body: ConnectionFaultsServer.pointAnswer))
        try await server.stop()
    }

    @Test(arguments: [1, 2]) func `a server that is told to end under load loses no answer`(_ workers: Int) async throws
    {
        let server = try await ConnectionFaultsServer(workers: workers)
        let load = ConnectionFaultsLoad(
            clients: 8, port: server.port, request: server.point, expected: ConnectionFaultsServer.pointAnswer,
            endsWithServer: true)
        try await load.moreAnswers(200)
        try await server.stop()
        let tally = try await load.waitUntilEnded()
        // Every answer is whole, and what the server has done has reached its client: one line of
        // the log for each.
        #expect(tally.faults.isEmpty)
        #expect(server.lines("route=/graphql", "status=200") == tally.answers)
        #expect(server.lines("status=499") == 0)
    }

    @Test func `a configuration that is broken under load changes nothing`() async throws {
        let server = try await ConnectionFaultsServer()
        let load = ConnectionFaultsLoad(
            clients: 4, port: server.port, request: server.point, expected: ConnectionFaultsServer.pointAnswer)
        try await load.moreAnswers(50)
        func refusals(_ file: String) -> Int {
            server.lines("a file of access rules is wrong; the rules in force stay", file)
        }
        let files = [
            "config/gateway.yaml", "config/access/roles.yaml", "config/access/tenants/agency-002.yaml",
            "schema.graphql", "resolvers/Ticket.yaml",
        ]
        for name in files {
            for text in ["", "roles: { super_admin: [", "\u{0}\u{1}", String(repeating: "- ", count: 10_000)] {
                let before = refusals("roles.yaml")
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(server.folder)/\(name)"))
                try await load.moreAnswers(10)
                // Ten answers may take less time than it takes until a file is looked at.
                if name.hasSuffix("roles.yaml") {
                    try #require(try await server.eventually { refusals("roles.yaml") > before }, "\(text.prefix(30))")
                }
            }
        }
        try FileManager.default.removeItem(atPath: server.folder + "/config")
        try await load.moreAnswers(50)
        let tally = try await load.end()
        #expect(tally.faults.isEmpty)
        #expect(server.isRunning)
        // A start now reports what is wrong.
        let second = try await server.refusalOfASecond()
        #expect(second.status == 2 && second.text.contains("config/access/roles.yaml"), "\(second)")
        #expect(refusals("roles.yaml") >= 4)
        try await server.stop()
    }

    /// Every file of the rules is written again and again, well and badly, in place and by
    /// renaming, while clients ask.
    @Test(arguments: [1, 2]) func `rules that are edited under load fail no request`(_ workers: Int) async throws {
        let server = try await ConnectionFaultsServer(workers: workers)
        let load = ConnectionFaultsLoad(
            clients: 4, port: server.port, request: server.point, expected: ConnectionFaultsServer.pointAnswer)
        try await load.moreAnswers(50)
        let folder = server.folder + "/config/access"
        let roles = try String(contentsOfFile: folder + "/roles.yaml", encoding: .utf8)
        for round in 0..<12 {
            // What it has no right to, and what it has: the administrator reads the same ticket
            // under all of them.
            let text = roles.replacingOccurrences(
                of: "fields: [id, name, domain] }",
                with: round % 2 == 0 ? "fields: [id, name] }" : "fields: [id, name, domain, tier] }")
            try Data(text.utf8).write(
                to: URL(fileURLWithPath: folder + "/roles.yaml"), options: round % 3 == 0 ? .atomic : [])
            for tenant in 0..<5 {
                let rules =
                    round % 4 == 3
                    ? "client: {"
                    : "client: { Ticket: { read: { hide: [\(round % 2 == 0 ? "subject" : "description")] } } }"
                try Data(rules.utf8).write(
                    to: URL(fileURLWithPath: folder + "/tenants/edited-\(tenant).yaml"),
                    options: tenant % 2 == 0 ? .atomic : [])
            }
            try await load.moreAnswers(20)
        }
        #expect(try await server.eventually { server.lines("new access rules are in force", "roles.yaml") > 0 })
        #expect(try await server.eventually { server.lines("a file of access rules is wrong", "edited-0.yaml") > 0 })
        let tally = try await load.end()
        #expect(tally.faults.isEmpty)
        try await server.stop()
    }
}
