import ExactText
import PorticoCatalog
import PostgresSQL

/// The tables of a database as its own catalogs describe them.
public struct DatabaseCatalog: Sendable, Equatable {
    public struct Table: Sendable, Equatable {
        public var columns: [String: Column] = [:]
        /// The names of the columns of the primary key, in order.
        public var primaryKey: [String] = []
        /// The columns of each index that has no condition, in order; an expression is an empty
        /// name.
        public var indexes: [[String]] = []
        /// Of those, the ones that let no value stand twice.
        public var uniqueIndexes: [[String]] = []
        public var foreignKeys: [ForeignKey] = []
        /// Row-level security applies to the role that asked, and so many policies let it read
        /// rows.
        public var policies: Int?
        /// A view has neither keys nor indexes, and no column of it is known to be filled; nor has
        /// a table of another server.
        public var isView = false
        /// The table that it is a partition of, or inherits from.
        public var parent: Place?

        public init() {}
    }

    public struct Column: Sendable, Equatable {
        /// PostgreSQL's short name, such as `text`, `int8`, `ticket_status`; of an array its
        /// element's, of a domain that of the type below it.
        public var type: String
        /// The schema of the type.
        public var typeSchema: String
        public var isArray: Bool
        public var isNullable: Bool
        /// The domain that the column, or the element of its array, is of.
        public var domain: TypeName?
        /// `nil` for the database's own, and for types that have none.
        public var collation: Collation?

        /// Whether it takes different texts for equal.
        var foldsTexts: Bool { type == "citext" || collation?.isDeterministic == false }
    }

    public struct Collation: Sendable, Equatable {
        public var schema: String
        public var name: String
        /// Whether texts are equal only where their bytes are.
        public var isDeterministic: Bool
    }

    /// A table by its schema and its name in it.
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
        /// Of a domain, what it is over.
        var base: String?
        /// Of an array.
        var element: String?
    }

    /// By their OIDs: what columns are read by. Empty afterwards.
    var types: [String: TypeRow] = [:]
    /// By schema, then by name.
    public var schemas: [String: [String: Table]] = [:]
    /// The labels of each enum, by its schema and its name: there may be several of one name.
    public var enums: [TypeName: Set<ExactString>] = [:]
    /// Such as `UTF8`.
    public var encoding = "UTF8"
    /// The role that asked.
    public var role = ""
    /// The schemas in which a name without one is looked for, in order.
    public var searchPath: [String] = []

    /// The database's tables, of rows as ``Part/statement`` gives them; what the role may not read
    /// is in them all the same.
    ///
    /// - Parameter rows: Runs the statement of each part. Its error is passed on.
    public init<Failure: Error>(_ rows: (Part) throws(Failure) -> [[String?]]) throws(Failure) {
        for part in Part.allCases { take(try rows(part), of: part) }
        types = [:]
    }

    public init() {}

    public func table(_ name: TableName) -> Table? { place(name).flatMap { table($0) } }

    public func table(_ place: Place) -> Table? { schemas[place.schema]?[place.table] }

    /// The table that PostgreSQL takes a name for; `nil` where there is none.
    public func place(_ name: TableName) -> Place? {
        let candidates = name.schema.map { [$0] } ?? searchPath
        return candidates.first { schemas[$0]?[name.name] != nil }.map { Place(schema: $0, table: name.name) }
    }

    /// As SQL names a table that another session is to find as well: with its schema, unless that
    /// is the one that every session looks in.
    public func sql(_ table: TableName) -> String {
        guard let place = place(table) else { return table.quoted }
        return TableName(schema: place.schema == "public" ? nil : place.schema, name: place.table).quoted
    }

    /// The statement that has a column of texts compare by bytes.
    func unfolding(_ column: String, of table: TableName) -> String {
        "ALTER TABLE \(sql(table)) ALTER COLUMN \(quoteIdentifier(column)) TYPE text COLLATE pg_catalog.\"default\";"
    }

    /// The tables that a name without a schema could mean.
    public var visibleNames: [String] { searchPath.flatMap { schemas[$0].map { Array($0.keys) } ?? [] }.sorted() }

    /// Whether a type's name means it without its schema, and its operators are found.
    public func isVisible(_ schema: String) -> Bool { schema == "pg_catalog" || searchPath.contains(schema) }
}
