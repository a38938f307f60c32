import PostgresMigrations

/// The tables, indexes and foreign keys of the schema that the connection works in, by the server's
/// own catalogs, which anybody may read.
struct StructureCheck {
    private let database: Database
    private let schema: String

    /// The first schema of the search path that exists, whether or not the role may use it.
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
            compare("tables", try tables(), expected, named: made?.tables, &report)
        }
        if let expected = configuration.indexes {
            compare("indexes", try indexes(), expected, named: made?.indexes, &report)
        }
        if let expected = configuration.foreignKeys {
            compare("foreign keys", try foreignKeys(), expected, named: nil, &report)
        }
        let broken = try database.rows(
            """
            SELECT quote_ident(n.nspname) || '.' || quote_ident(x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND NOT i.indisvalid
            """, [schema]
        ).compactMap { $0[0] }
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

    private func tables() throws(SQLFailure) -> [String] {
        try database.rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')",
            [schema]
        )
        .compactMap { $0[0] }
    }

    /// Those of primary keys count.
    private func indexes() throws(SQLFailure) -> [String] {
        try database.rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('i', 'I')",
            [schema]
        )
        .compactMap { $0[0] }
    }

    private func foreignKeys() throws(SQLFailure) -> [String] {
        try database.rows(
            """
            SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND k.contype = 'f' AND k.conparentid = 0
            """, [schema]
        ).compactMap { $0[0] }
    }
}
