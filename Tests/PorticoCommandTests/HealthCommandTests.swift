import JSONBytes
import TestCluster
import Testing

@Suite struct HealthCommandTests {
    @Test func aSeededDatabaseIsHealthy() throws {
        let fixture = try ProjectFixture.seeded()
        let result = try fixture.run(["health"])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        for line in [
            "✓ tables: 11", "✓ indexes: 37", "✓ foreign keys: 17", "✓ tenants: 3", "✓ users: 4", "✓ wordpress_sites: 2",
            "✓ tickets: 2", "✓ ticket_messages: 1",
            "✓ domains: 2", "✓ subscriptions: 1", "✓ payments: 2", "✓ notifications: 2",
            "✓ user-agency-002 sees nothing of agency-001", "all passed",
        ] {
            #expect(result.output.contains(line), "\(line)")
        }
    }

    @Test func jsonSaysTheSame() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("DELETE FROM notifications")
        let result = try fixture.run(["health", "--json"])
        #expect(result.status == 1)
        let report = try parseJSON(Array(result.output.utf8))
        #expect(report["healthy"] == .bool(false))
        guard case .array(let checks)? = report["checks"] else {
            Issue.record("no checks")
            return
        }
        let failed = checks.filter { $0["outcome"] == .string("failed") }
        #expect(failed.map { $0["name"] } == [.string("notifications")])
    }

    @Test func aMissingPrivilegeIsNamedWithItsGrant() throws {
        let fixture = try ProjectFixture.seeded()
        let role = "gateway_\(fixture.database)"
        try fixture.psql(
            "CREATE ROLE \(role) LOGIN; GRANT USAGE ON SCHEMA public TO \(role); GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role)"
        )
        let url = try TestCluster.shared().url(database: fixture.database, user: role)
        #expect(try fixture.run(["health"], url: url).status == 0)
        try fixture.psql("REVOKE SELECT ON tickets FROM \(role)")
        let result = try fixture.run(["health"], url: url)
        #expect(result.status == 1)
        #expect(result.output.contains("✗ public.tickets: SELECT is missing"))
        #expect(result.output.contains("GRANT SELECT ON public.tickets TO \(role);"))
        #expect(result.output.contains("? tickets: it cannot be looked at: permission denied for table tickets"))
        try fixture.psql("GRANT SELECT ON public.tickets TO \(role)")
        #expect(try fixture.run(["health"], url: url).status == 0)
    }

    @Test func aMissingSchemaPrivilegeIsNamedToo() throws {
        let fixture = try ProjectFixture.seeded()
        let role = "outsider_\(fixture.database)"
        try fixture.psql(
            "CREATE ROLE \(role) LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role); REVOKE USAGE ON SCHEMA public FROM PUBLIC"
        )
        let result = try fixture.run(
            ["health"], url: try TestCluster.shared().url(database: fixture.database, user: role))
        #expect(result.status == 1)
        #expect(result.output.contains("GRANT USAGE ON SCHEMA public TO \(role);"))
    }

    @Test func aMissingIndexIsNamed() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.psql("DROP INDEX tickets_site_id_idx")
        let result = try fixture.run(["health"])
        #expect(result.status == 1)
        #expect(result.output.contains("✗ indexes: 36, expected 37\n      missing: tickets_site_id_idx"))
    }

    @Test func aDatabaseThatIsDownIsReported() throws {
        let fixture = try ProjectFixture.empty()
        let result = try fixture.run(["health"], url: "host=/nowhere")
        #expect(result.status == 1)
        #expect(result.output.contains("✗ connection: the database"))
    }

    /// The check itself must be able to fail.
    @Test func aLeakIsFound() throws {
        let fixture = try ProjectFixture.seeded()
        try fixture.project.write(
            "isolation:\n  - as: user-agency-002\n    neverSees: agency-001\n", to: "config/health.yaml")
        // The platform's owner reaches every tenant below it, which is what such a leak looks like.
        try fixture.psql("UPDATE users SET tenant_id = 'spotex-platform-001' WHERE id = 'user-agency-002'")
        let result = try fixture.run(["health"])
        #expect(result.status == 1)
        #expect(result.output.contains("✗ user-agency-002 sees nothing of agency-001: it sees rows of another tenant"))
        #expect(result.output.contains("Ticket: ticket-001, ticket-002"))
    }
}
