import PorticoCatalog
import PostgresSQL

extension Catalog {
    /// The same API with the properties of a database's columns that affect statements: types that
    /// compare in their own way, collations, domains. The catalog itself if equal.
    ///
    /// Clients see no difference. ``DatabaseCheck`` reports contradictions.
    public func on(_ database: DatabaseCatalog) -> Catalog {
        let facts = ColumnFacts(database: database)
        return mapColumns { column, type in
            type.flatMap { database.table($0.table)?.columns[column.column] }.map { facts.column(column, $0) } ?? column
        }
    }

    /// The same API for an unknown database: no text column may replace another in comparisons.
    public var cautious: Catalog {
        mapColumns { column, _ in
            var column = column
            column.traits.isDeterministic = false
            return column
        }
    }

    /// Whether the other catalog has the same columns, and thus the same statements.
    public func compares(like other: Catalog) -> Bool {
        types.count == other.types.count
            && types.allSatisfy { name, type in other.types[name].map { type.hasColumns(of: $0) } ?? false }
    }

    /// The same API with each column transformed, given the type that it belongs to.
    private func mapColumns(_ change: (ColumnBinding, TypeBinding?) -> ColumnBinding) -> Catalog {
        func column(_ column: ColumnBinding, of type: String) -> ColumnBinding { change(column, types[type]) }
        func relation(_ relation: RelationBinding) -> RelationBinding {
            var relation = relation
            relation.pairs = relation.pairs.map {
                ColumnPair(column($0.local, of: relation.source), column($0.remote, of: relation.target))
            }
            return relation
        }
        func changed(_ type: TypeBinding) -> TypeBinding {
            let isolation: Isolation =
                switch type.isolation {
                case .column(let last): .column(column(last, of: type.name))
                case .path(let relations, let last):
                    .path(relations.map(relation), column(last, of: relations.last?.target ?? type.name))
                case .none: .none
                case .unstated: .unstated
                }
            let fields = type.fields.mapValues { field -> FieldBinding in
                switch field {
                case .column(let own): .column(column(own, of: type.name))
                case .computed(let own): .computed(own)
                case .relation(let own): .relation(relation(own))
                }
            }
            return TypeBinding(
                name: type.name, table: type.table, key: type.key.map { column($0, of: type.name) }, fields: fields,
                isolation: isolation, isolationPlace: type.isolationPlace, isolationTrust: type.isolationTrust,
                defaultOrder: type.defaultOrder.map {
                    OrderKey(column: column($0.column, of: type.name), direction: $0.direction)
                }, file: type.file)
        }
        let root = self.root.mapValues { root -> RootBinding in
            if case .getter(let type, let arguments) = root {
                .getter(type: type, arguments: arguments.map { GetterArgument($0.name, column($0.column, of: type)) })
            } else {
                root
            }
        }
        let found = Catalog(
            schema: schema, types: types.mapValues(changed), root: root, derived: derived, derivedFields: derivedFields,
            nodeKeys: Dictionary(
                uniqueKeysWithValues: nodeKeys.map { type, key in (type, key.map { column($0, of: type) }) }),
            nodeField: nodeField, accessTypes: accessTypes)
        return found.compares(like: self) ? self : found
    }
}

/// What a database states about single columns.
private struct ColumnFacts {
    let database: DatabaseCatalog

    func column(_ stated: ColumnBinding, _ found: DatabaseCatalog.Column) -> ColumnBinding {
        var column = stated
        column.type = type(stated.type, found)
        let collation = found.collation.map { "\(quoteIdentifier($0.schema)).\(quoteIdentifier($0.name))" }
        column.traits = ColumnTraits(
            cast: cast(column.type, found), collation: collation,
            isDeterministic: found.collation?.isDeterministic ?? true)
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
            // If its operators are not found, PostgreSQL treats it as text.
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

    /// The cast for comparisons. A domain over an enum has no operators of its own. `name`, and a
    /// `citext` whose operators are not found, are compared as text, but ordered, grouped and
    /// hashed as themselves.
    private func cast(_ type: ColumnType, _ found: DatabaseCatalog.Column) -> String? {
        if found.type == "name" || found.type == "citext" && !database.isVisible(found.typeSchema) {
            return found.isArray ? "text[]" : "text"
        }
        let element = if case .array(let element) = type { element } else { type }
        guard found.domain != nil, case .enum(let binding) = element, let name = binding.quotedType else { return nil }
        return found.isArray ? name + "[]" : name
    }

    private func name(_ found: DatabaseCatalog.Column) -> String {
        database.isVisible(found.typeSchema) ? found.type : "\(found.typeSchema).\(found.type)"
    }
}

extension TypeBinding {
    /// Whether all its columns, and those that its relations lead to, equal the other's.
    fileprivate func hasColumns(of other: TypeBinding) -> Bool {
        guard key == other.key, fields.count == other.fields.count, isolation == other.isolation,
            defaultOrder == other.defaultOrder
        else { return false }
        return fields.allSatisfy { name, field in
            switch (field, other.fields[name]) {
            case (.column(let column), .column(let known)?), (.computed(let column), .computed(let known)?):
                column == known
            case (.relation(let relation), .relation(let known)?): relation == known
            default: false
            }
        }
    }
}
