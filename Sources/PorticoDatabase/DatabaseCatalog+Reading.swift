import ExactText

extension DatabaseCatalog {
    /// The parts to read, in this order: each adds to the tables of the first.
    public enum Part: Sendable, CaseIterable {
        case searchPath, types, columns, indexes, foreignKeys, parents, labels, policies, server

        /// A statement without parameters, whose columns are text. Names are qualified, so that no
        /// schema of the search path shadows the catalogs. It does not sort rows or resolve
        /// domains, so that it needs little server memory and no temporary disk space.
        public var statement: String {
            switch self {
            case .searchPath: "SELECT pg_catalog.unnest(pg_catalog.current_schemas(false))::text"
            case .types:
                """
                SELECT t.oid::text, t.typname::text, n.nspname::text, nullif(t.typbasetype, 0)::text,
                       CASE WHEN t.typcategory = 'A' AND t.typtype = 'b' THEN nullif(t.typelem, 0) END::text
                FROM pg_catalog.pg_type t
                JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                """
            case .columns:
                """
                SELECT n.nspname::text, c.relname::text, a.attname::text, a.atttypid::text, a.attnotnull::text, c.relkind::text,
                       co.collname::text, cn.nspname::text, co.collisdeterministic::text
                FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation AND co.collname <> 'default'
                LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
                WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
                """
            case .indexes:
                """
                SELECT n.nspname::text, c.relname::text, i.indisprimary::text, i.indisunique::text,
                       coalesce((SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = k.number AND k.number > 0), '')::text,
                       i.indexrelid::text, k.position::text
                FROM pg_catalog.pg_index i
                JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, position)
                WHERE i.indisvalid AND i.indpred IS NULL AND k.position <= i.indnkeyatts
                  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
                """
            case .foreignKeys:
                """
                SELECT n.nspname::text, c.relname::text, k.oid::text, a.attname::text, tn.nspname::text, tc.relname::text, ta.attname::text, p.position::text
                FROM pg_catalog.pg_constraint k
                JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_catalog.pg_class tc ON tc.oid = k.confrelid
                JOIN pg_catalog.pg_namespace tn ON tn.oid = tc.relnamespace
                CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS p (own, target, position)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.own
                JOIN pg_catalog.pg_attribute ta ON ta.attrelid = k.confrelid AND ta.attnum = p.target
                WHERE k.contype = 'f'
                """
            case .parents:
                """
                SELECT n.nspname::text, c.relname::text, pn.nspname::text, p.relname::text
                FROM pg_catalog.pg_inherits i
                JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
                JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
                WHERE c.relkind IN ('r', 'p', 'f')
                """
            case .labels:
                """
                SELECT n.nspname::text, t.typname::text, e.enumlabel::text
                FROM pg_catalog.pg_enum e
                JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid
                JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                """
            case .policies:
                """
                SELECT n.nspname::text, c.relname::text,
                       (SELECT count(*) FROM pg_catalog.pg_policy p
                        WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('r', '*')
                          AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) r WHERE pg_catalog.pg_has_role(current_user, r, 'MEMBER'))))::text
                FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relrowsecurity AND pg_catalog.row_security_active(c.oid)
                """
            case .server:
                """
                SELECT pg_catalog.pg_encoding_to_char(encoding)::text, current_user::text
                FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
                """
            }
        }
    }

    mutating func take(_ rows: [[String?]], of part: Part) {
        switch part {
        case .searchPath: searchPath = rows.compactMap { $0.first.flatMap(\.self) }
        case .types: for row in rows where row.count == 5 { takeType(row) }
        case .columns: for row in rows where row.count == 9 { takeColumn(row) }
        case .indexes: takeIndexes(Self.inOrder(rows, of: 5, by: 6))
        case .foreignKeys: takeForeignKeys(Self.inOrder(rows, of: 2, by: 7))
        case .parents:
            for row in rows {
                guard row.count == 4, let schema = row[0], let table = row[1], let parentSchema = row[2],
                    let parent = row[3]
                else { continue }
                schemas[schema]?[table]?.parent = Place(schema: parentSchema, table: parent)
            }
        case .labels:
            for row in rows {
                guard row.count == 3, let schema = row[0], let type = row[1], let label = row[2] else { continue }
                enums[TypeName(schema: schema, name: type), default: []].insert(ExactString(label))
            }
        case .policies:
            for row in rows where row.count == 3 {
                if let schema = row[0], let table = row[1] {
                    schemas[schema]?[table]?.policies = row[2].flatMap { Int($0) }
                }
            }
        case .server:
            guard let row = rows.first, row.count == 2 else { return }
            encoding = row[0] ?? encoding
            role = row[1] ?? role
        }
    }

    /// The rows of each index or key, grouped and ordered by position.
    private static func inOrder(_ rows: [[String?]], of owner: Int, by position: Int) -> [[String?]] {
        func number(_ row: [String?], _ column: Int) -> Int {
            row.indices.contains(column) ? row[column].flatMap { Int($0) } ?? 0 : 0
        }
        return rows.sorted { (number($0, owner), number($0, position)) < (number($1, owner), number($1, position)) }
    }

    private mutating func takeType(_ row: [String?]) {
        guard let id = row[0], let name = row[1], let schema = row[2] else { return }
        types[id] = TypeRow(name: TypeName(schema: schema, name: name), base: row[3], element: row[4])
    }

    private mutating func takeColumn(_ row: [String?]) {
        guard let schema = row[0], let table = row[1], let name = row[2], let own = row[3] else { return }
        schemas[schema, default: [:]][table, default: Table()].isView = ["v", "m", "f"].contains(row[5])
        guard let (type, isDomain) = base(of: own) else { return }
        let element = type.element.flatMap(base)
        let value = element?.type ?? type
        var column = Column(
            type: value.name.name, typeSchema: value.name.schema, isArray: element != nil, isNullable: row[4] != "true")
        if let element, element.isDomain {
            column.domain = type.element.flatMap { types[$0]?.name }
        } else if isDomain {
            column.domain = types[own]?.name
        }
        if let collation = row[6], let schema = row[7] {
            column.collation = Collation(schema: schema, name: collation, isDeterministic: row[8] == "true")
        }
        schemas[schema]?[table]?.columns[name] = column
    }

    /// The type below a domain, and whether there was a domain.
    private func base(of id: String) -> (type: TypeRow, isDomain: Bool)? {
        guard var type = types[id] else { return nil }
        var isDomain = false, steps = 0
        while let base = type.base.flatMap({ types[$0] }), steps < 100 {
            (type, isDomain, steps) = (base, true, steps + 1)
        }
        return (type, isDomain)
    }

    private mutating func takeForeignKeys(_ rows: [[String?]]) {
        var current: String?
        for row in rows where row.count == 8 {
            guard let schema = row[0], let table = row[1], let key = row[2], let column = row[3],
                let targetSchema = row[4], let target = row[5], let targetColumn = row[6]
            else { continue }
            if key != current {
                current = key
                schemas[schema]?[table]?.foreignKeys.append(
                    ForeignKey(columns: [], target: Place(schema: targetSchema, table: target), targetColumns: []))
            }
            guard let last = schemas[schema]?[table]?.foreignKeys.indices.last else { continue }
            schemas[schema]?[table]?.foreignKeys[last].columns.append(column)
            schemas[schema]?[table]?.foreignKeys[last].targetColumns.append(targetColumn)
        }
    }

    private mutating func takeIndexes(_ rows: [[String?]]) {
        var current: (id: String, columns: [String], row: [String?])?
        func finish(
            _ index: (id: String, columns: [String], row: [String?])?, _ schemas: inout [String: [String: Table]]
        ) {
            guard let index, let schema = index.row[0], let table = index.row[1] else { return }
            schemas[schema]?[table]?.indexes.append(index.columns)
            if index.row[2] == "true" { schemas[schema]?[table]?.primaryKey = index.columns }
            if index.row[3] == "true" { schemas[schema]?[table]?.uniqueIndexes.append(index.columns) }
        }
        for row in rows where row.count == 7 {
            guard let column = row[4], let id = row[5] else { continue }
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
