import ArgumentParser
import JSONBytes
import PorticoProject
import PorticoReview

/// `portico access diff`: what changes for whom from one version of the rules to another.
struct AccessDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract:
            "Show what two versions of the rules give and take: by role, tenant and type, and on the rows of the database.",
        discussion: """
            A version is a folder (a project, or its config/access/ alone) or a revision of the project's git repository. \
            Exit status: 0 nobody gains anything, 1 somebody does or may, 2 wrong usage.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The version before: a folder or a revision, such as HEAD.") var old: String
    @Argument(help: "The version after. (default: the project's own files)") var new: String?
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "Count rows as this user sees them, in place of a sample of each class; may be repeated.",
            valueName: "user-id")) var users: [String] = []
    @Option(
        help: ArgumentHelp(
            "Run the operations that this log recorded under both, and show whose answers change (logging.documents).",
            valueName: "log")) var replay: String?
    @Flag(name: .customLong("no-database"), help: "Compare the files alone.") var withoutDatabase = false
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if withoutDatabase, replay != nil || !users.isEmpty {
            throw ValidationError("--as and --replay need the database, which --no-database leaves out.")
        }
    }

    func run() throws {
        let project = try Project(options)
        let before = try RuleVersion.load(old, project), after = try RuleVersion.load(new ?? options.project, project)
        before.noteTenantProblems()
        after.noteTenantProblems()
        let operations = try replay.map(RecordedOperations.init(path:))
        let difference = PolicyDifference(old: before.api.policy, new: after.api.policy)
        let database = try self.database(project)
        let rows = try database.map { try RowCounts(before, after, difference, project, $0).count(users: users) }
        let replayed = try operations.map { try Replay(before, after, project).run($0) }
        if json { printJSON(difference, rows, replayed) } else { printText(difference, rows, replayed) }
        if difference.direction.mayGain || rows?.hasGain == true { throw CommandFailure.reported }
    }

    /// `nil` if rows are not counted; prints the reason unless that was requested.
    private func database(_ project: Project) throws(CommandFailure) -> Database? {
        if withoutDatabase { return nil }
        let isNeeded = replay != nil || !users.isEmpty
        do throws(CommandFailure) {
            return try project.connect()
        } catch {
            if isNeeded { throw error }
            Terminal.note("portico: rows are not counted: \(error.message)")
            return nil
        }
    }

    private func printText(_ difference: PolicyDifference, _ rows: RowReport?, _ replayed: ReplayReport?) {
        let width = Terminal.width
        Terminal.print(difference.text(width: width))
        if let rows { Terminal.print("\n" + rows.text(width: width)) }
        if let replayed { Terminal.print("\n" + replayed.text(width: width)) }
        if !difference.isEmpty || rows?.hasGain == true { Terminal.print("\n" + verdict(difference, rows)) }
    }

    private func verdict(_ difference: PolicyDifference, _ rows: RowReport?) -> String {
        let direction = difference.direction
        if direction.contains(.gain) || rows?.hasGain == true { return "Somebody gains." }
        if direction.contains(.unclear) { return "Somebody may gain: not everything can be compared." }
        return direction.contains(.loss) ? "Nobody gains anything." : "Nobody gains or loses anything."
    }

    private func printJSON(_ difference: PolicyDifference, _ rows: RowReport?, _ replayed: ReplayReport?) {
        var json: JSONValue = ["rules": difference.json]
        if let rows { json["rows"] = rows.json }
        if let replayed { json["replay"] = replayed.json }
        Terminal.print(json)
    }
}
