import PorticoProject
import PostgresMigrations

/// The tables, indexes and foreign keys of the connection's schema, from the system catalogs.
struct StructureCheck {
    private let database: Database
    private let schema: String

    /// The first existing schema of the search path, whether or not the role may use it.
    init(_ database: Database) throws(SQLFailure) {
        self.database = database
        schema =
            try database.rows(
                """
                SELECT n.nspname FROM pg_namespace n
                JOIN unnest($1::text[]) WITH ORDINALITY AS p (name, position) ON n.nspname = p.name
                ORDER BY p.position LIMIT 1
                """, [try SearchPath(database).array]
            ).first?[0] ?? "public"
    }

    func run(
        _ configuration: HealthConfiguration, _ migrations: MigrationFolder?, into report: inout HealthReport
    ) throws(SQLFailure) {
        let made = migrations.map { CreatedNames($0) }
        if let expected = configuration.tables {
            compare("tables", try relations("'r', 'p'"), expected, named: made?.tables, &report)
        }
        if let expected = configuration.indexes {
            // Includes those of primary keys.
            compare("indexes", try relations("'i', 'I'"), expected, named: made?.indexes, &report)
        }
        if let expected = configuration.foreignKeys {
            let found = try names(
                """
                SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = $1 AND k.contype = 'f' AND k.conparentid = 0
                """)
            compare("foreign keys", found, expected, named: nil, &report)
        }
        let broken = try names(
            """
            SELECT quote_ident(n.nspname) || '.' || quote_ident(x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND NOT i.indisvalid
            """)
        if !broken.isEmpty {
            report.add(
                .structure, "invalid indexes", passed: false, broken.joined(separator: ", "),
                cures: broken.map { "REINDEX INDEX CONCURRENTLY \($0);" })
        }
    }

    private func compare(
        _ name: String, _ found: [String], _ expected: HealthConfiguration.Expected, named: Set<String>?,
        _ report: inout HealthReport
    ) {
        let passed = expected.holds(found.count)
        let missing = passed ? [] : (named?.subtracting(found).sorted() ?? [])
        let text = passed ? "\(found.count)" : "\(found.count), expected \(expected.description)"
        report.add(.structure, name, passed: passed, text, lines: missing.map { "missing: \($0)" })
    }

    private func relations(_ kinds: String) throws(SQLFailure) -> [String] {
        try names(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN (\(kinds))"
        )
    }

    private func names(_ sql: String) throws(SQLFailure) -> [String] {
        try database.rows(sql, [schema]).compactMap { $0[0] }
    }
}
