import PostgresClient
import TestCluster
import Testing

extension DatabaseFaults {
    /// The whole server: killed, stopped, frozen. Each test has a cluster of its own and a gateway
    /// that is never restarted.
    @Suite struct Server {
        private static let settings = "database: { connections: 2 }\nlimits: { requestTimeout: 1500ms }\n"
        private let query = DatabaseFaultsData.query

        private func isUnavailable(_ answer: DatabaseFaultsAnswer) -> Bool {
            answer.status == 503 && answer.code == "UNAVAILABLE" && !answer.body.contains("FATAL")
                && !answer.body.contains("socket") && !answer.body.contains("connection")
        }

        @Test(arguments: ["statement", "request"]) func `a server that is killed with queries under way`(
            consistency: String
        ) async throws {
            let spotex = try DatabaseFaultsData(cluster: TestCluster())
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url, settings: Self.settings.replacing("1500ms", with: "10s"))
            let token = try gateway.token()
            let before = try await gateway.ask(query, token, consistency: consistency) { $0.status == 200 }
            let writer = try spotex.lock("ticket_messages")
            let clients = try (0..<6).map { _ in try DatabaseFaultsClient(port: gateway.port) }
            for client in clients { try client.send(query, token, consistency: consistency) }
            #expect(await eventually { try spotex.waiting() >= 1 })
            spotex.cluster.kill()
            withExtendedLifetime(writer) {}
            for client in clients {
                let answer = try client.answer()
                #expect(isUnavailable(answer), "\(answer)")
            }
            for _ in 0..<100 {
                let answer = try gateway.ask(query, token, consistency: consistency)
                #expect(isUnavailable(answer), "\(answer)")
            }
            try spotex.cluster.start()
            let after = try await gateway.ask(query, token, consistency: consistency) { $0.status == 200 }
            #expect(after.body == before.body)
            #expect(await eventually { gateway.events(with: "the database is back") == 1 })
            // Over a hundred requests failed, and the operator reads a few lines.
            #expect(await eventually { gateway.events(with: "the database cannot be reached") >= 1 })
            #expect(gateway.events.count <= 25, "\(gateway.events.joined(separator: "\n"))")
        }

        /// Requests come all the while; none gets another answer than the right one or UNAVAILABLE,
        /// and each gets one.
        @Test func `a server that is killed and started again under load`() async throws {
            let spotex = try DatabaseFaultsData(cluster: TestCluster())
            let gateway = try await DatabaseFaultsGateway(database: spotex.url, settings: Self.settings)
            let token = try gateway.token(), port = gateway.port, query = query
            let right = try await gateway.ask(query, token) { $0.status == 200 }
            _ = try await gateway.ask(query, token, consistency: "request") { $0 == right }
            let load = [
                DatabaseFaultsLoad(port: port, token: token, query: query, consistency: "statement"),
                DatabaseFaultsLoad(port: port, token: token, query: query, consistency: "request"),
            ]
            for _ in 0..<2 {
                try await Task.sleep(for: .milliseconds(150))
                spotex.cluster.kill()
                try await Task.sleep(for: .milliseconds(100))
                try spotex.cluster.start()
                try await gateway.ask(query, token) { $0 == right }
            }
            for one in load {
                let answers = try await one.end()
                let wrong = answers.filter { $0 != right && !isUnavailable($0) }
                #expect(wrong.isEmpty, "\(wrong.first.map { "\($0)" } ?? "")")
                #expect(answers.contains(right))
            }
        }

        /// A server that is shutting down (`smart`), or starting, refuses new sessions with 57P03;
        /// those that stand go on.
        @Test func `a server that is shutting down`() async throws {
            let spotex = try DatabaseFaultsData(cluster: TestCluster())
            let gateway = try await DatabaseFaultsGateway(database: spotex.url, settings: Self.settings)
            let token = try gateway.token()
            _ = try await gateway.ask(query, token) { $0.status == 200 }
            #expect(await eventually { try spotex.sessions().count == 2 })
            let sessions = try spotex.sessions(),
                administrator = try BlockingConnection(
                    ConnectionSettings(spotex.url + "&application_name=administrator"))
            spotex.cluster.beginToStop()
            #expect(await eventually { (try? BlockingConnection(ConnectionSettings(spotex.url))) == nil })
            #expect(try gateway.ask(query, token).status == 200)
            for session in sessions {
                try administrator.query("SELECT pg_terminate_backend($1::int)", parameters: ["\(session)"])
            }
            try await gateway.ask(query, token) { isUnavailable($0) }
            #expect(await eventually { gateway.events(with: "the database system is shutting down") >= 1 })
            withExtendedLifetime(administrator) {}
        }

        /// SIGSTOP of all its processes: the sockets accept bytes without any answer.
        @Test func `a server that is frozen past the deadline`() async throws {
            let spotex = try DatabaseFaultsData(cluster: TestCluster())
            let gateway = try await DatabaseFaultsGateway(database: spotex.url, settings: Self.settings)
            let token = try gateway.token()
            let right = try await gateway.ask(query, token) { $0.status == 200 }
            let memory = gateway.residentKiB
            spotex.cluster.pause()
            let clients = try (0..<200).map { _ in try DatabaseFaultsClient(port: gateway.port) }
            for (index, client) in clients.enumerated() {
                try client.send(query, token, consistency: index % 2 == 0 ? "statement" : "request")
            }
            var codes: [String: Int] = [:]
            for client in clients { codes[try client.answer().code ?? "none", default: 0] += 1 }
            // Who the viewer is may have to be looked up again meanwhile; that cannot be done
            // either.
            #expect(codes["TIMEOUT", default: 0] + codes["UNAVAILABLE", default: 0] == 200, "\(codes)")
            #expect(codes["TIMEOUT", default: 0] > 0)
            #expect(gateway.residentKiB < memory + 65_536)
            spotex.cluster.resume()
            try await gateway.ask(query, token) { $0 == right }
            try await gateway.ask(query, token, consistency: "request") { $0 == right }
            #expect(await eventually { try spotex.openTransactions() == 0 })
            #expect(gateway.events.count <= 25, "\(gateway.events.joined(separator: "\n"))")
        }
    }
}
