import PorticoAccess
import PorticoPlanning
import PostgresSQL
import TestWorkloads
import Testing

/// How PostgreSQL finds the rows of the workloads where tables have some size: by the keys and in
/// the order that an index has, whatever it guesses of the values. Statements are planned once for
/// all values, so that a plan that is good by chance for few rows stays when there are many.
@Suite(.onBlockingThreads) struct PlanShapeTests {
    /// 100 agencies with 1,000 users, 1,000 sites, 20,000 tickets and 40,000 messages: enough for a
    /// whole table to be dearer than a few of its rows, and few enough for PostgreSQL to be
    /// tempted.
    private static let rows = """
        INSERT INTO tenants (id, name, domain) SELECT 'size-' || t, 'Sizeable ' || t, 'size' || t || '.test' FROM generate_series(1, 100) t;
        INSERT INTO users (id, tenant_id, email, password_hash, name, role)
            SELECT 'size-' || t || '-u' || u, 'size-' || t, 'u' || u || '@size' || t || '.test', '!', 'User ' || u, (CASE u WHEN 0 THEN 'agency_owner' ELSE 'client' END)::user_role
            FROM generate_series(1, 100) t, generate_series(0, 9) u;
        INSERT INTO wordpress_sites (id, tenant_id, name, domain, created_at)
            SELECT 'size-' || t || '-s' || s, 'size-' || t, 'Site ' || s, 's' || s || '.size' || t || '.test', timestamptz '2025-01-01' + s * interval '1 hour' FROM generate_series(1, 100) t, generate_series(0, 9) s;
        INSERT INTO tickets (id, tenant_id, site_id, creator_id, assignee_id, subject, description, status, created_at)
            SELECT s.id || '-k' || k, s.tenant_id, s.id, s.tenant_id || '-u' || k % 10, s.tenant_id || '-u0', 'Subject', 'Description', (ARRAY['open', 'closed'])[1 + k % 2]::ticket_status,
                timestamptz '2025-02-01' + (k * 7919 % 1000) * interval '1 hour'
            FROM wordpress_sites s, generate_series(1, 20) k WHERE s.id LIKE 'size-%';
        INSERT INTO ticket_messages (id, ticket_id, author_id, body, created_at)
            SELECT k.id || '-m' || m, k.id, k.creator_id, 'Message', k.created_at + m * interval '1 minute' FROM tickets k, generate_series(1, 2) m WHERE k.id LIKE 'size-%';
        """
    private static let database = Result {
        let database = try SpotexDatabase(extra: rows)
        try database.cluster.psql("VACUUM ANALYZE", database: database.name)
        return database
    }

    /// Tables that are a page or two are read whole, and rightly.
    private static let small: Set<String> = ["tenants"]

    @Test(arguments: Workload.allCases, [TenantScope.one, .several]) func rowsAreFoundByTheirIndexes(
        _ workload: Workload, _ scope: TenantScope
    ) throws {
        let database = try Self.database.get()
        let viewer = Viewer(
            id: "size-1-u0", role: "agency_owner", tenant: "size-1",
            tenants: scope == .one ? ["size-1"] : ["size-1", "size-2"])
        let (plan, _) = try database.plan(workload.document, variables: #"{"tenant": "size-1"}"#, as: viewer)
        #expect(plan.scope == scope)
        var scans = 0
        for statement in plan.statements + plan.statements.compactMap({ $0.merge?.statement }) {
            for node in try Self.nodes(of: statement, in: database) {
                let type = try #require(node["Node Type"] as? String)
                #expect(type != "Sort" && type != "Incremental Sort", "\(statement.text)")
                guard let table = node["Relation Name"] as? String, !Self.small.contains(table) else { continue }
                scans += 1
                #expect(type == "Index Scan" || type == "Index Only Scan", "\(type) of \(table): \(statement.text)")
            }
        }
        #expect(scans >= (workload == .point ? 0 : workload.loads - 1))
    }

    /// Who filters by what belongs to a row reads what the tenant has, and no whole table to find
    /// it.
    @Test(arguments: [
        "{ tickets(where: { site: { status: { eq: SUSPENDED } } }, first: 20) { id } }",
        "{ sites(where: { tickets: { some: { priority: { eq: HIGH } } } }, first: 20) { id } }",
        "{ tickets(where: { creator: { name: { eq: \"x\" } }, assignee: { name: { eq: \"y\" } } }, first: 20) { id } }",
    ]) func conditionsOnRelationsAreFoundByIndexes(_ document: String) throws {
        let database = try Self.database.get()
        let (plan, _) = try database.plan(
            document, as: Viewer(id: "size-1-u0", role: "agency_owner", tenant: "size-1", tenants: ["size-1"]))
        let scans = try Self.nodes(of: plan.statements[0], in: database).filter { $0["Relation Name"] != nil }
        #expect(scans.count > 1)
        for scan in scans {
            #expect(
                scan["Node Type"] as? String != "Seq Scan", "\(scan["Relation Name"] ?? ""): \(plan.statements[0].text)"
            )
        }
    }

    /// The nodes of the plan that serves all values.
    private static func nodes(of statement: Statement, in database: SpotexDatabase) throws -> [[String: Any]] {
        var
            waiting = [
                try database.cluster.genericPlan(
                    of: statement.text, values: statement.parameterTypes.map { _ in "NULL" }, database: database.name)
            ], found: [[String: Any]] = []
        while let node = waiting.popLast() {
            found.append(node)
            waiting += node["Plans"] as? [[String: Any]] ?? []
        }
        return found
    }
}
