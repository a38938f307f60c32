import PostgresSQL

/// What finds one row of a type: columns that are unique together and never null, in the order of
/// the key. There is at least one.
public struct Key: Sendable, Hashable {
    public let first: ColumnBinding
    /// The columns of a key of several behind the first.
    public let rest: [ColumnBinding]

    public init(_ first: ColumnBinding, _ rest: [ColumnBinding] = []) {
        self.first = first
        self.rest = rest
    }

    public var columns: [ColumnBinding] { [first] + rest }

    /// The only column; `nil` for a key of several.
    public var single: ColumnBinding? { rest.isEmpty ? first : nil }

    public func contains(_ column: ColumnBinding) -> Bool { column == first || rest.contains(column) }

    /// Whether a row is found by values of these columns, since the key's are among them.
    public func isCovered(by columns: [ColumnBinding]) -> Bool {
        columns.contains(first) && rest.allSatisfy(columns.contains)
    }

    public func map(_ change: (ColumnBinding) -> ColumnBinding) -> Key { Key(change(first), rest.map(change)) }
}

/// A value of a row: a column of its table, or what is computed of the row. Two are the same where
/// the whole bindings are equal, whatever their names.
public struct ColumnBinding: Sendable, Hashable {
    /// The GraphQL field.
    public var field: String
    /// The column's name in the table, or what a computed value is called in a result.
    public var column: String
    public var type: ColumnType
    public var traits: ColumnTraits
    /// What is computed of the row that is called ``row`` in it; `nil` for a column of the table.
    public var expression: Expression?

    /// What an ``expression`` calls the row that it is computed of.
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
