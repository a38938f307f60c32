import Foundation
import Testing

extension DatabaseFaults {
    /// Rows that are long: a few bytes of query ask for gigabytes. What the gateway takes is read
    /// off the process.
    @Suite struct ResultBytes {
        /// 300 messages of a megabyte each.
        private static let long = """
            INSERT INTO ticket_messages (id, ticket_id, author_id, body)
            SELECT 'long-' || n, 'ticket-001', 'user-agency-001', repeat(chr(97 + n % 26), 1000000) FROM generate_series(1, 300) AS n
            """

        @Test(arguments: [8, 50], ["statement", "request"])
        func `a query for gigabytes is refused early, and leaves nothing behind`(
            aliases: Int, consistency: String
        ) async throws {
            let spotex = try DatabaseFaultsData(extra: Self.long)
            let gateway = try await DatabaseFaultsGateway(database: spotex.url, settings: "{}")
            let token = try gateway.token(), small = "{ ticketMessages(first: 1) { id } }"
            let right = try await gateway.ask(small, token) { $0.status == 200 }
            let idle = gateway.residentKiB
            let query =
                "{ " + (0..<aliases).map { "a\($0): ticketMessages(first: 300) { body }" }.joined(separator: " ") + " }"
            for _ in 0..<3 {
                let client = try DatabaseFaultsClient(port: gateway.port)
                try client.send(query, token, consistency: consistency)
                let answer = try client.answer()
                #expect(answer.status == 400)
                #expect(
                    answer.body.contains(#""code":"LIMIT_EXCEEDED","limit":"resultBytes""#),
                    "\(answer.body.prefix(500))")
            }
            let peak = gateway.peakResidentKiB
            #expect(peak < idle + 150 * 1024, "\(idle) \(peak)")
            #expect(await eventually { gateway.residentKiB < idle + 30 * 1024 }, "\(idle) \(gateway.residentKiB)")
            #expect(try gateway.ask(small, token) == right)
            // No connection was lost, and no abandoned statement runs.
            #expect(gateway.events.filter { $0.contains("lost") }.isEmpty)
            #expect(await eventually { try spotex.active() == 0 })
        }

        /// Each within its own limit, and together more than the worker's: those that find no room
        /// are told to come back.
        @Test func `many large requests share a budget`() async throws {
            let spotex = try DatabaseFaultsData(extra: Self.long)
            let gateway = try await DatabaseFaultsGateway(
                database: spotex.url, settings: "limits: { answerBytes: 40MiB }")
            let token = try gateway.token(), query = "{ ticketMessages(first: 20) { body } }"
            let right = try await gateway.ask(query, token) { $0.status == 200 }
            #expect(right.body.utf8.count > 18_000_000)
            let idle = gateway.residentKiB
            let clients = try (0..<12).map { _ in try DatabaseFaultsClient(port: gateway.port) }
            for client in clients { try client.send(query, token) }
            var answered = 0
            for client in clients {
                let answer = try client.answer()
                if answer == right {
                    answered += 1
                } else {
                    #expect(
                        answer.status == 503 && answer.code == "UNAVAILABLE",
                        "\(answer.status) \(answer.body.prefix(300))")
                }
            }
            #expect(answered >= 1)
            #expect(gateway.peakResidentKiB < idle + 150 * 1024)
            // There is room again.
            try await gateway.ask(query, token) { $0 == right }
        }
    }

    /// Tenants whose statements take seconds, by many connections each, beside others: those are
    /// answered, all of them, with their data.
    @Suite struct SlowTenants {
        /// Tenants of their own for those who attack, with texts that a pattern has to be looked
        /// for in, and for those who must not notice.
        private static let tenants = """
            INSERT INTO tenants SELECT (t).* FROM (SELECT jsonb_populate_record(x, jsonb_build_object('id', n, 'name', n, 'domain', n || '.example', 'slug', n)) AS t
                FROM tenants x, unnest(ARRAY['a1', 'a2', 'a3', 'v1', 'v2', 'v3', 'v4']) AS n WHERE x.id = 'agency-001') q;
            INSERT INTO users SELECT (t).* FROM (SELECT jsonb_populate_record(x, jsonb_build_object('id', 'u-' || n.id, 'tenant_id', n.id, 'email', n.id || '@x.example')) AS t
                FROM users x, tenants n WHERE x.id = 'user-agency-001' AND length(n.id) = 2) q;
            INSERT INTO tickets (id, tenant_id, creator_id, subject, description)
                SELECT n.id || '-' || i, n.id, 'u-' || n.id, 's' || i, CASE WHEN n.id LIKE 'a%' THEN (SELECT string_agg(md5(i::text || k::text), '') FROM generate_series(1, 100) k) ELSE 'd' END
                FROM tenants n, generate_series(1, 2500) i WHERE length(n.id) = 2 AND (n.id LIKE 'a%' OR i <= 20);
            ANALYZE
            """

        private static let quick = [
            "{ tickets(first: 5) { id subject creator { name } } }", "{ users { id name tenant { name } } }",
        ]

        /// Seconds of work, and every time another statement.
        private static func slow(_ number: Int) -> String {
            "{ tickets(first: 3, where: {or: ["
                + (0..<(60 + number % 7)).map { "{description: {like: \"%q\(number)w\($0)%\"}}" }.joined(
                    separator: ", ") + "]}) { id messages { id } } }"
        }

        @Test(arguments: [1, 3], ["statement", "request"])
        func `others are answered while tenants ask for what takes seconds`(
            attackers: Int, consistency: String
        ) async throws {
            let spotex = try DatabaseFaultsData(extra: Self.tenants)
            let gateway = try await DatabaseFaultsGateway(database: spotex.url, settings: "{}"), port = gateway.port
            let attacking = try (1...attackers).map { try gateway.token("u-a\($0)") },
                victims = try (1...4).map { try gateway.token("u-v\($0)") }
            var right: [[DatabaseFaultsAnswer]] = []
            for token in victims {
                var answers: [DatabaseFaultsAnswer] = []
                for query in Self.quick { answers.append(try await gateway.ask(query, token) { $0.status == 200 }) }
                right.append(answers)
            }
            // Sixteen connections of each, all the time.
            let attack = try (0..<(16 * attackers)).map { number in
                let client = try DatabaseFaultsClient(port: port)
                try client.send(
                    Self.slow(number), attacking[number % attackers],
                    consistency: number % 3 == 0 ? consistency : "statement")
                return client
            }
            #expect(await eventually { try spotex.active() >= 1 })
            for round in 0..<25 {
                for (victim, token) in victims.enumerated() {
                    for (place, query) in Self.quick.enumerated() {
                        let answer = try gateway.ask(query, token, consistency: consistency)
                        #expect(
                            answer == right[victim][place],
                            "in round \(round): \(answer.status) \(answer.body.prefix(300))")
                    }
                }
            }
            let isOver = attack.allSatisfy { $0.hasAnswer }
            #expect(!isOver, "the attack goes on")
            // The attackers have an answer too, at the latest when their time is over.
            for client in attack {
                let answer = try client.answer()
                #expect(answer.status == 200 || ["TIMEOUT", "UNAVAILABLE"].contains(answer.code), "\(answer)")
            }
            #expect(await eventually { try spotex.active() == 0 && spotex.openTransactions() == 0 })
            #expect(gateway.events.filter { $0.contains("lost") }.isEmpty)
        }
    }
}
