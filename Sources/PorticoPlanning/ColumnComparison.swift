import PorticoCatalog
import PostgresSQL

extension ColumnBinding {
    /// The column, cast to a type that has operators.
    func compared(_ column: Expression) -> Expression { traits.cast.map { .cast(column, $0) } ?? column }

    /// The column as an owner's identity, compared by bytes even if the type folds case. Tenants
    /// and users are distinguished by bytes everywhere else.
    func identity(_ column: Expression) -> Expression {
        foldsTexts ? .collate(.cast(column, "text"), Self.byBytes) : compared(column)
    }

    private static let byBytes = "\"C\""

    /// The column as searchable text: in the database's collation if the column's is unsuitable.
    func searched(_ column: Expression) -> Expression {
        let text: Expression = type == .text ? column : .cast(column, "text")
        return traits.isDeterministic ? text : .collate(text, Self.databaseCollation)
    }

    /// The catalog was not read: a non-deterministic collation has a name.
    fileprivate var hasUnknownCollation: Bool {
        traits.collation == nil && !traits.isDeterministic && (type == .text || type == .varchar)
    }

    fileprivate static let databaseCollation = "\"default\""
}

extension RelationBinding {
    /// Conditions that a row's remote columns equal values of the local ones.
    func ties(_ row: RowReference, to values: [Expression]) -> [Expression] {
        zip(pairs, values).map { $0.tie(row, to: $1) }
    }
}

extension ColumnPair {
    /// The condition that a row's remote column equals a value of the local one.
    func tie(_ row: RowReference, to value: Expression) -> Expression {
        .binary(row.column(remote), .equal, looked(value))
    }

    /// A value of the local column, converted so that the remote column compares it. Batches and
    /// filters thus find the same rows, using the remote column's index.
    func looked(_ value: Expression) -> Expression {
        // Keys of a batch are texts without a collation.
        if value.isBatchKey {
            return remote.type.converted(value, from: local.type == .citext ? .text : local.type)
        }
        let typed = remote.type.converted(value, from: local.type)
        if local.traits.collation == remote.traits.collation, !local.hasUnknownCollation { return typed }
        return .collate(typed, remote.traits.collation ?? ColumnBinding.databaseCollation)
    }
}

extension ColumnType {
    /// Converts text between types; trailing blanks of a `bpchar` are not significant.
    fileprivate func converted(_ value: Expression, from other: ColumnType) -> Expression {
        switch (other, self) {
        case (.bpchar, .text), (.bpchar, .varchar), (.citext, .text), (.citext, .varchar): .cast(value, "text")
        case (.text, .bpchar), (.varchar, .bpchar), (.citext, .bpchar): .cast(value, "bpchar")
        case (.text, .citext), (.varchar, .citext): .cast(value, "citext")
        case (.bpchar, .citext): .cast(.cast(value, "text"), "citext")
        default: value
        }
    }
}
