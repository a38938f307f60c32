import ExactText
import PorticoCatalog
import PostgresSQL

/// The tables of a database according to its system catalogs.
public struct DatabaseCatalog: Sendable, Equatable {
    public struct Table: Sendable, Equatable {
        public var columns: [String: Column] = [:]
        public var primaryKey: [String] = []
        /// The columns of each index without a condition, in order; an expression is an empty name.
        public var indexes: [[String]] = []
        /// Of those, the unique ones.
        public var uniqueIndexes: [[String]] = []
        public var foreignKeys: [ForeignKey] = []
        /// Number of policies that let the role read rows, if row-level security applies to it.
        public var policies: Int?
        /// A view has neither keys nor indexes, and its columns are not known to be non-null; the
        /// same holds for a foreign table.
        public var isView = false
        /// The table that it is a partition of, or inherits from.
        public var parent: Place?

        public init() {}
    }

    public struct Column: Sendable, Equatable {
        /// PostgreSQL's short name, such as `text`, `int8`, `ticket_status`; for an array its
        /// element's, for a domain that of the underlying type.
        public var type: String
        /// The schema of the type.
        public var typeSchema: String
        public var isArray: Bool
        public var isNullable: Bool
        /// The domain of the column or of its array's elements.
        public var domain: TypeName?
        /// `nil` for the database's default, and for types without collations.
        public var collation: Collation?

        /// Whether it treats different texts as equal.
        var foldsTexts: Bool { type == "citext" || collation?.isDeterministic == false }
    }

    public struct Collation: Sendable, Equatable {
        public var schema: String
        public var name: String
        /// Whether texts are equal only if their bytes are.
        public var isDeterministic: Bool
    }

    /// A table by its schema and name.
    public struct Place: Sendable, Hashable {
        public var schema: String
        public var table: String
    }

    public struct TypeName: Sendable, Hashable {
        public var schema: String
        public var name: String
    }

    public struct ForeignKey: Sendable, Equatable {
        public var columns: [String]
        public var target: Place
        /// In the order of ``columns``.
        public var targetColumns: [String]
    }

    struct TypeRow: Sendable, Equatable {
        var name: TypeName
        /// For a domain, its base type.
        var base: String?
        /// For an array.
        var element: String?
    }

    /// Types by OID, for reading columns. Empty afterwards.
    var types: [String: TypeRow] = [:]
    /// By schema, then by name.
    public var schemas: [String: [String: Table]] = [:]
    /// The labels of each enum, by schema and name.
    public var enums: [TypeName: Set<ExactString>] = [:]
    /// Such as `UTF8`.
    public var encoding = "UTF8"
    /// The current role.
    public var role = ""
    /// The schemas in which an unqualified name is searched, in order.
    public var searchPath: [String] = []

    /// The database's tables, from rows of ``Part/statement``; even unreadable ones.
    ///
    /// - Parameter rows: Runs the statement of each part. Its error is rethrown.
    public init<Failure: Error>(_ rows: (Part) throws(Failure) -> [[String?]]) throws(Failure) {
        for part in Part.allCases { take(try rows(part), of: part) }
        types = [:]
    }

    public init() {}

    public func table(_ name: TableName) -> Table? { place(name).flatMap { table($0) } }

    public func table(_ place: Place) -> Table? { schemas[place.schema]?[place.table] }

    /// The table that PostgreSQL resolves a name to; `nil` if there is none.
    public func place(_ name: TableName) -> Place? {
        let candidates = name.schema.map { [$0] } ?? searchPath
        return candidates.first { schemas[$0]?[name.name] != nil }.map { Place(schema: $0, table: name.name) }
    }

    /// The table's SQL name for any session: with its schema, except `public`.
    public func sql(_ table: TableName) -> String {
        guard let place = place(table) else { return table.quoted }
        return TableName(schema: place.schema == "public" ? nil : place.schema, name: place.table).quoted
    }

    /// The statement that makes a text column compare by bytes.
    func unfolding(_ column: String, of table: TableName) -> String {
        "ALTER TABLE \(sql(table)) ALTER COLUMN \(quoteIdentifier(column)) TYPE text COLLATE pg_catalog.\"default\";"
    }

    /// The tables that an unqualified name could mean.
    public var visibleNames: [String] { searchPath.flatMap { schemas[$0].map { Array($0.keys) } ?? [] }.sorted() }

    /// Whether a type is found by its unqualified name, together with its operators.
    public func isVisible(_ schema: String) -> Bool { schema == "pg_catalog" || searchPath.contains(schema) }
}
