import ArgumentParser
import Diagnostics
import PorticoAccess
import PorticoCatalog
import PorticoDatabase
import PorticoHTTP
import PorticoPolicyTesting
import PorticoProject
import PorticoReview
import PorticoServer
import PostgresMigrations
import YAMLTree

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check the schema against the resolvers, the database and the access rules; every problem with its place.",
        discussion:
            "The exit status is 1 when there is an error, or when the database could not be looked at; warnings leave it at 0."
    )

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let project = try Project(options)
        let findings = try Self.findings(project)
        if !findings.problems.isEmpty { Terminal.print(rendered(findings.problems, project: project.folder) + "\n") }
        Terminal.print("\(countText(findings.problems)) in \(findings.files) files.")
        if let obstacle = findings.obstacle { throw obstacle }
        if findings.problems.contains(where: { $0.severity == .error }) { throw CommandFailure.reported }
    }

    struct Findings {
        var problems: [Diagnostic]
        /// Why the database could not be read.
        var obstacle: CommandFailure?
        /// Number of files checked.
        var files: Int
    }

    /// All problems of a project's files, by themselves and against its database.
    static func findings(_ project: Project) throws -> Findings {
        let files: ProjectFiles
        do throws(Diagnostics) {
            files = try ProjectFiles.read(folder: project.folder)
        } catch {
            throw CommandFailure(error, project: project.folder)
        }
        var problems: [Diagnostic] = []
        var obstacle: CommandFailure?
        let limits = project.configuration.limits.rules
        // Tables need a catalog, rules valid types; the rest needs neither.
        let reading = CatalogLoader.read(schemaFile: files.schema, resolvers: files.resolvers)
        if let catalog = collecting(&problems, { () throws(Diagnostics) in try reading.whole.get() }) {
            let policy = collecting(&problems) { () throws(Diagnostics) in
                try Policy.load(files, catalog: catalog, limits: limits)
            }
            if policy == nil { problems += formProblems(files.tenants) }
            problems += try accessTestProblems(catalog, roles: policy?.roles, project)
            problems += policy.map { project.configuration.problems($0) } ?? []
            _ = collecting(&problems) { () throws(Diagnostics) in
                try TrustedDocuments.load(
                    project.configuration.documents, project: project.folder, schema: catalog.schema,
                    roles: policy?.roles, limits: limits)
            }
            problems += files.unreadable.filter { !$0.namesTenant }.map(\.diagnostic)
            for (_, items) in (policy?.tenantProblems ?? [:]).sorted(by: { $0.key < $1.key }) {
                problems += items.items
            }
            do throws(CommandFailure) {
                problems += try tableProblems(catalog, files, project, signsIn: policy?.signsIn ?? true)
            } catch {
                obstacle = error
            }
        } else if let catalog = reading.sound {
            problems += ruleProblems(catalog, limits, files).filter { !$0.mentions(reading.unsound) }
        } else {
            problems += formProblems([files.roles] + files.tenants)
        }
        problems += try healthProblems(project)
        return Findings(problems: problems, obstacle: obstacle, files: files.resolvers.count + files.tenants.count + 2)
    }

    /// All problems of the rules of roles and tenants.
    private static func ruleProblems(_ catalog: Catalog, _ limits: RuleLimits, _ files: ProjectFiles) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        let policy = collecting(&problems) { () throws(Diagnostics) in
            try Policy.load(files, catalog: catalog, limits: limits)
        }
        guard let policy else { return problems + formProblems(files.tenants) }
        return problems + policy.tenantProblems.sorted { $0.key < $1.key }.flatMap(\.value.items)
    }

    /// Problems of files whose names cannot be resolved: only whether they are YAML.
    private static func formProblems(_ sources: [SourceText]) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        for source in sources { _ = collecting(&problems) { () throws(Diagnostics) in try parseYAML(source) } }
        return problems
    }

    private static func collecting<T>(_ problems: inout [Diagnostic], _ body: () throws(Diagnostics) -> T) -> T? {
        do throws(Diagnostics) {
            return try body()
        } catch {
            problems += error.items
            return nil
        }
    }

    private static func tableProblems(
        _ catalog: Catalog, _ files: ProjectFiles, _ project: Project, signsIn: Bool
    ) throws(CommandFailure) -> [Diagnostic] {
        let database: Database
        do throws(CommandFailure) {
            database = try project.connect()
        } catch {
            throw CommandFailure(status: error.status, message: "the tables were not checked: \(error.message)")
        }
        do throws(SQLFailure) {
            let tables = try DatabaseCatalog(of: database)
            let expectation = DatabaseExpectation(
                catalog, files: files, authentication: project.configuration.authentication, signsIn: signsIn)
            return expectation.problems(in: tables)
                + RowCheck(catalog, against: tables, files: files, on: database).diagnostics
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func accessTestProblems(
        _ catalog: Catalog, roles: [String]?, _ project: Project
    ) throws(CommandFailure) -> [Diagnostic] {
        let folder = project.folder, path = "\(folder)/\(AccessSuite.path)"
        guard let roles, FileSystem.exists(path) else { return [] }
        let source = SourceText(name: AccessSuite.path, bytes: try FileSystem.bytes(of: path))
        var problems: [Diagnostic] = []
        _ = collecting(&problems) { () throws(Diagnostics) in
            try AccessSuiteReader.read(source, catalog: catalog, roles: roles) {
                try? FileSystem.bytes(of: "\(folder)/\($0)")
            }
        }
        return problems
    }

    private static func healthProblems(_ project: Project) throws(CommandFailure) -> [Diagnostic] {
        let path = "\(project.folder)/\(HealthConfiguration.path)"
        guard FileSystem.exists(path) else { return [] }
        let source = SourceText(name: HealthConfiguration.path, bytes: try FileSystem.bytes(of: path))
        var problems: [Diagnostic] = []
        _ = collecting(&problems) { () throws(Diagnostics) in try HealthConfigurationReader.read(source) }
        return problems
    }
}

extension Diagnostic {
    /// Whether it mentions one of these types.
    fileprivate func mentions(_ types: Set<String>) -> Bool {
        !types.isDisjoint(
            with: "\(message) \(hint ?? "")".split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
    }
}
