/// What a field of the query root gives.
public enum RootBinding: Sendable, Hashable {
    /// A fixed value, as JSON text.
    case constant(String)
    /// The viewer's own row of a type.
    case viewer(type: String)
    /// One row, by the columns that its arguments name.
    case getter(type: String, arguments: [GetterArgument])
    /// A list with `where`, `orderBy`, `first`, `offset`.
    case list(type: String)
    /// Any row, by its global id.
    case node
}

/// An argument that identifies the row of a root field.
public struct GetterArgument: Sendable, Hashable {
    public var name: String
    /// The column that has the argument's value.
    public var column: ColumnBinding

    public init(_ name: String, _ column: ColumnBinding) { (self.name, self.column) = (name, column) }
}
