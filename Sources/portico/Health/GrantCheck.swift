import PorticoCatalog
import PorticoProject
import PostgresMigrations

/// The privileges that the gateway's role lacks, each with the GRANT that fixes it.
struct GrantCheck {
    /// A table that is read, and the columns read; empty for all.
    struct Need: Equatable {
        var table: TableName
        var columns: [String]
        /// The reader, such as `type Ticket`.
        var reader: String
    }

    private(set) var findings: [HealthFinding] = []

    /// Checks every need with the server's own functions, which every role may call.
    init(_ needs: [Need], on database: Database) throws(SQLFailure) {
        guard let role = try database.rows("SELECT current_user, quote_ident(current_user)").first?[1] else { return }
        try checkSchemas(of: needs, role, database)
        var readable = 0
        for need in needs {
            guard let relation = try Relation.find(need.table, on: database) else {
                add(
                    need.table.description, false,
                    "there is no such table, or its schema cannot be used (needed by \(need.reader))")
                continue
            }
            let missing = try missingColumns(of: relation, need, database)
            if missing.isEmpty {
                readable += 1
                continue
            }
            let whole = need.columns.isEmpty || missing.count == need.columns.count
            let found = whole ? "SELECT is missing" : "SELECT is missing on \(missing.joined(separator: ", "))"
            add(
                relation.quoted, false, "\(found) (needed by \(need.reader))",
                cure: "GRANT SELECT ON \(relation.quoted) TO \(role);")
        }
        add("SELECT", readable == needs.count, "\(readable) of \(needs.count) tables can be read by \(role)")
    }

    private mutating func add(_ name: String, _ passed: Bool, _ found: String, cure: String? = nil) {
        let finding = HealthFinding(
            area: .grants, name: name, outcome: passed ? .passed : .failed, found: found, cures: cure.map { [$0] } ?? []
        )
        findings.append(finding)
    }

    private mutating func checkSchemas(of needs: [Need], _ role: String, _ database: Database) throws(SQLFailure) {
        var names = Set(needs.compactMap(\.table.schema))
        if needs.contains(where: { $0.table.schema == nil }) {
            for name in try SearchPath(database).schemas where !name.isEmpty && !name.hasPrefix("pg_") {
                let isThere =
                    try database.rows("SELECT 1 FROM pg_namespace WHERE nspname = $1", [name]).isEmpty == false
                if isThere { names.insert(name) }
            }
        }
        for name in names.sorted() {
            let rows = try database.rows(
                "SELECT has_schema_privilege(oid, 'USAGE'), quote_ident(nspname) FROM pg_namespace WHERE nspname = $1",
                [name])
            guard let row = rows.first, let quoted = row[1] else {
                add("schema \(name)", false, "there is no such schema")
                continue
            }
            let may = row[0] == "t"
            add(
                "schema \(quoted)", may, may ? "USAGE is granted" : "USAGE is missing",
                cure: may ? nil : "GRANT USAGE ON SCHEMA \(quoted) TO \(role);")
        }
    }

    /// Empty if the table as a whole, or each column that is read, may be read.
    private func missingColumns(
        of relation: Relation, _ need: Need, _ database: Database
    ) throws(SQLFailure) -> [String] {
        if try database.rows("SELECT has_table_privilege($1::oid, 'SELECT')", [relation.id]).first?[0] == "t" {
            return []
        }
        guard !need.columns.isEmpty else { return ["*"] }
        let rows = try database.rows(
            """
            SELECT attname FROM pg_attribute
            WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped AND has_column_privilege(attrelid, attnum, 'SELECT')
            """, [relation.id])
        let readable = Set(rows.compactMap { $0[0] })
        return need.columns.filter { !readable.contains($0) }
    }
}

/// A table in the database.
struct Relation: Equatable {
    /// Its OID, in digits.
    var id: String
    /// With its schema, quoted as needed.
    var quoted: String

    /// Reads only the catalogs, so that a missing privilege does not hide the table. Without a
    /// schema, the first schema of the search path with such a table counts.
    static func find(_ table: TableName, on database: Database) throws(SQLFailure) -> Relation? {
        let rows = try database.rows(
            """
            SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname)
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
              AND CASE WHEN $2::text IS NULL THEN n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' ELSE n.nspname = $2 END
            ORDER BY array_position($3::text[], n.nspname::text), n.nspname
            LIMIT 1
            """, [table.name, table.schema, try SearchPath(database).array])
        guard let row = rows.first, let id = row[0], let quoted = row[1] else { return nil }
        return Relation(id: id, quoted: quoted)
    }
}
