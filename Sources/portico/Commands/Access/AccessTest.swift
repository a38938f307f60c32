import ArgumentParser
import Diagnostics
import PorticoPolicyTesting
import PorticoProject

struct AccessTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the expectations about the access rules on the database.",
        discussion: """
            Nothing is changed: the rows of fixtures are rolled back. The exit status is 1 when an expectation is not met or a threshold is missed, 2 when the \
            file is wrong.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The file with the tests. (default: config/access/tests.yaml of the project)") var file: String?
    @Option(help: ArgumentHelp("Only the tests whose name, with the viewer's, contains this.", valueName: "text"))
    var filter: String?
    @Option(help: ArgumentHelp("Write the results as JUnit's XML too.", valueName: "file")) var junit: String?
    @Flag(help: "Say which rules no test exercises.") var coverage = false
    @Flag(help: "Change each rule in turn, and say which changes no test notices.") var mutants = false
    @Option(help: ArgumentHelp("Percent of the mutants that must be noticed; implies --mutants.", valueName: "percent"))
    var minScore: Int?
    @Option(
        help: ArgumentHelp("Percent of the rules that must be exercised; implies --coverage.", valueName: "percent"))
    var minCoverage: Int?

    func validate() throws {
        for percent in [minScore, minCoverage].compactMap(\.self) where !(0...100).contains(percent) {
            throw ValidationError("A threshold is a percentage from 0 to 100, not \(percent).")
        }
    }

    func run() throws {
        let project = try Project(options)
        let api = try API(project, asksDatabase: true)
        api.noteTenantProblems(project)
        let suite = try suite(api)
        if let filter, !suite.cases.contains(where: { $0.name.lowercased().contains(filter.lowercased()) }) {
            throw CommandFailure.wrongUsage("no test of \(suite.source.name) has \"\(filter)\" in its name.")
        }
        let transaction = try TestTransaction(project)
        try transaction.begin(suite)
        defer { transaction.end() }
        var run = AccessTestRun(suite, project, api, transaction)
        try run.run(filter: filter, coverage: coverage || minCoverage != nil)
        let passed = run.report.failures.isEmpty
        // A case that already fails would seem to detect every mutant.
        if mutants || minScore != nil, passed { try run.runMutants() }
        if let junit { try FileSystem.writeReport(Array(run.report.junit.utf8), to: junit) }
        Terminal.print(run.report.text)
        if !passed, mutants || minScore != nil {
            Terminal.note("portico: mutants are only run when all expectations are met.")
        }
        guard passed, meetsThresholds(run.report) else { throw CommandFailure.reported }
    }

    private func suite(_ api: API) throws(CommandFailure) -> AccessSuite {
        let name = file ?? AccessSuite.path, path = file ?? "\(options.project)/\(AccessSuite.path)"
        guard FileSystem.exists(path) else {
            throw .wrongUsage(
                "there is no file \(name): it states who must see what, as docs/guides/access-tests.md describes.")
        }
        let source = SourceText(name: name, bytes: try FileSystem.bytes(of: path)), folder = options.project
        do throws(Diagnostics) {
            return try AccessSuiteReader.read(source, catalog: api.catalog, roles: api.policy.roles) {
                try? FileSystem.bytes(of: "\(folder)/\($0)")
            }
        } catch {
            throw CommandFailure(error, in: source)
        }
    }

    private func meetsThresholds(_ report: AccessTestReport) -> Bool {
        var isMet = true
        func compare(_ share: Share?, _ least: Int?, _ what: String) {
            guard let share, let least, share.percent < least else { return }
            Terminal.note("portico: \(what) is \(share.percent) %, less than the \(least) % that are asked for.")
            isMet = false
        }
        compare(report.mutation?.share, minScore, "the mutation score")
        compare(report.coverage?.share, minCoverage, "the coverage")
        return isMet
    }
}
