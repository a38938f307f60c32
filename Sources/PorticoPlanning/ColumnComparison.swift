import PorticoCatalog
import PostgresSQL

extension ColumnBinding {
    /// The column in a form that has operators.
    func compared(_ column: Expression) -> Expression { traits.cast.map { .cast(column, $0) } ?? column }

    /// The column where it says whose a row is: by its bytes, whatever it takes for equal
    /// otherwise. Tenants and users are told apart by bytes everywhere else.
    func identity(_ column: Expression) -> Expression {
        foldsTexts ? .collate(.cast(column, "text"), Self.byBytes) : compared(column)
    }

    private static let byBytes = "\"C\""

    /// The column as a text that can be searched: in the collation of the database, where
    /// PostgreSQL does not search texts in the column's own.
    func searched(_ column: Expression) -> Expression {
        let text: Expression = type == .text ? column : .cast(column, "text")
        return traits.isDeterministic ? text : .collate(text, Self.databaseCollation)
    }

    /// Nothing is known of it: a collation that is not deterministic has a name.
    fileprivate var hasUnknownCollation: Bool {
        traits.collation == nil && !traits.isDeterministic && (type == .text || type == .varchar)
    }

    fileprivate static let databaseCollation = "\"default\""
}

extension RelationBinding {
    /// That a row's remote columns equal values of the local ones.
    func ties(_ row: RowReference, to values: [Expression]) -> [Expression] {
        zip(pairs, values).map { $0.tie(row, to: $1) }
    }
}

extension ColumnPair {
    /// That a row's remote column equals a value of the local one.
    func tie(_ row: RowReference, to value: Expression) -> Expression {
        .binary(row.column(remote), .equal, looked(value))
    }

    /// A value of the local column as the remote column compares it: so do batches and filters find
    /// the same rows, by the remote column's index.
    func looked(_ value: Expression) -> Expression {
        // The keys of a batch are texts of no collation.
        if value.isBatchKey {
            return remote.type.converted(value, from: local.type == .citext ? .text : local.type)
        }
        let typed = remote.type.converted(value, from: local.type)
        if local.traits.collation == remote.traits.collation, !local.hasUnknownCollation { return typed }
        return .collate(typed, remote.traits.collation ?? ColumnBinding.databaseCollation)
    }
}

extension ColumnType {
    /// A text of another type as one of this; blanks at the end of a `bpchar` are no part of it.
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
