import PorticoCatalog
import PostgresSQL

extension TableName {
    /// As a configuration names a table: `table` or `schema.table`.
    init(configured text: String) {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        self = parts.count == 2 ? TableName(schema: parts[0], name: parts[1]) : TableName(name: text)
    }

    /// As SQL names it.
    var quoted: String { schema.map { quoteIdentifier($0) + "." + quoteIdentifier(name) } ?? quoteIdentifier(name) }
}
