import Foundation
import TestCluster
import Testing

extension DatabaseFaults {
    /// Single connections: killed, refused, with a password that is no longer right.
    @Suite struct Connections {
        private let query = DatabaseFaultsData.query

        @Test(arguments: ["statement", "request"]) func `one connection that is killed is noticed by no client`(
            consistency: String
        ) async throws {
            let spotex = try DatabaseFaultsData()
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url, settings: "database: { connections: 3 }")
            let token = try gateway.token()
            let right = try await gateway.ask(query, token, consistency: consistency) { $0.status == 200 }
            for _ in 0..<4 {
                #expect(await eventually { try spotex.sessions().count == 3 })
                let writer = try spotex.lock("ticket_messages")
                let clients = try (0..<12).map { _ in try DatabaseFaultsClient(port: gateway.port) }
                for client in clients { try client.send(query, token, consistency: consistency) }
                #expect(await eventually { try spotex.waiting() >= 1 })
                try spotex.terminate(Array(spotex.sessions().prefix(1)))
                try writer.execute("COMMIT")
                for client in clients {
                    let answer = try client.answer()
                    #expect(answer == right)
                }
            }
            #expect((1...4).contains(gateway.events(with: "a connection to the database was lost")))
        }

        @Test func `fewer connections than wanted serve all the same`() async throws {
            let spotex = try DatabaseFaultsData()
            let role = spotex.name + "_few"
            let url = try spotex.url(ofNewRole: role)
            try spotex.psql("ALTER ROLE \(role) CONNECTION LIMIT 1")
            let gateway = try await DatabaseFaultsGateway(database: url, settings: "database: { connections: 3 }")
            let token = try gateway.token()
            for consistency in ["statement", "request"] {
                try await gateway.ask(query, token, consistency: consistency) { $0.status == 200 }
            }
            #expect(await eventually { gateway.events(with: "too many connections for role") >= 1 })
            try await Task.sleep(for: .milliseconds(300))
            #expect(gateway.events.count <= 5, "\(gateway.events.joined(separator: "\n"))")
            try spotex.psql("ALTER ROLE \(role) CONNECTION LIMIT 10")
            #expect(await eventually { try spotex.sessions().count == 3 })
            #expect(try gateway.ask(query, token).status == 200)
        }

        @Test func `no connection at all is to be had`() async throws {
            let spotex = try DatabaseFaultsData()
            let role = spotex.name + "_none"
            let url = try spotex.url(ofNewRole: role)
            let gateway = try await DatabaseFaultsGateway(database: url, settings: "database: { connections: 2 }")
            let token = try gateway.token()
            let right = try await gateway.ask(query, token) { $0.status == 200 }
            try spotex.psql("ALTER ROLE \(role) CONNECTION LIMIT 0")
            try spotex.terminate(spotex.sessions())
            let answer = try await gateway.ask(query, token) { $0.status == 503 }
            #expect(answer.code == "UNAVAILABLE" && !answer.body.contains(role) && !answer.body.contains("too many"))
            #expect(await eventually { gateway.events(with: "too many connections for role") >= 1 })
            try spotex.psql("ALTER ROLE \(role) CONNECTION LIMIT -1")
            try await gateway.ask(query, token) { $0 == right }
        }

        @Test func `a password that has changed`() async throws {
            let spotex = try DatabaseFaultsData()
            let role = spotex.name + "_login"
            let url = try spotex.url(ofNewRole: role, password: "first-secret")
            let rules = spotex.cluster.folder + "/data/pg_hba.conf"
            let text = try String(contentsOfFile: rules, encoding: .utf8)
            try Data("local \(spotex.name) \(role) scram-sha-256\n\(text)".utf8).write(
                to: URL(fileURLWithPath: rules), options: [])
            try spotex.psql("SELECT pg_reload_conf()")
            let gateway = try await DatabaseFaultsGateway(database: url, settings: "database: { connections: 2 }")
            let token = try gateway.token()
            let right = try await gateway.ask(query, token) { $0.status == 200 }
            try spotex.psql("ALTER ROLE \(role) PASSWORD 'second-secret'")
            #expect(try gateway.ask(query, token) == right, "sessions that stand go on")
            try spotex.terminate(spotex.sessions())
            let answer = try await gateway.ask(query, token) { $0.status == 503 }
            #expect(answer.code == "UNAVAILABLE" && !answer.body.contains("password") && !answer.body.contains(role))
            #expect(await eventually { gateway.events(with: "password authentication failed") >= 1 })
            #expect(!gateway.log.contains("first-secret"))
            try spotex.psql("ALTER ROLE \(role) PASSWORD 'first-secret'")
            try await gateway.ask(query, token) { $0 == right }
        }
    }
}
