import Foundation
import TestCluster
import Testing

@testable import portico

/// Whatever the commands print as SQL runs as it is printed, in a session of somebody else: names
/// are quoted, and have their schema.
@Suite struct HintStatementTests {
    /// Names that need quotation marks everywhere, and nothing that `check` and `health` want to be
    /// there.
    private static func world() throws -> (project: TemporaryProject, database: String, url: String) {
        let project = try TemporaryProject([
            "schema.graphql": """
            schema { query: Query }
            directive @list on FIELD_DEFINITION
            type Query { items: [Item!]! @list orders: [Order!]! @list itemOf(code: String!): Item }
            type Item { id: ID! code: String! tenantId: ID! orderId: ID! order: Order }
            type Order { id: ID! tenantId: ID! items: [Item!]! @list }
            """,
            "resolvers/Item.yaml": """
            table: Order Items
            isolation: tenantId
            fields: { tenantId: { column: Tenant Id }, orderId: { column: Order Id } }
            """,
            "resolvers/Order.yaml": "table: Order\nisolation: tenantId\nfields: { tenantId: { column: Tenant Id } }\n",
            "config/access/roles.yaml":
                "roles:\n  clerk:\n    reach: tenant\n    Item: { read: { fields: all } }\n    Order: { read: { fields: all } }\n",
            "config/gateway.yaml": """
            authentication:
              users: { table: Staff, tenant: Tenant Id, status: null }
              tenants: { table: Branches, id: Id, parent: null, status: null }
            """,
        ])
        let cluster = try TestCluster.shared(), name = "hints_" + UUID().uuidString.prefix(8).lowercased()
        let url = try cluster.createDatabase(name: name) + "&schema=My%20%22Shop%22"
        try cluster.psql(
            #"""
            CREATE SCHEMA "My ""Shop"""; SET search_path = "My ""Shop""";
            CREATE TABLE "Branches" ("Id" text PRIMARY KEY); CREATE TABLE "Staff" (id text PRIMARY KEY, role text NOT NULL, "Tenant Id" text);
            CREATE TABLE "Order" (id text PRIMARY KEY, "Tenant Id" text NOT NULL);
            CREATE TABLE "Order Items" (id text PRIMARY KEY, code text NOT NULL, "Tenant Id" text NOT NULL, "Order Id" text NOT NULL);
            ALTER TABLE "Order" ENABLE ROW LEVEL SECURITY;
            DO $$ BEGIN CREATE ROLE "web ""user""" LOGIN; EXCEPTION WHEN OTHERS THEN NULL; END $$;
            """#, database: name)
        return (project, name, url)
    }

    /// What stands between a first word of SQL and its semicolon.
    private static func statements(_ text: String) -> [String] {
        text.split(separator: "\n").flatMap { line in
            var found: [String] = [], rest = line
            while let start = ["CREATE ", "ALTER ", "GRANT ", "REINDEX "].compactMap({
                rest.firstRange(of: $0)?.lowerBound
            }).min(), let end = rest[start...].firstIndex(of: ";") {
                found.append(String(rest[start...end]))
                rest = rest[end...].dropFirst()
            }
            return found
        }
    }

    @Test func whatCheckProposesRunsAndCures() throws {
        let (project, database, url) = try Self.world()
        let cluster = try TestCluster.shared()
        try cluster.psql("GRANT USAGE ON SCHEMA \"My \"\"Shop\"\"\" TO \"web \"\"user\"\"\"", database: database)
        let own = url.replacingOccurrences(of: "postgres@", with: "web%20%22user%22@")
        func check() throws -> String {
            try CommandProcess.run(["check", "--project", project.path, "--database-url", own]).output
        }
        let before = try check(), statements = Self.statements(before)
        for word in ["CREATE UNIQUE INDEX ON", "CREATE INDEX ON", "ALTER TABLE", "CREATE POLICY"] {
            #expect(statements.contains { $0.hasPrefix(word) }, "\(word) in \(before)")
        }
        for statement in Set(statements) { try cluster.psql(statement, database: database) }
        let after = try check()
        #expect(after.contains("no problem in"), "\(after)")
    }

    @Test func whatHealthProposesRunsAndCures() throws {
        let (project, database, url) = try Self.world()
        let cluster = try TestCluster.shared()
        let own = url.replacingOccurrences(of: "postgres@", with: "web%20%22user%22@")
        func health() throws -> CommandProcess.Result {
            try CommandProcess.run(["health", "--project", project.path, "--database-url", own])
        }
        // The schema has to be usable before its tables can be seen.
        for _ in 0..<2 {
            for statement in Self.statements(try health().output) { try cluster.psql(statement, database: database) }
        }
        let result = try health()
        #expect(result.status == 0, "\(result.output)")
    }

    @Test(arguments: [
        ("\"$user\", public", ["$user", "public"]), ("\"My \"\"Shop\"\"\",Public , b", ["My \"Shop\"", "public", "b"]),
        ("", []), ("\"a, b\"", ["a, b"]),
    ])
    func aSearchPathIsAListOfNames(_ text: String, _ names: [String]) { #expect(SearchPath.schemas(text) == names) }
}
