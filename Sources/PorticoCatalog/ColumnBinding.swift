import PostgresSQL

/// The primary key of a type: columns that are unique together and never null, in order.
public struct Key: Sendable, Hashable {
    public let first: ColumnBinding
    /// The further columns of a composite key.
    public let rest: [ColumnBinding]

    public init(_ first: ColumnBinding, _ rest: [ColumnBinding] = []) { (self.first, self.rest) = (first, rest) }

    public var columns: [ColumnBinding] { [first] + rest }

    /// The only column; `nil` for a composite key.
    public var single: ColumnBinding? { rest.isEmpty ? first : nil }

    public func contains(_ column: ColumnBinding) -> Bool { column == first || rest.contains(column) }

    /// Whether these columns include the key, so that they identify a row.
    public func isCovered(by columns: [ColumnBinding]) -> Bool {
        columns.contains(first) && rest.allSatisfy(columns.contains)
    }

    public func map(_ change: (ColumnBinding) -> ColumnBinding) -> Key { Key(change(first), rest.map(change)) }
}

/// A value of a row: a column of its table, or a value computed from the row. Two bindings are the
/// same only if they are equal as a whole.
public struct ColumnBinding: Sendable, Hashable {
    public var field: String
    /// The column's name in the table, or a computed value's name in results.
    public var column: String
    public var type: ColumnType
    public var traits: ColumnTraits
    /// The computation, with the row named ``row``; `nil` for a column of the table.
    public var expression: Expression?

    /// The alias of the row in an ``expression``.
    public static let row = Alias("r", 0)

    public init(
        field: String, column: String, type: ColumnType, traits: ColumnTraits = ColumnTraits(),
        expression: Expression? = nil
    ) {
        self.field = field
        self.column = column
        self.type = type
        self.traits = traits
        self.expression = expression
    }
}
