import ArgumentParser
import Glibc
import JSONBytes
import PorticoExecution
import PorticoGateway
import PorticoIdentity
import PorticoProject
import PorticoServer
import PorticoTelemetry

/// The program: measures a gateway's throughput, latency, and cost.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico-bench",
        abstract: "Measure workloads on a running gateway, or on the project's own in this process.",
        discussion: """
            A workload is a file NAME.graphql; NAME.variables.json beside it holds its variables, one object or an array of objects that are taken in turn, and NAME.as the users who ask, \
            one a line. Exit status: 0 measured, 1 answers have errors or differ, or a gateway does not answer, 2 wrong usage.
            """,
        version: "portico-bench \(ServerVersion.text)")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The folder of the workloads. (default: docs/bench of the project)") var folder: String?
    @OptionGroup var bench: BenchOptions

    static func main() { Glibc.exit(exitStatus(of: Array(CommandLine.arguments.dropFirst()))) }

    func run() throws {
        OpenFiles.allowMost()
        let workloads = try BenchWorkload.read(folder: folder ?? "\(options.project)/docs/bench", users: bench.users)
        if bench.documents { return try measureDocuments(workloads) }
        let targets = try targets(workloads)
        try checkTime(steps: workloads.count * bench.steps.count * targets.count)
        try AnswerCheck(targets: targets).run(workloads)
        let report = BenchReport(
            results: try BenchRun(targets: targets, workloads: workloads, options: bench).results())
        Terminal.print(report.text(width: Terminal.width))
        try write(report.json(bench))
        if report.hasErrors { throw CommandFailure.reported }
    }

    private func checkTime(steps: Int) throws(CommandFailure) {
        let total = Double(steps) * bench.secondsPerStep
        guard total <= BenchLimits.totalSeconds else {
            throw .wrongUsage(
                "all of it takes \(Int(total / 60)) minutes; at most \(Int(BenchLimits.totalSeconds / 60)) are measured in one call: fewer workloads, --connections, --rounds or --seconds."
            )
        }
    }

    private func measureDocuments(_ workloads: [BenchWorkload]) throws {
        try checkTime(steps: workloads.count)
        noteDebugBuild()
        let project = try Project(options), api = try API(project, asksDatabase: true)
        let gateway = try LocalGateway(api, project)
        var subjects: [DocumentBench.Subject] = []
        for workload in workloads {
            let (viewer, rules) = try gateway.viewer(workload.user(ofTurn: 0))
            subjects.append(try DocumentBench.Subject(workload, viewer: viewer, rules: rules, catalog: api.catalog))
        }
        let report = DocumentReport(results: try DocumentBench(options: bench).results(subjects))
        Terminal.print(report.text(width: Terminal.width))
        try write(report.json(bench))
    }

    private func write(_ report: JSONValue) throws(CommandFailure) {
        guard let path = bench.json else { return }
        try FileSystem.writeReport(report.bytes + [0x0A], to: path)
    }

    private func noteDebugBuild() {
        #if DEBUG
            Terminal.note("portico: this is a debug build, many times slower than a release: its figures mean nothing.")
        #endif
    }

    // MARK: Gateways

    private func targets(_ workloads: [BenchWorkload]) throws(CommandFailure) -> [any BenchTarget] {
        let first = try bench.url.map { text throws(CommandFailure) in try BenchAddress(text, option: "--url") }
        let second = try bench.against.map { text throws(CommandFailure) in try BenchAddress(text, option: "--against")
        }
        let isRunning = first != nil || second != nil
        let tokens = isRunning && bench.token == nil ? try tokens(workloads) : [:]
        var targets: [any BenchTarget] = [], embedded: LocalGateway?
        if let first {
            targets.append(RunningTarget(first, tokens: tokens, token: bench.token, pid: bench.pid))
        } else {
            noteDebugBuild()
            let gateway = try gateway(of: options)
            embedded = gateway
            targets.append(EmbeddedTarget(gateway, name: "embedded"))
        }
        if let second {
            targets.append(RunningTarget(second, tokens: tokens, token: bench.token, pid: bench.againstPid))
        }
        if let folder = bench.againstProject {
            guard FileSystem.isFolder(folder) else {
                throw .wrongUsage("the project folder \"\(folder)\" of --against-project does not exist.")
            }
            var other = options
            // The same data for both, wherever the first project has its database.
            other.databaseURL = try Project(options).databaseText()
            other.project = folder
            targets.append(EmbeddedTarget(try gateway(of: other, cursors: embedded?.cursors), name: folder))
        }
        return targets
    }

    private func gateway(
        of options: GlobalOptions, cursors: (any CursorSealing)? = nil
    ) throws(CommandFailure) -> LocalGateway {
        let project = try Project(options)
        return try LocalGateway(try API(project, asksDatabase: true), project, cursors: cursors, asServed: true)
    }

    /// A token of each user, valid until everything is measured.
    private func tokens(_ workloads: [BenchWorkload]) throws(CommandFailure) -> [String: String] {
        let users = Set(workloads.flatMap(\.users).compactMap(\.self))
        guard !users.isEmpty else { return [:] }
        let signer = try TokenSigner(try Project(options).withDevSecret())
        var tokens: [String: String] = [:]
        // Twice the maximum duration: the last answers and checks take time too.
        let seconds = 2 * Int(BenchLimits.totalSeconds)
        for user in users { tokens[user] = signer.token(for: TokenIssuer.Bearer(user: user), seconds: seconds) }
        return tokens
    }
}
