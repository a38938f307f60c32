import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoDatabase
import PorticoServer
import PostgresMigrations

/// The API that a project's files state: its catalog and its rules.
struct API {
    let files: ProjectFiles
    /// As the files state it.
    let stated: Catalog
    /// The same with what the database says of its columns.
    let catalog: Catalog
    let policy: Policy
    let documents: DocumentStore
    /// What the database says of its tables; `nil` where it was not asked, or could not be reached.
    let database: DatabaseCatalog?

    /// Milliseconds for reading the database's catalogs.
    private static let catalogTimeout = 10_000

    /// Reads and checks everything; throws all problems of the first file that later ones build on.
    /// The files of tenants may be wrong: their viewers are not served.
    ///
    /// - Parameter asksDatabase: Statements are to be those that the gateway sends to the project's
    ///   database: how its columns compare is looked up there. One that cannot be reached is no
    ///   failure.
    init(_ project: Project, asksDatabase: Bool = false) throws(CommandFailure) {
        database = asksDatabase ? Self.readDatabase(project) : nil
        do throws(Diagnostics) {
            files = try ProjectFiles.read(folder: project.folder)
            stated = try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
            catalog = database.map(stated.on) ?? stated
            policy = try Policy.load(
                catalog: catalog, limits: project.configuration.limits.rules, roles: files.roles,
                tenants: files.tenants, unreadable: files.unreadable)
            let problems = project.configuration.problems(policy)
            if !problems.isEmpty { throw Diagnostics(problems) }
            documents = try DocumentStore(
                project.configuration.documents, project: project.folder, schema: catalog.schema, roles: policy.roles,
                limits: project.configuration.limits.rules)
        } catch {
            throw CommandFailure(error, project: project.folder)
        }
    }

    /// The API of other files than the project's own, such as those of an older revision; its
    /// problems are shown with what stands in those files.
    init(_ files: ProjectFiles, of version: String, _ project: Project) throws(CommandFailure) {
        self.files = files
        do throws(Diagnostics) {
            stated = try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
            catalog = stated
            policy = try Policy.load(
                catalog: catalog, limits: project.configuration.limits.rules, roles: files.roles,
                tenants: files.tenants, unreadable: files.unreadable)
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

    /// What is wrong with the files of tenants, said on the standard error.
    func noteTenantProblems(_ project: Project) {
        for file in files.unreadable where !file.namesTenant {
            Terminal.note("portico: \(file.name): \(file.diagnostic.message)")
        }
        for (tenant, problems) in policy.tenantProblems.sorted(by: { $0.key < $1.key }) {
            Terminal.note(
                "portico: the viewers of the tenant \(tenant) are not served, because its rules are wrong.\n\n\(rendered(problems.items, project: project.folder))\n"
            )
        }
    }

    /// The rules of a role, in a tenant where one is named; a failure with a did-you-mean for a
    /// role or a tenant that is not there.
    func rules(role: String, tenant: String?, project: Project) throws(CommandFailure) -> RuleSet {
        // Of a role that is not there, that alone is said, without asking a database.
        if let tenant, policy.reach(of: role) != nil { try requireTenant(tenant, project) }
        switch policy.rules(role: role, tenant: tenant) {
        case .rules(let rules): return rules
        case .unknownRole:
            let hint =
                didYouMean(suggestion(for: role, among: policy.roles))
                ?? "There are: \(policy.roles.joined(separator: ", "))."
            throw .wrongUsage("there is no role \"\(role)\" in \(files.roles.name). \(hint)")
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

    func expectation(_ project: Project) -> DatabaseExpectation {
        DatabaseExpectation(
            stated, files: files, authentication: project.configuration.authentication, signsIn: policy.signsIn)
    }

    /// What a server of it serves.
    ///
    /// - Parameter migrations: The names of those that the database has to have.
    func state(_ project: Project, migrations: Set<String>) -> ServerState {
        var state = ServerState(
            configuration: project.configuration, catalog: catalog, policy: PolicyStore(policy), migrations: migrations,
            documents: documents,
            watchedProject: project.folder)
        state.expectation = expectation(project)
        state.database = database
        return state
    }

    /// Refuses isolation paths that the database contradicts. A database that could not be reached
    /// contradicts nothing: the gateway starts, and looks once it is there.
    func refuseForeignPaths(_ project: Project) throws(CommandFailure) {
        guard let database else { return }
        let problems = expectation(project).foreignPaths(in: database)
        guard !problems.isEmpty else { return }
        throw .notInOrder(
            "the gateway does not start, because rows would be shown to other tenants than theirs.\n\n\(rendered(problems, project: project.folder))"
        )
    }
}

extension DatabaseCatalog {
    /// As a command reads it, on its own connection.
    init(of database: Database) throws(SQLFailure) {
        try self.init { part throws(SQLFailure) in try database.rows(part.statement) }
    }
}
