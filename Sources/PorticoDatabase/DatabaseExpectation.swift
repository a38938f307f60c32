import Diagnostics
import PorticoCatalog

/// What a project takes for granted of its database, and what of it does not hold: the one place
/// where the two are compared, for `check`, for the start of a server and while it runs.
public struct DatabaseExpectation: Sendable {
    /// The tables of which a configuration speaks: which one, with the columns that it names.
    public struct NamedTable: Sendable {
        public var table: String
        public var columns: [String]
        /// Where the configuration names it, such as `authentication.users`.
        public var key: String
        public var file: String

        public init(table: String, columns: [String], key: String, file: String) {
            self.table = table
            self.columns = columns
            self.key = key
            self.file = file
        }
    }

    /// As the files state it.
    public let catalog: Catalog
    private let schemaFile: String
    private let sources: [String: SourceText]
    private let tenants: TenantsTable?
    private let named: [NamedTable]

    /// - Parameters:
    ///   - schema: The file of the schema, and `resolvers` those of the types: diagnostics point
    ///     into them.
    ///   - tenants: Where isolation has to end; `nil` where no table of tenants is configured.
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

    /// Every way in which the database differs, with its place in the files: errors, and warnings
    /// of what works but is slow or uncertain.
    public func problems(in database: DatabaseCatalog) -> [Diagnostic] {
        DatabaseCheck(catalog, against: database, schemaFile: schemaFile, sources: sources).diagnostics
            + (ends(in: database)?.diagnostics(sources, schemaFile: schemaFile) ?? []) + missing(in: database)
            + foldedTenants(in: database)
    }

    /// What is missing of the tables that the configuration names.
    public func missing(in database: DatabaseCatalog) -> [Diagnostic] {
        named.flatMap { problems(of: $0, in: database) }
    }

    /// Whether statements that were prepared on the one are as good on the other: the tables of all
    /// types, the enums and the search path are the same. What else is in the database does not
    /// matter.
    public func isSame(_ database: DatabaseCatalog, _ other: DatabaseCatalog) -> Bool {
        func places(_ database: DatabaseCatalog) -> [DatabaseCatalog.Place?] { tableNames.map { database.place($0) } }
        return places(database) == places(other) && tableNames.allSatisfy { database.table($0) == other.table($0) }
            && database.enums == other.enums && database.searchPath == other.searchPath
    }

    private var tableNames: [TableName] { catalog.types.values.map(\.table) }

    /// The isolation paths that the database contradicts: rows would be shown to other tenants than
    /// theirs.
    public func foreignPaths(in database: DatabaseCatalog) -> [Diagnostic] {
        ends(in: database)?.diagnostics(sources, schemaFile: schemaFile, isBrief: true) ?? []
    }

    /// Where isolation ends; `nil` where no table of tenants is configured, or the database has
    /// none of that name.
    public func ends(in database: DatabaseCatalog) -> IsolationEnds? {
        IsolationEnds(catalog, against: database, tenants: tenants)
    }

    /// A tenant's id that may be written in several ways is that of several tenants here: each is
    /// told by its bytes, and so is the file of its rules.
    private func foldedTenants(in database: DatabaseCatalog) -> [Diagnostic] {
        guard let tenants, let named = named.first(where: { $0.table == tenants.table }) else { return [] }
        let table = TableName(configured: tenants.table), name = "\(tenants.table).\(tenants.key)"
        guard database.table(table)?.columns[tenants.key]?.foldsTexts == true else { return [] }
        return [
            Diagnostic(
                "\(name) takes texts for equal that are not: a user whose tenant is written otherwise than there is of another tenant, for which no file of rules counts.",
                file: named.file,
                hint: database.unfolding(tenants.key, of: table), severity: .warning)
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

/// The table whose key says who the tenants are.
public struct TenantsTable: Sendable {
    /// `table` or `schema.table`.
    public var table: String
    public var key: String

    public init(table: String, key: String) {
        self.table = table
        self.key = key
    }
}
