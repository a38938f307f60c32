import PostgresSQL

/// A table's name; never from a client.
public struct TableName: Sendable, Hashable {
    public var schema: String?
    public var name: String

    public init(schema: String? = nil, name: String) { (self.schema, self.name) = (schema, name) }
}

extension TableName {
    /// From a configuration: `table` or `schema.table`.
    public init(configured text: String) {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        self = parts.count == 2 ? TableName(schema: parts[0], name: parts[1]) : TableName(name: text)
    }

    /// `name` or `schema.name`.
    public var description: String { schema.map { "\($0).\(name)" } ?? name }

    /// Quoted for SQL.
    public var quoted: String {
        schema.map { quoteIdentifier($0) + "." + quoteIdentifier(name) } ?? quoteIdentifier(name)
    }
}
