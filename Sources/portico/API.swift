import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoServer

/// The API that a project's files state: its catalog and its rules.
struct API {
    let files: ProjectFiles
    let catalog: Catalog
    let policy: Policy
    let documents: DocumentStore

    /// Reads and checks everything; throws all problems of the first file that later ones build on. The files of tenants may be wrong: their viewers are not served.
    init(_ project: Project) throws(CommandFailure) {
        do throws(Diagnostics) {
            files = try ProjectFiles.read(folder: project.folder)
            catalog = try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
            policy = try Policy.load(catalog: catalog, limits: project.configuration.limits.rules, roles: files.roles, tenants: files.tenants, unreadable: files.unreadable)
            let problems = project.configuration.access.problems(policy)
            if !problems.isEmpty { throw Diagnostics(problems) }
            documents = try DocumentStore(project.configuration.documents, project: project.folder, schema: catalog.schema, roles: policy.roles, limits: project.configuration.limits.rules)
        } catch {
            throw CommandFailure(error, project: project.folder)
        }
    }

    /// The API of other files than the project's own, such as those of an older revision; its problems are shown with what stands in those files.
    init(_ files: ProjectFiles, of version: String, _ project: Project) throws(CommandFailure) {
        self.files = files
        do throws(Diagnostics) {
            catalog = try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
            policy = try Policy.load(catalog: catalog, limits: project.configuration.limits.rules, roles: files.roles, tenants: files.tenants, unreadable: files.unreadable)
            documents = DocumentStore(.none)
        } catch {
            let sources = Dictionary(([files.schema, files.roles] + files.resolvers + files.tenants).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            let pictures = error.items.map { render($0, in: sources[$0.file]) }.joined(separator: "\n\n")
            throw .wrongUsage("the files of \(version) are not in order (\(countText(error.items))).\n\n\(pictures)")
        }
    }

    /// What is wrong with the files of tenants, said on the standard error.
    func noteTenantProblems(_ project: Project) {
        for file in files.unreadable where !file.namesTenant { Terminal.note("portico: \(file.name): \(file.diagnostic.message)") }
        for (tenant, problems) in policy.tenantProblems.sorted(by: { $0.key < $1.key }) {
            Terminal.note("portico: the viewers of the tenant \(tenant) are not served, because its rules are wrong.\n\n\(rendered(problems.items, project: project.folder))\n")
        }
    }

    /// The rules of a role, in a tenant where one is named; a failure with a did-you-mean for a role that is not there.
    func rules(role: String, tenant: String?, project: Project) throws(CommandFailure) -> RuleSet {
        switch policy.rules(role: role, tenant: tenant) {
        case .rules(let rules): return rules
        case .unknownRole:
            let hint = didYouMean(suggestion(for: role, among: policy.roles)) ?? "There are: \(policy.roles.joined(separator: ", "))."
            throw .wrongUsage("there is no role \"\(role)\" in \(files.roles.name). \(hint)")
        case .tenantUnavailable:
            throw CommandFailure(tenant.flatMap { policy.tenantProblems[$0] } ?? Diagnostics([]), project: project.folder)
        }
    }
}
