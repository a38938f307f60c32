import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoDatabase
import PorticoHTTP
import PorticoPolicy
import PorticoServer
import PostgresMigrations

/// The API defined by a project's files: its catalog and its rules.
package struct API {
    package let files: ProjectFiles
    /// As the files state it.
    package let stated: Catalog
    /// The same with the database's properties of its columns.
    package let catalog: Catalog
    package let policy: Policy
    package let documents: DocumentStore
    /// The database's tables; `nil` if it was not read, or unreachable.
    package let database: DatabaseCatalog?

    /// Milliseconds for reading the database's catalogs.
    private static let catalogTimeout = 10_000

    /// Reads and checks everything; throws all problems of the first file that later ones build on.
    /// Files of tenants may be invalid: their viewers are not served.
    ///
    /// - Parameter asksDatabase: Whether statements must match those that the gateway sends to the
    ///   project's database, whose columns' properties are then read. It may be unreachable.
    package init(_ project: Project, asksDatabase: Bool = false) throws(CommandFailure) {
        database = asksDatabase ? Self.readDatabase(project) : nil
        do throws(Diagnostics) {
            files = try ProjectFiles.read(folder: project.folder)
            stated = try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
            catalog = database.map(stated.on) ?? stated
            policy = try Policy.load(files, catalog: catalog, limits: project.configuration.limits.rules)
            let problems = project.configuration.problems(policy)
            if !problems.isEmpty { throw Diagnostics(problems) }
            documents = try DocumentStore(
                project.configuration.documents, project: project.folder, schema: catalog.schema, roles: policy.roles,
                limits: project.configuration.limits.rules)
        } catch {
            throw CommandFailure(error, project: project.folder)
        }
    }

    /// The API of other files than the project's own, such as those of an older revision; problems
    /// are shown with those files' text.
    package init(_ files: ProjectFiles, of version: String, _ project: Project) throws(CommandFailure) {
        self.files = files
        do throws(Diagnostics) {
            stated = try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
            catalog = stated
            policy = try Policy.load(files, catalog: catalog, limits: project.configuration.limits.rules)
            documents = DocumentStore(.none)
            database = nil
        } catch {
            let sources = Dictionary(
                ([files.schema, files.roles] + files.resolvers + files.tenants).map { ($0.name, $0) },
                uniquingKeysWith: { first, _ in first })
            let pictures = error.items.map { render($0, in: sources[$0.file]) }.joined(separator: "\n\n")
            throw .wrongUsage("the files of \(version) are not in order (\(countText(error.items))).\n\n\(pictures)")
        }
    }

    /// Prints the problems of tenants' files on standard error.
    package func noteTenantProblems(_ project: Project) {
        for file in files.unreadable where !file.namesTenant {
            Terminal.note("portico: \(file.name): \(file.diagnostic.message)")
        }
        for (tenant, problems) in policy.tenantProblems.sorted(by: { $0.key < $1.key }) {
            Terminal.note(
                "portico: the viewers of the tenant \(tenant) are not served, because its rules are wrong.\n\n\(rendered(problems.items, project: project.folder))\n"
            )
        }
    }

    /// The rules of a role, in a tenant if given; fails with a suggestion for unknown names.
    package func rules(role: String, tenant: String?, project: Project) throws(CommandFailure) -> CompiledPolicy {
        // An unknown role is reported without querying the database.
        if let tenant, policy.reach(of: role) != nil { try requireTenant(tenant, project) }
        switch policy.rules(role: role, tenant: tenant) {
        case .rules(let rules): return rules
        case .unknownRole:
            let others = alternatives(to: role, among: policy.roles)
            throw .wrongUsage("there is no role \"\(role)\" in \(files.roles.name). \(others)")
        case .tenantUnavailable:
            throw CommandFailure(
                tenant.flatMap { policy.tenantProblems[$0] } ?? Diagnostics([]), project: project.folder)
        }
    }

    // MARK: Database

    private static func readDatabase(_ project: Project) -> DatabaseCatalog? {
        guard let database = try? project.connect() else { return nil }
        return try? database.readOnly(milliseconds: catalogTimeout) { () throws(SQLFailure) in
            try DatabaseCatalog(of: database)
        }
    }

    package func expectation(_ project: Project) -> DatabaseExpectation {
        DatabaseExpectation(
            stated, files: files, authentication: project.configuration.authentication, signsIn: policy.signsIn)
    }

    /// The state of a server for it.
    ///
    /// - Parameter migrations: The names of the migrations that the database must have.
    package func state(_ project: Project, migrations: Set<String>) -> ServerState {
        var state = ServerState(
            configuration: project.configuration, catalog: catalog, policy: PolicyStore(policy), migrations: migrations,
            documents: documents, watchedProject: project.folder)
        state.expectation = expectation(project)
        state.database = database
        return state
    }

    /// Refuses isolation paths that the database contradicts. With an unreachable database the
    /// gateway starts, and checks once it is available.
    package func refuseForeignPaths(_ project: Project) throws(CommandFailure) {
        guard let database else { return }
        let problems = expectation(project).foreignPaths(in: database)
        guard !problems.isEmpty else { return }
        throw .notInOrder(
            "the gateway does not start, because rows would be shown to other tenants than theirs.\n\n\(rendered(problems, project: project.folder))"
        )
    }
}

extension DatabaseCatalog {
    /// Read by a command, on its own connection.
    package init(of database: Database) throws(SQLFailure) {
        try self.init { part throws(SQLFailure) in try database.rows(part.statement) }
    }
}
