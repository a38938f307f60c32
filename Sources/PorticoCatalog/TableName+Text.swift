import PostgresSQL

extension EnumBinding {
    /// The PostgreSQL type as SQL names it; `nil` where the labels are kept in a text column.
    public var quotedType: String? {
        sqlType.map { $0.split(separator: ".").map { quoteIdentifier(String($0)) }.joined(separator: ".") }
    }
}

extension TableName {
    /// As a configuration names a table: `table` or `schema.table`.
    public init(configured text: String) {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        self = parts.count == 2 ? TableName(schema: parts[0], name: parts[1]) : TableName(name: text)
    }

    /// `name` or `schema.name`.
    public var description: String { schema.map { "\($0).\(name)" } ?? name }

    /// As SQL names it.
    public var quoted: String {
        schema.map { quoteIdentifier($0) + "." + quoteIdentifier(name) } ?? quoteIdentifier(name)
    }
}
