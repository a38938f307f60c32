import Foundation
import TestCluster
import Testing

extension DatabaseFaults {
    /// Statements that wait, are refused or run out of something.
    @Suite struct Queries {
        private let query = DatabaseFaultsData.query

        @Test func `more requests than may wait`() async throws {
            let spotex = try DatabaseFaultsData()
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url, settings: "database: { connections: 1, queue: 4 }")
            let token = try gateway.token(), single = "{ ticketMessages { id } }"
            let right = try await gateway.ask(single, token) { $0.status == 200 }
            let writer = try spotex.lock("ticket_messages")
            let clients = try (0..<60).map { _ in try DatabaseFaultsClient(port: gateway.port) }
            // One is on the connection (those that come in the same moment would be one statement
            // with it), 4 wait behind it, and the others need not wait to know.
            try clients[0].send(single, token)
            #expect(await eventually { try spotex.waiting() == 1 })
            for client in clients.dropFirst() { try client.send(single, token) }
            #expect(await eventually { clients.filter(\.hasAnswer).count == 55 })
            let refused = try clients.filter(\.hasAnswer).map { try $0.answer() }
            #expect(refused.allSatisfy { $0.status == 503 && $0.code == "UNAVAILABLE" })
            try writer.execute("COMMIT")
            let answered = try clients.map { try $0.answerUnlessRead() }.compactMap(\.self)
            #expect(answered.count == 5)
            #expect(answered.allSatisfy { $0 == right })
            #expect(await eventually { gateway.events(with: "4 statements wait already") == 1 })
        }

        @Test func `more requests than may wait for a connection of their own`() async throws {
            let spotex = try DatabaseFaultsData()
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url, settings: "database: { connections: 2, queue: 3, consistency: request }")
            let token = try gateway.token()
            let right = try await gateway.ask(query, token) { $0.status == 200 }
            let writer = try spotex.lock("ticket_messages")
            let clients = try (0..<10).map { _ in try DatabaseFaultsClient(port: gateway.port) }
            for client in clients { try client.send(query, token, consistency: "request") }
            #expect(await eventually { clients.filter(\.hasAnswer).count == 6 })
            #expect(
                try gateway.ask("{ viewer { id } }", token).status == 200,
                "the other connection serves what needs none of its own")
            let refused = try clients.filter(\.hasAnswer).map { try $0.answer() }
            #expect(refused.allSatisfy { $0.status == 503 && $0.code == "UNAVAILABLE" })
            try writer.execute("COMMIT")
            let answered = try clients.map { try $0.answerUnlessRead() }.compactMap(\.self)
            #expect(answered.count == 4)
            #expect(answered.allSatisfy { $0 == right })
        }

        /// The temporary files of the gateway's sessions are led to `/dev/full`, which takes
        /// nothing.
        @Test func `a disk that is full`() async throws {
            let spotex = try DatabaseFaultsData(extra: Self.manyTickets)
            try spotex.psql(
                "SET work_mem = '64kB'; SELECT count(*) FROM (SELECT repeat('x', 100) || n FROM generate_series(1, 20000) n ORDER BY 1 OFFSET 0) spilled"
            )
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url, settings: "database: { connections: 1 }")
            let token = try gateway.token()
            _ = try await gateway.ask("{ tickets(first: 1) { id } }", token) { $0.status == 200 }
            let session = try #require(try spotex.sessions().first)
            let names = (0..<50).map { "\(spotex.cluster.folder)/data/base/pgsql_tmp/pgsql_tmp\(session).\($0)" }
            for name in names {
                try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: "/dev/full")
            }
            let answer = try gateway.ask(Self.sortingQuery, token)
            #expect(answer.status == 503 && answer.code == "UNAVAILABLE")
            #expect(!answer.body.contains("pgsql_tmp") && !answer.body.contains("space"))
            #expect(
                await eventually {
                    gateway.events(with: "[53100]") == 1 && gateway.events(with: "No space left on device") == 1
                })
            #expect(try gateway.ask("{ tickets(first: 1) { id } }", token).status == 200, "what needs no disk goes on")
            for name in names { try? FileManager.default.removeItem(atPath: name) }
            #expect(try gateway.ask(Self.sortingQuery, token).status == 200)
        }

        @Test func `a limit of the server for one statement`() async throws {
            let spotex = try DatabaseFaultsData(
                extra: Self.manyTickets + "; ALTER DATABASE :name SET temp_file_limit = '64kB'")
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url, settings: "database: { connections: 1 }")
            let token = try gateway.token()
            let answer = try await gateway.ask(Self.sortingQuery, token) { $0.code != "UNAVAILABLE" }
            #expect(answer.status == 500 && answer.code == "INTERNAL", "to try again would not help: \(answer.status)")
            #expect(!answer.body.contains("temp_file_limit"))
            #expect(await eventually { gateway.events(with: "temporary file size exceeds temp_file_limit") == 1 })
        }

        @Test(arguments: ["statement", "request"]) func `a privilege that is missing`(consistency: String) async throws
        {
            let spotex = try DatabaseFaultsData()
            let role = spotex.name + "_reader"
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url(ofNewRole: role), settings: "database: { connections: 2 }")
            let token = try gateway.token(), query = #"{ ticket(id: "ticket-001") { id site { id } tenant { name } } }"#
            let right = try await gateway.ask(query, token, consistency: consistency) { $0.status == 200 }
            try spotex.psql("REVOKE SELECT ON wordpress_sites FROM \(role)")
            let answer = try gateway.ask(query, token, consistency: consistency)
            #expect(
                answer.status == 200 && answer.code == "INTERNAL"
                    && answer.body.contains(#""site":null,"tenant":{"name":"#),
                "the rest of the answer stands: \(answer.body)")
            #expect(!answer.body.contains("permission") && !answer.body.contains("wordpress_sites"))
            #expect(await eventually { gateway.events(with: "permission denied for table wordpress_sites") == 1 })
            try spotex.psql("GRANT SELECT ON wordpress_sites TO \(role)")
            #expect(try gateway.ask(query, token, consistency: consistency) == right)
        }

        /// For any error of PostgreSQL, a client learns what it can do about it and no more.
        @Test func `errors of the server by their state`() async throws {
            let raising = """
                CREATE FUNCTION raised() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
                BEGIN RAISE EXCEPTION 'secret words of the server' USING ERRCODE = (SELECT state FROM fault), DETAIL = 'secret detail'; END $$;
                CREATE TABLE fault (state text); INSERT INTO fault VALUES ('53200');
                ALTER TABLE domains RENAME TO hidden_domains; CREATE VIEW domains AS SELECT * FROM hidden_domains WHERE raised()
                """
            let spotex = try DatabaseFaultsData(extra: raising)
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url, settings: "database: { connections: 2 }")
            let token = try gateway.token(), query = "{ tenants { id domains { id } } }"
            _ = try await gateway.ask("{ tenants { id } }", token) { $0.status == 200 }
            let expected: [(state: String, code: String, status: Int)] = [
                ("53200", "UNAVAILABLE", 503), ("53000", "UNAVAILABLE", 503), ("58030", "UNAVAILABLE", 503),
                ("40001", "UNAVAILABLE", 503), ("55P03", "UNAVAILABLE", 503),
                ("57014", "TIMEOUT", 504), ("XX001", "INTERNAL", 500), ("XX000", "INTERNAL", 500),
                ("25006", "INTERNAL", 500), ("22012", "INTERNAL", 500), ("P0001", "INTERNAL", 500),
            ]
            for fault in expected {
                try spotex.psql("UPDATE fault SET state = '\(fault.state)'")
                for consistency in ["statement", "request"] {
                    let answer = try gateway.ask(query, token, consistency: consistency)
                    #expect(answer.code == fault.code && answer.status == fault.status, "\(fault.state): \(answer)")
                    #expect(!answer.body.contains("secret") && !answer.body.contains(fault.state))
                }
                #expect(
                    await eventually { gateway.events(with: "[\(fault.state)]: secret words of the server") >= 1 },
                    "\(fault.state) is told to the operator")
            }
        }

        @Test(arguments: ["statement", "request"]) func `a client that is gone while its query runs`(
            consistency: String
        ) async throws {
            let spotex = try DatabaseFaultsData()
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url,
                settings: "database: { connections: 2 }\nlimits: { requestTimeout: 60s, halfClosedTimeout: 100ms }")
            let token = try gateway.token()
            let right = try await gateway.ask(query, token, consistency: consistency) { $0.status == 200 }
            let writer = try spotex.lock("ticket_messages")
            try {
                let client = try DatabaseFaultsClient(port: gateway.port)
                try client.send(query, token, consistency: consistency)
                while try spotex.waiting() == 0 { usleep(10_000) }
            }()
            #expect(
                await eventually { try spotex.waiting() == 0 && spotex.openTransactions() == 0 },
                "its statement is cancelled, its transaction rolled back")
            try writer.execute("COMMIT")
            #expect(try gateway.ask(query, token, consistency: consistency) == right)
        }

        // MARK: Statements that need temporary files

        private static let sortingQuery = "{ tickets(first: 500, orderBy: [{description: ASC}]) { id description } }"

        /// Rows that are wide enough to leave `work_mem`, and not wide enough to be stored
        /// elsewhere.
        private static let manyTickets = """
            INSERT INTO tickets (id, tenant_id, site_id, creator_id, subject, description)
            SELECT 'x' || n, 'agency-001', 'site-001', 'user-client-001', 'x', (SELECT string_agg(md5(n || '-' || m), '') FROM generate_series(1, 50) m) FROM generate_series(1, 700) n;
            ALTER DATABASE :name SET work_mem = '64kB'
            """
    }
}
