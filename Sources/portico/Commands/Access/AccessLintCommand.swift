import ArgumentParser
import Diagnostics
import ExactText
import PorticoCatalog
import PorticoPolicyLint
import PorticoProject
import PorticoReview
import PorticoServer
import PostgresMigrations
import PostgresSQL

struct AccessLintCommand: ParsableCommand {
    enum Threshold: String, ExpressibleByArgument, CaseIterable { case error, warning, never }

    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract:
            "Look through the access rules for what is allowed and yet hardly meant; every finding with its place.",
        discussion: """
            A comment `# lint: NAME: the reason`, on the finding's line or right above it, says that it is meant. Exit status: 0 nothing is left, 1 findings, 2 files that cannot be read.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(
        name: .customLong("fail-on"),
        help: ArgumentHelp(
            "From which severity on findings make the exit status 1: error, warning or never.", valueName: "severity"))
    var threshold: Threshold = .warning
    @Flag(name: .customLong("no-database"), help: "Look at the files alone.") var withoutDatabase = false
    @Flag(help: "Show also what comments explain, with their reasons.") var explained = false

    func run() throws {
        let project = try Project(options)
        let files: ProjectFiles, catalog: Catalog
        do throws(Diagnostics) {
            files = try ProjectFiles.read(folder: project.folder)
            catalog = try CatalogLoader.load(schemaFile: files.schema, resolvers: files.resolvers)
        } catch {
            throw CommandFailure(error, project: project.folder)
        }
        let database = database(project)
        let findings = try AccessLint(files: files, catalog: catalog, limits: project.configuration.limits.rules)
            .findings(database.map { LintQueries($0, project) })
        let open = findings.filter { $0.reason == nil }, meant = findings.filter { $0.reason != nil }
        if !open.isEmpty { Terminal.print(rendered(open.map(\.diagnostic), project: project.folder) + "\n") }
        if explained {
            for finding in meant {
                Terminal.print(
                    "\(rendered([finding.diagnostic], project: project.folder))\nmeant: \(finding.reason ?? "")\n")
            }
        }
        let note =
            meant.isEmpty
            ? ""
            : "; \(meant.count) more \(meant.count == 1 ? "is" : "are") explained by comments\(explained ? "" : ", which --explained shows")"
        Terminal.print("\(countText(open.map(\.diagnostic))) in \(files.tenants.count + 1) files of rules\(note).")
        let fails =
            switch threshold {
            case .error: open.contains { $0.diagnostic.severity == .error }
            case .warning: !open.isEmpty
            case .never: false
            }
        if fails { throw CommandFailure.reported }
    }

    private func database(_ project: Project) -> Database? {
        if withoutDatabase { return nil }
        do throws(CommandFailure) {
            return try project.connect()
        } catch {
            let names = [LintName.unsupportedRows, .unknownTenant].map(\.rawValue).joined(separator: " and ")
            Terminal.note("portico: \(names) are not looked for: \(error.message)")
            return nil
        }
    }
}

/// The lints' queries.
private struct LintQueries: LintDatabase {
    enum Limits {
        /// Milliseconds for one query (default 10,000). Guards against a busy database.
        static let patience = 10_000
    }

    private let database: Database
    private let project: Project

    init(_ database: Database, _ project: Project) { (self.database, self.project) = (database, project) }

    func existing(tenants: [String]) throws -> Set<ExactString> {
        guard let table = project.configuration.authentication.tenants else { return Set(exact: tenants) }
        let name = TableName(configured: table.table).quoted
        let id = "\(quoteIdentifier(table.id))::text"
        let rows = try database.rows(
            "SELECT \(id) FROM \(name) WHERE \(id) = ANY ($1::text[])", [Database.array(tenants)],
            milliseconds: Limits.patience)
        return Set(exact: rows.compactMap { $0[0] })
    }

    /// Forces indexes and nested loops where possible: what is still scanned has no index.
    func explain(_ statement: String, _ parameters: [String?]) throws -> String {
        try database.readOnly(milliseconds: Limits.patience) { () throws(SQLFailure) in
            for setting in ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"] {
                _ = try database.rows("SELECT set_config($1, 'off', true)", [setting])
            }
            return try database.rows("EXPLAIN (FORMAT JSON) \(statement)", parameters).compactMap { $0[0] }.joined(
                separator: "\n")
        }
    }
}
