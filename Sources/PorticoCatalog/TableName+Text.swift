import PostgresSQL

extension TableName {
    /// As a configuration names a table: `table` or `schema.table`.
    public init(configured text: String) {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        self = parts.count == 2 ? TableName(schema: parts[0], name: parts[1]) : TableName(name: text)
    }

    /// `name` or `schema.name`.
    public var description: String { schema.map { "\($0).\(name)" } ?? name }

    /// As SQL names it.
    public var quoted: String { schema.map { quoteIdentifier($0) + "." + quoteIdentifier(name) } ?? quoteIdentifier(name) }
}

extension DatabaseCatalog {
    /// As SQL names a table that another session is to find as well: with its schema, unless that is the one that every
    /// session looks in.
    func sql(_ table: TableName) -> String {
        guard let place = place(table) else { return table.quoted }
        return TableName(schema: place.schema == "public" ? nil : place.schema, name: place.table).quoted
    }
}
