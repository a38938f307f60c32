import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoProject

/// One of the two compared sets of files: a project's folder, a folder of access rules alone, or a
/// revision of the project's repository.
struct RuleVersion {
    /// As named by the user.
    let name: String
    let api: API

    /// A folder takes precedence over a revision of the same name.
    static func load(_ name: String, _ project: Project) throws(CommandFailure) -> RuleVersion {
        RuleVersion(name: name, api: try API(try files(name, project), of: name, project))
    }

    private static func files(_ name: String, _ project: Project) throws(CommandFailure) -> ProjectFiles {
        guard FileSystem.isFolder(name) else { return try GitRevisions(project: project.folder).files(of: name) }
        do throws(Diagnostics) {
            if FileSystem.exists("\(name)/schema.graphql") { return try ProjectFiles.read(folder: name) }
            if FileSystem.exists("\(name)/roles.yaml") {
                return try ProjectFiles.read(folder: project.folder, access: name)
            }
        } catch {
            throw CommandFailure(error, project: name)
        }
        throw .wrongUsage(
            "the folder \(name) has neither a schema.graphql, as a project has, nor a roles.yaml, as config/access/ has."
        )
    }

    /// Prints the problems of tenants' files: their viewers are not served under this version.
    func noteTenantProblems() {
        for (tenant, problems) in api.policy.tenantProblems.sorted(by: { $0.key < $1.key }) {
            Terminal.note(
                "portico: in \(name) the rules of the tenant \(tenant) are wrong (\(countText(problems.items))): its viewers are not served."
            )
        }
    }
}
