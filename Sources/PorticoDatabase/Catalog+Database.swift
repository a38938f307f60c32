import PorticoCatalog
import PostgresSQL

extension Catalog {
    /// The same API with what a database says of its columns, as far as statements differ for it: types that compare in their own
    /// way, collations, domains. The catalog itself where nothing differs.
    ///
    /// Nothing that a client sees depends on it. What contradicts the files is left as they state it: ``DatabaseCheck`` tells of it.
    public func on(_ database: DatabaseCatalog) -> Catalog {
        let traits = TraitsReader(catalog: self, database: database)
        let types = self.types.mapValues(traits.type)
        let found = Catalog(
            schema: schema, types: types, root: root.mapValues(traits.root), derived: derived, derivedFields: derivedFields,
            nodeKeys: Dictionary(uniqueKeysWithValues: nodeKeys.map { ($0, traits.column($1, of: $0)) }), accessTypes: accessTypes)
        return found.compares(like: self) ? self : found
    }

    /// Whether the other one's statements are the same: it has the same columns.
    public func compares(like other: Catalog) -> Bool {
        types.count == other.types.count && types.allSatisfy { name, type in other.types[name].map { type.hasColumns(of: $0) } ?? false }
    }
}

private struct TraitsReader {
    let catalog: Catalog
    let database: DatabaseCatalog

    func type(_ type: TypeBinding) -> TypeBinding {
        let isolation: Isolation = switch type.isolation {
        case .column(let column): .column(self.column(column, of: type.name))
        case .path(let relations, let column): .path(relations.map(relation), self.column(column, of: relations.last?.target ?? type.name))
        case .none: .none
        case .unstated: .unstated
        }
        let fields = type.fields.mapValues { field -> FieldBinding in
            switch field {
            case .column(let column): .column(self.column(column, of: type.name))
            case .relation(let relation): .relation(self.relation(relation))
            }
        }
        return TypeBinding(
            name: type.name, table: type.table, key: column(type.key, of: type.name), fields: fields, isolation: isolation,
            isolationPlace: type.isolationPlace, isolationTrust: type.isolationTrust,
            defaultOrder: type.defaultOrder.map { OrderKey(column: column($0.column, of: type.name), direction: $0.direction) }, file: type.file)
    }

    func root(_ root: RootBinding) -> RootBinding {
        if case .getter(let type, let argument, let column) = root { .getter(type: type, argument: argument, column: self.column(column, of: type)) } else { root }
    }

    private func relation(_ relation: RelationBinding) -> RelationBinding {
        var relation = relation
        relation.local = column(relation.local, of: relation.source)
        relation.remote = column(relation.remote, of: relation.target)
        return relation
    }

    func column(_ column: ColumnBinding, of type: String) -> ColumnBinding {
        guard let table = catalog.types[type].flatMap({ database.table($0.table) }), let found = table.columns[column.column] else { return column }
        var column = column
        column.type = self.type(column.type, found)
        let collation = found.collation.map { "\(quoteIdentifier($0.schema)).\(quoteIdentifier($0.name))" }
        column.traits = ColumnTraits(cast: cast(column.type, found), collation: collation, isDeterministic: found.collation?.isDeterministic ?? true)
        return column
    }

    private func type(_ stated: ColumnType, _ found: DatabaseCatalog.Column) -> ColumnType {
        switch stated {
        case .array(let element): found.isArray ? .array(scalar(element, found)) : stated
        default: found.isArray ? stated : scalar(stated, found)
        }
    }

    private func scalar(_ stated: ColumnType, _ found: DatabaseCatalog.Column) -> ColumnType {
        switch stated {
        case .text, .varchar, .bpchar, .citext:
            switch found.type {
            case "bpchar": .bpchar
            // Where its operators are not found, PostgreSQL itself takes it for a text.
            case "citext": database.isVisible(found.typeSchema) ? .citext : .text
            case "text", "name": stated == .varchar ? .varchar : .text
            case "varchar": stated == .text ? .text : .varchar
            default: stated
            }
        case .enum(let binding) where binding.sqlType != nil && found.domain != nil:
            .enum(EnumBinding(name: binding.name, sqlType: name(found), values: binding.values))
        default: stated
        }
    }

    /// A domain over an enum has no operators of its own.
    private func cast(_ type: ColumnType, _ found: DatabaseCatalog.Column) -> String? {
        let element = if case .array(let element) = type { element } else { type }
        guard found.domain != nil, case .enum(let binding) = element, binding.sqlType != nil else { return nil }
        let name = self.name(found).split(separator: ".").map { quoteIdentifier(String($0)) }.joined(separator: ".")
        return found.isArray ? name + "[]" : name
    }

    private func name(_ found: DatabaseCatalog.Column) -> String {
        database.isVisible(found.typeSchema) ? found.type : "\(found.typeSchema).\(found.type)"
    }
}

extension TypeBinding {
    /// Whether all its columns, and those that its relations lead to, are the other's.
    fileprivate func hasColumns(of other: TypeBinding) -> Bool {
        guard key == other.key, fields.count == other.fields.count, isolation == other.isolation, defaultOrder == other.defaultOrder else { return false }
        return fields.allSatisfy { name, field in
            switch (field, other.fields[name]) {
            case (.column(let column), .column(let known)?): column == known
            case (.relation(let relation), .relation(let known)?): relation == known
            default: false
            }
        }
    }
}
