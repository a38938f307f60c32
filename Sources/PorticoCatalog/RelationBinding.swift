/// A field that leads to rows of a type: those whose remote columns equal this row's local columns,
/// pair by pair. If one of them is null, there is no such row.
public struct RelationBinding: Sendable, Hashable {
    public enum Cardinality: Sendable, Hashable { case one, many }

    public var field: String
    /// The type whose table has the local columns.
    public var source: String
    public var target: String
    public var cardinality: Cardinality
    /// At least one.
    public var pairs: [ColumnPair]

    public var locals: [ColumnBinding] { pairs.map(\.local) }
    public var remotes: [ColumnBinding] { pairs.map(\.remote) }

    /// Whether the column ties a row to those behind the relation.
    public func isTied(by column: String) -> Bool { pairs.contains { $0.local.column == column } }
}

/// Two columns with equal values in related rows.
public struct ColumnPair: Sendable, Hashable {
    /// Of the row that has the relation.
    public var local: ColumnBinding
    /// Of the relation's target.
    public var remote: ColumnBinding

    public init(_ local: ColumnBinding, _ remote: ColumnBinding) { (self.local, self.remote) = (local, remote) }

    /// Whether each may replace the other, because they are equal only if their bytes are.
    public var tiesByBytes: Bool { local.equalsByBytes && remote.equalsByBytes }
}
