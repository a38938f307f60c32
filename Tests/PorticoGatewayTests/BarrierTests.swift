import PorticoAccess
import PorticoGateway
import Testing

/// PostgreSQL tells on which rows it evaluates what a client states: here its text functions raise
/// on rows that are hidden, and pretend to cost nothing, so that PostgreSQL evaluates them before
/// anything else wherever it may.
@Suite struct BarrierTests {
    /// Rows of another tenant hold HIDDEN, rows of the client's own tenant that rules hide from it
    /// hold SECRET.
    private static func database(hiding words: [String]) throws -> SpotexDatabase {
        let test = words.map { "pg_catalog.strpos($1, '\($0)') > 0" }.joined(separator: " OR ")
        func function(_ name: String, _ result: String, _ arguments: String, _ body: String) -> String {
            """
            CREATE FUNCTION probe.\(name)(\(arguments)) RETURNS \(result) LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS
            $$ BEGIN IF \(test) THEN RAISE EXCEPTION 'a hidden row was looked at'; END IF; RETURN \(body); END $$;
            """
        }
        return try SpotexDatabase(
            extra: """
                CREATE SCHEMA probe;
                \(function("strpos", "int", "text, text", "pg_catalog.strpos($1, $2)"))
                \(function("starts_with", "bool", "text, text", "pg_catalog.starts_with($1, $2)"))
                \(function("right", "text", "text, int", "pg_catalog.\"right\"($1, $2)"))
                \(function("lower", "text", "text", "pg_catalog.lower($1)"))
                \(function("matches", "bool", "text, text", "pg_catalog.textlike($1, $2)"))
                \(function("imatches", "bool", "text, text", "pg_catalog.texticlike($1, $2)"))
                \(function("differs", "bool", "text, text", "pg_catalog.textne($1, $2)"))
                CREATE OPERATOR probe.~~ (FUNCTION = probe.matches, LEFTARG = text, RIGHTARG = text);
                CREATE OPERATOR probe.~~* (FUNCTION = probe.imatches, LEFTARG = text, RIGHTARG = text);
                CREATE OPERATOR probe.<> (FUNCTION = probe.differs, LEFTARG = text, RIGHTARG = text);
                GRANT USAGE ON SCHEMA probe TO PUBLIC;
                \(rows)
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = probe, pg_catalog, public', current_database()); END $$;
                """)
    }

    private static let rows = """
        INSERT INTO users (id, tenant_id, email, password_hash, name, role, status)
            SELECT 'h-u' || n, 'agency-002', 'h' || n || '@x.test', '!', 'HIDDEN ' || n, 'client', 'active' FROM generate_series(1, 20) n;
        INSERT INTO users (id, tenant_id, email, password_hash, name, role, status) VALUES ('s-u', 'agency-001', 's@x.test', '!', 'SECRET', 'client', 'active');
        INSERT INTO wordpress_sites (id, tenant_id, name, domain) SELECT 'h-s' || n, 'agency-002', 'HIDDEN ' || n, 'HIDDEN' || n || '.test' FROM generate_series(1, 50) n;
        INSERT INTO wordpress_sites (id, tenant_id, name, domain) VALUES ('s-s', 'agency-001', 'SECRET', 'SECRET.test');
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, subject, description)
            SELECT 'h-k' || n, 'agency-002', 'h-s' || (1 + n % 50), 'h-u1', 'HIDDEN ' || n, 'HIDDEN' FROM generate_series(1, 500) n;
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, subject, description)
            SELECT 's-k' || n, 'agency-001', 's-s', 's-u', 'SECRET ' || n, 'SECRET' FROM generate_series(1, 10) n;
        INSERT INTO ticket_messages (id, ticket_id, author_id, body) SELECT k.id || '-m' || n, k.id, k.creator_id, k.description || n FROM tickets k, generate_series(1, 3) n WHERE k.id LIKE '%-k%';
        INSERT INTO ticket_messages (id, ticket_id, author_id, body, internal) SELECT 's-m' || n, 'ticket-001', 'user-agency-001', 'SECRET ' || n, true FROM generate_series(1, 5) n;
        -- Rows of one tenant that hang on rows of the other.
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, subject, description) SELECT 'x-k' || n, 'agency-002', 'site-001', 'user-client-001', 'HIDDEN x', 'HIDDEN x' FROM generate_series(1, 5) n;
        INSERT INTO ticket_messages (id, ticket_id, author_id, body) SELECT 'x-m' || n, 'x-k' || n, 'user-client-001', 'HIDDEN x' FROM generate_series(1, 5) n;
        INSERT INTO notifications (id, user_id, kind, title, body) SELECT 'h-n' || n, 'h-u' || n, 'x', 'HIDDEN', 'HIDDEN' FROM generate_series(1, 20) n;
        INSERT INTO notifications (id, user_id, kind, title, body) VALUES ('s-n', 's-u', 'x', 'SECRET', 'SECRET'), ('o-n', 'user-client-001', 'x', 'mine', 'mine');
        ANALYZE;
        """

    private static let owners = Result { try database(hiding: ["HIDDEN"]) }
    private static let clients = Result { try database(hiding: ["HIDDEN", "SECRET"]) }

    static let queries = [
        #"{ tickets(where: {subject: {contains: "a"}}) { id } }"#,
        #"{ tickets(where: {subject: {like: "%a%", iLike: "%A%"}, description: {startsWith: "a", endsWith: "b", iContains: "c"}}) { id } }"#,
        #"{ tickets(where: {subject: {ne: "a"}}, orderBy: [{subject: DESC}], first: 3, offset: 1) { id } }"#,
        #"{ tickets(where: {not: {subject: {contains: "a"}}}) { id } }"#,
        #"{ tickets(where: {or: [{subject: {contains: "a"}}, {id: {eq: "h-k1"}}]}) { id } }"#,
        #"{ tickets(where: {id: {in: ["h-k1", "x-k1", "s-k1"]}, subject: {contains: "a"}}) { id } }"#,
        #"{ tickets(where: {siteId: {eq: "site-001"}, subject: {contains: "a"}}) { id messages(where: {body: {like: "%a%"}}) { id } } }"#,
        #"{ tickets(where: {status: {eq: OPEN}, createdAt: {gt: "2020-01-01T00:00:00Z"}, subject: {contains: "a"}}) { id } }"#,
        #"{ tickets(where: {site: {domain: {contains: "a"}, name: {ne: "x"}}}) { id } }"#,
        #"{ tickets(where: {messages: {some: {body: {contains: "a"}}}}) { id } }"#,
        #"{ tickets(where: {messages: {every: {body: {contains: "a"}}}}) { id } }"#,
        #"{ tickets(where: {messages: {none: {body: {contains: "a"}}}}) { id } }"#,
        #"{ tickets(where: {not: {messages: {some: {body: {contains: "a"}, author: {name: {contains: "a"}}}}}}) { id } }"#,
        #"{ sites(where: {domain: {like: "%a%"}, tickets: {some: {subject: {contains: "a"}, messages: {none: {body: {contains: "a"}}}}}}) { id tickets(where: {subject: {contains: "a"}}) { id } } }"#,
        #"{ sites(where: {tickets: {some: {site: {tickets: {some: {subject: {contains: "a"}}}}}}}) { id } }"#,
        #"{ ticketMessages(where: {body: {contains: "a"}}) { id } }"#,
        #"{ ticketMessages(where: {ticketId: {eq: "ticket-001"}, body: {contains: "a"}}) { id } }"#,
        #"{ ticketMessages(where: {id: {in: ["x-m1", "s-m1", "message-001"]}, body: {contains: "a"}, ticket: {subject: {contains: "a"}}}) { id } }"#,
        #"{ users(where: {name: {contains: "a"}}) { id } }"#,
        #"{ notifications(where: {title: {contains: "a"}}) { id } }"#,
        #"{ viewer { createdTickets(where: {subject: {contains: "a"}}) { id } notifications(where: {body: {contains: "a"}}) { id } } }"#,
        #"{ ticketsConnection(where: {subject: {contains: "a"}}, first: 1) { nodes { id } totalCount pageInfo { endCursor hasNextPage } } }"#,
        #"{ ticketsAggregate(where: {subject: {contains: "a"}}) { count groupBy(keys: [{field: STATUS}]) { count } } }"#,
        #"{ site(id: "site-001") { tickets(where: {subject: {contains: "a"}}) { id messages(where: {body: {contains: "a"}}) { id } } ticketsAggregate(where: {subject: {contains: "a"}}) { count } } }"#,
        #"{ sites { ticketsConnection(where: {subject: {contains: "a"}}, first: 2) { nodes { id } totalCount } ticketsAggregate(where: {subject: {iContains: "a"}}) { count } } }"#,
        #"{ tickets { messagesAggregate(where: {body: {contains: "a"}}) { count } } }"#,
    ]

    static let viewers: [(String, Viewer)] = [
        (
            "an owner of one tenant",
            Viewer(id: "user-agency-001", role: "agency_owner", tenant: "agency-001", tenants: ["agency-001"])
        ),
        (
            "an owner of two tenants",
            Viewer(
                id: "user-agency-001", role: "agency_owner", tenant: "agency-001",
                tenants: ["agency-001", "spotex-platform-001"])
        ),
        (
            "an agent",
            Viewer(id: "user-agency-001", role: "agency_agent", tenant: "agency-001", tenants: ["agency-001"])
        ),
        ("a client", Viewer(id: "user-client-001", role: "client", tenant: "agency-001", tenants: ["agency-001"])),
    ]

    @Test("Nothing that a client states is evaluated on a hidden row", arguments: viewers, queries)
    func isNotEvaluatedOnHiddenRows(_ who: (String, Viewer), _ query: String) async throws {
        let database = try (who.1.role == "client" ? Self.clients : Self.owners).get()
        // Fields that a role does not have make no statement.
        let answer = try await database.ask(query, as: who.1)
        if case .requestError(.validationError) = answer.outcome { return }
        #expect(answer.outcome == .data, "\(who.0): \(answer.observation.failures)")
        #expect(answer.observation.failures.isEmpty, "\(who.0): \(answer.observation.failures)")
    }

    @Test("The functions of this suite do raise: whoever sees all rows meets one that is hidden from others")
    func theProbesRaise() async throws {
        for query in [
            Self.queries[0], Self.queries[1], Self.queries[2], Self.queries[9], Self.queries[15], Self.queries[22],
        ] {
            let answer = try await Self.owners.get().ask(query, as: SpotexDatabase.viewer("user-admin-001"))
            #expect(answer.observation.failures.contains { $0.contains("a hidden row was looked at") }, "\(query)")
        }
    }

    @Test("A filter that names another tenant reads nothing of it")
    func anotherTenantIsNotRead() async throws {
        let database = try Self.owners.get()
        let query = #"{ tickets(where: {tenantId: {eq: "agency-002"}, status: {eq: OPEN}}) { id } }"#
        let (plan, _) = try database.plan(query, as: SpotexDatabase.viewer("user-agency-001"))
        #expect(plan.loads[0].sql.contains(#"AND ($2 = $1)"#), "\(plan.loads[0].sql)")
        let explained = try database.cluster.psql(
            """
            SET plan_cache_mode = force_generic_plan;
            PREPARE probe AS \(plan.loads[0].sql);
            EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) EXECUTE probe('agency-001', 'agency-002', 'open', 50);
            """, database: database.name)
        #expect(explained.contains("One-Time Filter"), "\(explained)")
        #expect(explained.contains("never executed"), "\(explained)")
    }
}
