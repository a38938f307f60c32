import PorticoAccess
import PorticoCatalog
import PorticoDatabase

extension DatabaseExpectation {
    /// The assumptions of a project's files and its configuration.
    ///
    /// - Parameter signsIn: Whether tables must identify viewers: ``Policy/signsIn``.
    public init(_ catalog: Catalog, files: ProjectFiles, authentication: AuthenticationConfiguration, signsIn: Bool) {
        self.init(
            catalog, schema: files.schema, resolvers: files.resolvers,
            tenants: authentication.tenants.map { TenantsTable(table: $0.table, key: $0.id) },
            named: signsIn ? authentication.namedTables : [])
    }
}

extension AuthenticationConfiguration {
    /// The tables of users and of the hierarchy of tenants.
    fileprivate var namedTables: [DatabaseExpectation.NamedTable] {
        func named(_ table: String, _ columns: [String?], _ key: String) -> DatabaseExpectation.NamedTable {
            DatabaseExpectation.NamedTable(
                table: table, columns: columns.compactMap(\.self), key: key, file: GatewayConfiguration.path)
        }
        return
            (users.map { [named($0.table, [$0.id, $0.role, $0.tenant, $0.status?.column], "authentication.users")] }
            ?? [])
            + (tenants.map { [named($0.table, [$0.id, $0.parent, $0.status?.column], "authentication.tenants")] } ?? [])
    }
}
