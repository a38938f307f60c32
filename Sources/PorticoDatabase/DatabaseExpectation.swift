import Diagnostics
import PorticoCatalog

/// Compares a project's assumptions about its database with the database, for `check`, at the start
/// of a server and while it runs.
public struct DatabaseExpectation: Sendable {
    /// A table that the configuration names, with the columns that it uses.
    public struct NamedTable: Sendable {
        public var table: String
        public var columns: [String]
        /// The configuration key, such as `authentication.users`.
        public var key: String
        public var file: String

        public init(table: String, columns: [String], key: String, file: String) {
            (self.table, self.columns, self.key, self.file) = (table, columns, key, file)
        }
    }

    /// As the files state it.
    public let catalog: Catalog
    private let schemaFile: String
    private let sources: [String: SourceText]
    private let tenants: TenantsTable?
    private let named: [NamedTable]

    /// - Parameters:
    ///   - schema: The schema file; together with `resolvers`, diagnostics point into it.
    ///   - tenants: Where isolation must end; `nil` if no table of tenants is configured.
    ///   - named: Further tables that the configuration names.
    public init(
        _ catalog: Catalog, schema: SourceText, resolvers: [SourceText], tenants: TenantsTable?,
        named: [NamedTable] = []
    ) {
        self.catalog = catalog
        schemaFile = schema.name
        sources = Dictionary(resolvers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.tenants = tenants
        self.named = named
    }

    /// All differences, with their places in the files: errors, and warnings (slow or uncertain).
    public func problems(in database: DatabaseCatalog) -> [Diagnostic] {
        DatabaseCheck(catalog, against: database, schemaFile: schemaFile, sources: sources).diagnostics
            + (ends(in: database)?.diagnostics(sources, schemaFile: schemaFile) ?? []) + missing(in: database)
            + foldedTenants(in: database)
    }

    /// What is missing from the tables that the configuration names.
    public func missing(in database: DatabaseCatalog) -> [Diagnostic] {
        named.flatMap { problems(of: $0, in: database) }
    }

    /// Whether prepared statements are equally valid on both: the tables of all types, the enums
    /// and the search path are the same. Other parts of the database do not matter.
    public func isSame(_ database: DatabaseCatalog, _ other: DatabaseCatalog) -> Bool {
        func places(_ database: DatabaseCatalog) -> [DatabaseCatalog.Place?] { tableNames.map { database.place($0) } }
        return places(database) == places(other) && tableNames.allSatisfy { database.table($0) == other.table($0) }
            && database.enums == other.enums && database.searchPath == other.searchPath
    }

    private var tableNames: [TableName] { catalog.types.values.map(\.table) }

    /// The isolation paths that the database contradicts: they would show rows to other tenants.
    public func foreignPaths(in database: DatabaseCatalog) -> [Diagnostic] {
        ends(in: database)?.diagnostics(sources, schemaFile: schemaFile, isBrief: true) ?? []
    }

    /// Where isolation ends; `nil` without a configured and existing table of tenants.
    public func ends(in database: DatabaseCatalog) -> IsolationEnds? {
        IsolationEnds(catalog, against: database, tenants: tenants)
    }

    /// A tenant's id with several spellings counts as several tenants here: ids, and the names of
    /// rule files, are compared by bytes.
    private func foldedTenants(in database: DatabaseCatalog) -> [Diagnostic] {
        guard let tenants, let named = named.first(where: { $0.table == tenants.table }) else { return [] }
        let table = TableName(configured: tenants.table), name = "\(tenants.table).\(tenants.key)"
        guard database.table(table)?.columns[tenants.key]?.foldsTexts == true else { return [] }
        return [
            Diagnostic(
                "\(name) takes texts for equal that are not: a user whose tenant is written otherwise than there is of another tenant, for which no file of rules counts.",
                file: named.file, hint: database.unfolding(tenants.key, of: table), severity: .warning)
        ]
    }

    private func problems(of named: NamedTable, in database: DatabaseCatalog) -> [Diagnostic] {
        guard let table = database.table(TableName(configured: named.table)) else {
            let hint = didYouMean(suggestion(for: named.table, among: database.visibleNames))
            return [
                Diagnostic(
                    "The database has no table \(named.table), which `\(named.key)` names.", file: named.file,
                    hint: hint)
            ]
        }
        return named.columns.filter { table.columns[$0] == nil }.map { column in
            let hint = didYouMean(suggestion(for: column, among: table.columns.keys.sorted()))
            return Diagnostic(
                "The table \(named.table) has no column \(column), which `\(named.key)` names.", file: named.file,
                hint: hint)
        }
    }
}

/// The table whose key identifies the tenants.
public struct TenantsTable: Sendable {
    /// `table` or `schema.table`.
    public var table: String
    public var key: String

    public init(table: String, key: String) { (self.table, self.key) = (table, key) }
}
