import JSONBytes
import PorticoAccess
import PorticoGateway
import TestRandom
import Testing

/// Page by page is the list in one go: whatever the order, the filter, the size of pages and the
/// end that they are read from, with many rows that are equal in what they are ordered by, and many
/// that are null.
@Suite struct PagingTests {
    /// Few different values in every column, so that the key has to decide nearly always; extreme
    /// ones among them.
    private static let rows = """
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, assignee_id, subject, priority, status, sla_response_due_at, resolved_at, created_at, updated_at)
            SELECT 'x-t' || lpad((n * 37 % 101)::text, 3, '0'), 'agency-001', CASE WHEN n % 3 = 0 THEN 'site-001' END, 'user-client-001', CASE WHEN n % 4 = 0 THEN 'user-agency-001' END,
                (ARRAY['', 'a', 'A', 'é', 'a''"\\', E'\\x01\\n\\u2028'])[1 + n % 6], (ARRAY['low', 'high', 'urgent'])[1 + n % 3]::ticket_priority,
                (ARRAY['open', 'closed'])[1 + n % 2]::ticket_status,
                (ARRAY[NULL, '2025-01-01 00:00:00.000001+00', '2025-01-01 00:00:00.000002+00', 'infinity', '-infinity'])[1 + n % 5]::timestamptz,
                CASE WHEN n % 7 > 1 THEN '1999-12-31 23:59:59.999999+00'::timestamptz + (n % 3) * interval '1 microsecond' END,
                '2025-01-01'::timestamptz + (n % 4) * interval '1 microsecond', now()
            FROM generate_series(1, 90) n;
        INSERT INTO domains (id, tenant_id, site_id, name, registrar, auto_renew, expires_at)
            SELECT 'x-d' || (n * 17 % 61), 'agency-001', NULL, 'd' || (n * 7 % 40) || '.test', CASE n % 3 WHEN 0 THEN 'one' WHEN 1 THEN 'two' END, n % 2 = 0,
                CASE WHEN n % 5 > 1 THEN '2030-01-01'::timestamptz END
            FROM generate_series(1, 40) n;
        INSERT INTO payments (id, tenant_id, amount, currency, paid_at)
            SELECT 'x-p' || n, 'agency-001', (ARRAY['0', '-0.01', '9999999999.99', 'NaN', '0.10'])[1 + n % 5]::numeric, (ARRAY['EUR', 'US', 'C'])[1 + n % 3],
                CASE WHEN n % 2 = 0 THEN '2025-01-01'::timestamptz END
            FROM generate_series(1, 30) n;
        INSERT INTO audit_logs (tenant_id, user_id, action, entity_type, entity_id)
            SELECT 'agency-001', CASE WHEN n % 3 = 0 THEN 'user-agency-001' END, 'a' || (n % 2), 'x', CASE WHEN n % 4 = 0 THEN 'e' || (n % 3) END FROM generate_series(1, 40) n;
        ANALYZE;
        """
    private static let database: Result<SpotexDatabase, any Error> = Result { try SpotexDatabase(extra: rows) }

    private static let lists: [(list: String, type: String, filters: [String])] = [
        (
            "tickets", "Ticket",
            [
                #"{"status": {"eq": "OPEN"}}"#,
                #"{"or": [{"siteId": {"isNull": true}}, {"subject": {"in": ["a", "A"]}}]}"#,
                #"{"site": {"name": {"contains": "a"}}}"#,
            ]
        ),
        ("domains", "Domain", [#"{"autoRenew": {"eq": true}}"#]),
        ("payments", "Payment", [#"{"amount": {"gte": "0"}}"#]),
        ("auditLogs", "AuditLog", [#"{"action": {"eq": "a1"}}"#]),
    ]

    @Test(arguments: 0..<40) func pagesAreTheList(_ number: Int) async throws {
        var generator = SeededGenerator(seed: 1000 + UInt64(number))
        let database = try Self.database.get()
        let viewer = SpotexDatabase.viewer(number % 3 == 0 ? "user-admin-001" : "user-agency-001")
        let (list, type, filters) = Self.lists[number % Self.lists.count]
        let order = try Self.order(type, try database.rules(viewer), &generator)
        let filter = Bool.random(using: &generator) ? "null" : filters.randomElement(using: &generator) ?? "null"
        let walk = PageWalk(database: database, viewer: viewer, list: list, type: type, filter: filter, order: order)
        let whole = try await walk.whole()
        #expect(whole.count > 5)
        for backward in [false, true] {
            let size = Int.random(in: 1...25, using: &generator)
            #expect(
                try await walk.walk(size: size, backward: backward, rows: whole.count) == whole,
                "\(type) \(order) \(filter) by \(size)")
        }
    }

    private static func order(
        _ type: String, _ rules: CompiledPolicy, _ generator: inout SeededGenerator
    ) throws -> String {
        guard case .inputObject(let input)? = rules.schema.type("\(type)Order") else {
            throw SpotexFailure(description: "no order")
        }
        let words = ["ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST"]
        let keys = input.fields.names.filter { $0 != "id" || Int.random(in: 0..<4, using: &generator) == 0 }.shuffled(
            using: &generator
        ).prefix(Int.random(in: 0...3, using: &generator))
        return
            "[\(keys.map { "{\"\($0)\": \"\(words.randomElement(using: &generator) ?? "ASC")\"}" }.joined(separator: ", "))]"
    }

    /// Between two cursors lies what the list has between the two rows.
    @Test func windows() async throws {
        let walk = PageWalk(
            database: try Self.database.get(), viewer: SpotexDatabase.viewer("user-agency-001"), list: "tickets",
            type: "Ticket", filter: "null",
            order: #"[{"slaResponseDueAt": "DESC"}, {"priority": "ASC"}]"#)
        let whole = try await walk.page(#""first": 500"#)
        let (from, to) = (whole.cursors[10], whole.cursors[60])
        let head = try await walk.page(#""first": 5, "after": "\#(from)", "before": "\#(to)""#)
        #expect(head.ids == Array(whole.ids[11..<16]))
        #expect(head.hasNext && head.hasPrevious)
        let tail = try await walk.page(#""last": 5, "after": "\#(from)", "before": "\#(to)""#)
        #expect(tail.ids == Array(whole.ids[55..<60]))
        #expect(tail.hasNext && tail.hasPrevious)
        let all = try await walk.page(#""first": 500, "after": "\#(from)", "before": "\#(to)""#)
        #expect(all.ids == Array(whole.ids[11..<60]))
        #expect(!all.hasNext)
        let none = try await walk.page(#""first": 0, "after": "\#(from)""#)
        #expect(none.ids == [] && none.start == nil && none.hasNext && none.hasPrevious)
    }

    /// The row of a cursor may be gone, and rows may come before and behind it: every row that
    /// stays is seen once.
    @Test func rowsComeAndGoBetweenPages() async throws {
        let database = try SpotexDatabase(extra: Self.rows)
        let walk = PageWalk(
            database: database, viewer: SpotexDatabase.viewer("user-agency-001"), list: "domains", type: "Domain",
            filter: "null",
            order: #"[{"registrar": "ASC_NULLS_FIRST"}, {"name": "DESC"}]"#)
        let before = try await walk.whole()
        var seen: [String] = [], gone: Set<String> = []
        var cursor = ""
        for number in 0..<100 {
            let page = try await walk.page(#""first": 4"# + cursor)
            seen += page.ids
            guard page.hasNext, let end = page.end, let last = page.ids.last else { break }
            cursor = #", "after": "\#(end)""#
            gone.insert(last)
            try database.cluster.psql(
                """
                DELETE FROM domains WHERE id = '\(last)';
                INSERT INTO domains (id, tenant_id, name) VALUES ('new-a\(number)', 'agency-001', 'zzz\(number)');
                INSERT INTO domains (id, tenant_id, name, registrar) VALUES ('new-z\(number)', 'agency-001', 'aaa\(number)', 'zzz');
                """, database: database.name)
        }
        #expect(gone.count > 5)
        #expect(seen.filter { !$0.hasPrefix("new-") } == before)
        #expect(Set(seen).count == seen.count)
        #expect(!seen.contains { $0.hasPrefix("new-a") }, "what comes before the cursor belongs to earlier pages")
        #expect(seen.contains { $0.hasPrefix("new-z") })
    }

    // MARK: Below other rows

    /// The row beyond a page is nobody's parent: what hangs on the page is asked for the rows that
    /// it shows.
    @Test func theRowBeyondHasNoChildren() async throws {
        let database = try IsolationTests.database.get()
        let viewer = Viewer(id: "a-u1", role: "agency_owner", tenant: "a", tenants: ["a", "b"])
        func rows(_ arguments: String, _ fields: String) async throws -> Int {
            try await database.ask(
                "{ ticketsConnection(\(arguments), orderBy: [{id: ASC}]) { nodes { id messages { id } } \(fields) } }",
                as: viewer
            ).observation.rows
        }
        #expect(try await rows("first: 1", "") == 7)
        #expect(try await rows("first: 1", "pageInfo { hasNextPage }") == 8)
        #expect(try await rows("first: 0", "pageInfo { hasNextPage }") == 1)
        let nested = try await database.ask(
            "{ tenants { sitesConnection(first: 2) { nodes { id tickets { id } } pageInfo { hasNextPage } } } }",
            as: viewer)
        // Two tenants; three sites each, one of them beyond the page; six tickets of each of the
        // others, of which half are the other tenant's.
        let text = String(decoding: nested.body, as: UTF8.self)
        #expect(nested.observation.rows == 2 + 6 + text.ranges(of: "-k").count)
    }

    /// In a batch each parent has its own page, and each cursor continues where its parent is asked
    /// alone.
    @Test(arguments: [false, true]) func nestedPages(_ backward: Bool) async throws {
        let database = try IsolationTests.database.get()
        let viewer = Viewer(id: "a-u1", role: "agency_owner", tenant: "a", tenants: ["a", "b"])
        let order = "orderBy: [{status: DESC}, {siteId: ASC_NULLS_FIRST}]"
        let side = backward ? "last: 4" : "first: 4"
        let answer = try await database.ask(
            """
            { tenants { id tickets(\(order)) { id } ticketsConnection(\(order), \(side)) { \(PageSeen.fields) } } }
            """, as: viewer)
        #expect(answer.observation.statements == 4)
        let tenants = try parseJSON(answer.body)["data"]?["tenants"]?.items ?? []
        #expect(tenants.count == 2)
        for tenant in tenants {
            let whole = (tenant["tickets"]?.items ?? []).compactMap { $0["id"]?.text }
            let page = PageSeen(tenant["ticketsConnection"])
            #expect(whole.count == 9 && page.total == 9)
            #expect(page.ids == Array(backward ? whole.suffix(4) : whole.prefix(4)))
            #expect(backward ? page.hasPrevious && !page.hasNext : page.hasNext && !page.hasPrevious)
            let cursor = try #require(backward ? page.start : page.end), id = try #require(tenant["id"]?.text)
            let next = try await database.ask(
                """
                { tenant(id: "\(id)") { ticketsConnection(\(order), \(backward ? "last: 500, before" : "first: 500, after"): "\(cursor)") { \(PageSeen.fields) } } }
                """, as: viewer)
            let rest = PageSeen(try parseJSON(next.body)["data"]?["tenant"]?["ticketsConnection"])
            #expect(rest.ids == Array(backward ? whole.dropLast(4) : whole.dropFirst(4)))
            #expect(backward ? rest.hasNext && !rest.hasPrevious : rest.hasPrevious && !rest.hasNext)
            #expect(next.observation.statements == 4)
        }
    }

    /// One cursor for all parents of a batch: rows behind the same place, and whether there are any
    /// before it.
    @Test func oneCursorInABatch() async throws {
        let database = try IsolationTests.database.get()
        let viewer = Viewer(id: "a-u1", role: "agency_owner", tenant: "a", tenants: ["a", "b"])
        let first = try await database.ask(
            #"{ tenant(id: "b") { ticketsConnection(orderBy: [{id: ASC}], first: 2) { \#(PageSeen.fields) } } }"#,
            as: viewer)
        let cursor = try #require(PageSeen(try parseJSON(first.body)["data"]?["tenant"]?["ticketsConnection"]).end)
        let answer = try await database.ask(
            """
            { tenants(orderBy: [{id: ASC}]) { ticketsConnection(orderBy: [{id: ASC}], first: 500, after: "\(cursor)") { \(PageSeen.fields) } } }
            """, as: viewer)
        let pages =
            try parseJSON(answer.body)["data"]?["tenants"]?.items.map { PageSeen($0["ticketsConnection"]) } ?? []
        #expect(pages.map(\.ids.count) == [0, 7])
        #expect(pages.map(\.hasPrevious) == [true, true])
        #expect(pages.map(\.total) == [9, 9])
    }
}
