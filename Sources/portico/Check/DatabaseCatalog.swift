import ExactText
import PorticoCatalog
import PostgresMigrations

/// The tables of a database as its own catalogs describe them.
struct DatabaseCatalog: Sendable, Equatable {
    struct Table: Sendable, Equatable {
        var columns: [String: Column] = [:]
        /// The names of the columns of the primary key, in order.
        var primaryKey: [String] = []
        /// The columns of each index that has no condition, in order; an expression is an empty name.
        var indexes: [[String]] = []
        /// Of those, the ones that let no value stand twice.
        var uniqueIndexes: [[String]] = []
        var foreignKeys: [ForeignKey] = []
        /// Row-level security applies to the role that asked, and so many policies let it read rows.
        var policies: Int?
        /// A view has neither keys nor indexes, and no column of it is known to be filled; nor has a table of another server.
        var isView = false
        /// The table that it is a partition of, or inherits from.
        var parent: Place?
    }

    struct Column: Sendable, Equatable {
        /// PostgreSQL's short name, such as `text`, `int8`, `ticket_status`; of an array, its element's.
        var type: String
        /// The schema of the type.
        var typeSchema: String
        var isArray: Bool
        var isNullable: Bool
    }

    /// A table by its schema and its name in it.
    struct Place: Sendable, Hashable {
        var schema: String
        var table: String
    }

    struct TypeName: Sendable, Hashable {
        var schema: String
        var name: String
    }

    struct ForeignKey: Sendable, Equatable {
        var columns: [String]
        var target: Place
        /// In the order of ``columns``.
        var targetColumns: [String]
    }

    /// By schema, then by name.
    var schemas: [String: [String: Table]] = [:]
    /// The labels of each enum, by its schema and its name: there may be several of one name.
    var enums: [TypeName: Set<ExactString>] = [:]
    /// Such as `UTF8`.
    var encoding = "UTF8"
    /// The role that asked.
    var role = ""
    /// The schemas in which a name without one is looked for, in order.
    var searchPath: [String] = []

    /// Reads them in one go; what the role may not read is in the catalogs all the same.
    init(_ database: Database) throws(SQLFailure) {
        for row in try database.rows("SELECT unnest(current_schemas(false))") { if let name = row[0] { searchPath.append(name) } }
        try readColumns(database)
        try readIndexes(database)
        try readForeignKeys(database)
        try readParents(database)
        let labels = try database.rows("SELECT n.nspname, t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace")
        for row in labels { if let schema = row[0], let type = row[1], let label = row[2] { enums[TypeName(schema: schema, name: type), default: []].insert(ExactString(label)) } }
        try readPolicies(database)
        let server = try database.rows("SELECT pg_encoding_to_char(encoding), current_user FROM pg_database WHERE datname = current_database()").first
        encoding = server?[0] ?? encoding
        role = server?[1] ?? role
    }

    init() {}

    func table(_ name: TableName) -> Table? { place(name).flatMap { table($0) } }

    func table(_ place: Place) -> Table? { schemas[place.schema]?[place.table] }

    /// The table that PostgreSQL takes a name for; `nil` where there is none.
    func place(_ name: TableName) -> Place? {
        let candidates = name.schema.map { [$0] } ?? searchPath
        return candidates.first { schemas[$0]?[name.name] != nil }.map { Place(schema: $0, table: name.name) }
    }

    /// The tables that a name without a schema could mean.
    var visibleNames: [String] { searchPath.flatMap { schemas[$0].map { Array($0.keys) } ?? [] }.sorted() }

    private mutating func readColumns(_ database: Database) throws(SQLFailure) {
        let rows = try database.rows("""
            SELECT n.nspname, c.relname, a.attname, coalesce(e.typname, b.typname, t.typname), (e.oid IS NOT NULL)::text, a.attnotnull::text, c.relkind,
                   (SELECT tn.nspname FROM pg_namespace tn WHERE tn.oid = coalesce(e.typnamespace, b.typnamespace, t.typnamespace))
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
            LEFT JOIN pg_type e ON t.typcategory = 'A' AND e.oid = t.typelem
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
            """)
        for row in rows {
            guard let schema = row[0], let table = row[1], let column = row[2], let type = row[3] else { continue }
            schemas[schema, default: [:]][table, default: Table()].columns[column] = Column(type: type, typeSchema: row[7] ?? "", isArray: row[4] == "true", isNullable: row[5] != "true")
            schemas[schema]?[table]?.isView = ["v", "m", "f"].contains(row[6])
        }
    }

    private mutating func readPolicies(_ database: Database) throws(SQLFailure) {
        let rows = try database.rows("""
            SELECT n.nspname, c.relname,
                   (SELECT count(*) FROM pg_policy p
                    WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('r', '*')
                      AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) r WHERE pg_has_role(current_user, r, 'MEMBER'))))
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relrowsecurity AND row_security_active(c.oid)
            """)
        for row in rows { if let schema = row[0], let table = row[1] { schemas[schema]?[table]?.policies = row[2].flatMap { Int($0) } } }
    }

    private mutating func readParents(_ database: Database) throws(SQLFailure) {
        let rows = try database.rows("""
            SELECT n.nspname, c.relname, pn.nspname, p.relname
            FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class p ON p.oid = i.inhparent
            JOIN pg_namespace pn ON pn.oid = p.relnamespace
            WHERE c.relkind IN ('r', 'p', 'f')
            """)
        for row in rows {
            if let schema = row[0], let table = row[1], let parentSchema = row[2], let parent = row[3] { schemas[schema]?[table]?.parent = Place(schema: parentSchema, table: parent) }
        }
    }

    private mutating func readForeignKeys(_ database: Database) throws(SQLFailure) {
        let rows = try database.rows("""
            SELECT n.nspname, c.relname, k.oid::text, a.attname, tn.nspname, tc.relname, ta.attname
            FROM pg_constraint k
            JOIN pg_class c ON c.oid = k.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class tc ON tc.oid = k.confrelid
            JOIN pg_namespace tn ON tn.oid = tc.relnamespace
            CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS p (own, target, position)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.own
            JOIN pg_attribute ta ON ta.attrelid = k.confrelid AND ta.attnum = p.target
            WHERE k.contype = 'f'
            ORDER BY k.oid, p.position
            """)
        var current: String?
        for row in rows {
            guard let schema = row[0], let table = row[1], let key = row[2], let column = row[3], let targetSchema = row[4], let target = row[5], let targetColumn = row[6] else { continue }
            if key != current {
                current = key
                schemas[schema]?[table]?.foreignKeys.append(ForeignKey(columns: [], target: Place(schema: targetSchema, table: target), targetColumns: []))
            }
            guard let last = schemas[schema]?[table]?.foreignKeys.indices.last else { continue }
            schemas[schema]?[table]?.foreignKeys[last].columns.append(column)
            schemas[schema]?[table]?.foreignKeys[last].targetColumns.append(targetColumn)
        }
    }

    private mutating func readIndexes(_ database: Database) throws(SQLFailure) {
        let rows = try database.rows("""
            SELECT n.nspname, c.relname, i.indisprimary::text, i.indisunique::text, k.position,
                   coalesce((SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = k.number AND k.number > 0), ''), i.indexrelid
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, position)
            WHERE i.indisvalid AND i.indpred IS NULL AND k.position <= i.indnkeyatts AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
            ORDER BY i.indexrelid, k.position
            """)
        var current: (id: String, columns: [String], row: [String?])?
        func finish(_ index: (id: String, columns: [String], row: [String?])?, _ schemas: inout [String: [String: Table]]) {
            guard let index, let schema = index.row[0], let table = index.row[1] else { return }
            schemas[schema]?[table]?.indexes.append(index.columns)
            if index.row[2] == "true" { schemas[schema]?[table]?.primaryKey = index.columns }
            if index.row[3] == "true" { schemas[schema]?[table]?.uniqueIndexes.append(index.columns) }
        }
        for row in rows {
            guard let id = row[6], let column = row[5] else { continue }
            if current?.id == id {
                current?.columns.append(column)
            } else {
                finish(current, &schemas)
                current = (id, [column], row)
            }
        }
        finish(current, &schemas)
    }
}
