import Foundation
import TestCluster
import Testing
@testable import PorticoConfiguration
@testable import PorticoIdentity

/// Looking up a viewer costs the same however many tenants there are: counted in pages, as
/// PostgreSQL reads them under a generic plan.
@Suite(.onBlockingThreads) struct DirectoryGrowthTests {
    /// A platform with so many agencies below it, one of which has a branch.
    private func database(tenants: Int) throws -> String {
        let cluster = try TestCluster.shared(), database = "growth_\(UUID().uuidString.prefix(8).lowercased())"
        _ = try cluster.createDatabase(name: database)
        try cluster.psql(
            """
            CREATE TABLE tenants (id text PRIMARY KEY, parent_id text REFERENCES tenants, status text NOT NULL DEFAULT 'active');
            CREATE INDEX ON tenants (parent_id);
            INSERT INTO tenants VALUES ('platform', NULL);
            INSERT INTO tenants SELECT 't' || n, 'platform' FROM generate_series(1, \(tenants)) n;
            INSERT INTO tenants VALUES ('branch', 't7');
            """, database: database)
        try cluster.psql("VACUUM ANALYZE tenants", database: database)
        return database
    }

    private func look(below tenant: String, in database: String) throws -> (ids: Set<String>, pages: Int) {
        let statement = try #require(
            DirectoryStatements(users: UserTableColumns(), tenants: TenantTableColumns()).subtree)
        let cluster = try TestCluster.shared(), values = ["'\(tenant)'"]
        let ids = try cluster.psql(generic: statement.text, values: values, database: database).split(separator: "\n")
            .map(String.init)
        let node = try cluster.genericPlan(
            of: statement.text, values: values, options: ["ANALYZE", "BUFFERS", "TIMING OFF"], database: database)
        let pages = ["Shared Hit Blocks", "Shared Read Blocks"].map { node[$0] as? Int ?? 0 }.reduce(0, +)
        return (Set(ids), pages)
    }

    @Test func aTenantWithNoneBelowItReadsNoTable() throws {
        let few = try database(tenants: 20), many = try database(tenants: 5_000)
        let (ids, pages) = try look(below: "t9", in: many)
        #expect(ids == ["t9"])
        // Its own row by its key, and one look into the index of parents, each two levels deep.
        #expect(pages > 0 && pages <= 8)
        #expect(try look(below: "t9", in: few).pages <= pages)
    }

    @Test func whoeverHasSomeFindsThem() throws {
        let many = try database(tenants: 500)
        #expect(try look(below: "t7", in: many).ids == ["t7", "branch"])
        #expect(try look(below: "branch", in: many).ids == ["branch"])
        #expect(try look(below: "platform", in: many).ids.count == 502)
        #expect(try look(below: "nobody", in: many).ids.isEmpty)
    }
}
