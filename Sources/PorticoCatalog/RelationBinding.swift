/// A field that leads to rows of a type: those whose remote columns equal this row's local columns,
/// pair by pair. Where one of them is null there is no such row.
public struct RelationBinding: Sendable, Hashable {
    public enum Cardinality: Sendable, Hashable { case one, many }

    public var field: String
    /// The type whose table holds `local`.
    public var source: String
    public var target: String
    public var cardinality: Cardinality
    /// At least one.
    public var pairs: [ColumnPair]

    public init(field: String, source: String, target: String, cardinality: Cardinality, pairs: [ColumnPair]) {
        self.field = field
        self.source = source
        self.target = target
        self.cardinality = cardinality
        self.pairs = pairs
    }

    public var locals: [ColumnBinding] { pairs.map(\.local) }
    public var remotes: [ColumnBinding] { pairs.map(\.remote) }

    /// Whether the column is one that ties a row to those behind the relation.
    public func isTied(by column: String) -> Bool { pairs.contains { $0.local.column == column } }
}

/// Two columns whose values are equal in rows that a relation ties together.
public struct ColumnPair: Sendable, Hashable {
    /// Of the row that has the relation.
    public var local: ColumnBinding
    /// Of the relation's target.
    public var remote: ColumnBinding

    public init(_ local: ColumnBinding, _ remote: ColumnBinding) {
        self.local = local
        self.remote = remote
    }

    /// Whether either may stand for the other, since they are equal only where their bytes are.
    public var tiesByBytes: Bool { local.equalsByBytes && remote.equalsByBytes }
}
