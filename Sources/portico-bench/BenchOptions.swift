import ArgumentParser

/// The options of `portico-bench` besides the folder: gateways or documents, users, and durations.
struct BenchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A running gateway, as http://HOST:PORT/PATH or unix:SOCKET, with NAME= before it for the table. Without it, the project's gateway in this process.",
            valueName: "url"))
    var url: String?
    @Option(help: ArgumentHelp("A second gateway, measured in turn with the first.", valueName: "url"))
    var against: String?
    @Option(
        help: ArgumentHelp("A second configuration, measured in this process on the same database.", valueName: "dir"))
    var againstProject: String?
    @Flag(
        help:
            "Measure how long it takes to parse, validate and plan each document anew, in this process, instead of requests."
    ) var documents = false
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "Who asks, where a workload has no list of its own: the id of a user. Several are taken in turn.",
            valueName: "user-id")) var users: [String] = []
    @Option(
        help: ArgumentHelp(
            "The token of all requests to running gateways, instead of those signed with the project's secret.",
            valueName: "token")) var token: String?
    @Option(
        help: ArgumentHelp(
            "Connections, or requests in flight within this process, one measurement for each number.",
            valueName: "n,n,…")) var connections = "1,16,64"
    @Option(help: ArgumentHelp("Seconds of one measurement.", valueName: "n")) var seconds = 5.0
    @Option(help: ArgumentHelp("Measurements of each kind; the table has their medians.", valueName: "n")) var rounds =
        3
    @Option(help: ArgumentHelp("Seconds of each gateway before the first round that are not counted.", valueName: "n"))
    var warmup = 1.0
    @Option(help: ArgumentHelp("The running gateway's process on this machine, for its CPU time.", valueName: "pid"))
    var pid: Int?
    @Option(help: ArgumentHelp("The process of the second gateway.", valueName: "pid")) var againstPid: Int?
    @Option(
        help: ArgumentHelp(
            "PostgreSQL's first process on this machine (postmaster.pid), for the CPU time of its sessions.",
            valueName: "pid")) var postgresPid: Int?
    @Option(help: ArgumentHelp("Write every round's figures to this file too.", valueName: "file")) var json: String?

    /// The numbers of `--connections`.
    var steps: [Int] { connections.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 } }

    /// Seconds of measuring one gateway for one workload and one number of connections.
    var secondsPerStep: Double { warmup + Double(rounds) * seconds }

    func validate() throws {
        guard steps.count <= BenchLimits.steps, steps.allSatisfy({ (1...BenchLimits.connections).contains($0) }) else {
            throw ValidationError(
                "--connections is a list of at most \(BenchLimits.steps) numbers from 1 to \(BenchLimits.connections), such as 1,16,64."
            )
        }
        guard seconds > 0, seconds <= BenchLimits.seconds else {
            throw ValidationError("--seconds is a number above 0, at most \(Int(BenchLimits.seconds)).")
        }
        guard (1...BenchLimits.rounds).contains(rounds) else {
            throw ValidationError("--rounds is a number from 1 to \(BenchLimits.rounds).")
        }
        guard warmup >= 0, warmup <= BenchLimits.warmup else {
            throw ValidationError("--warmup is a number from 0 to \(Int(BenchLimits.warmup)).")
        }
        if against != nil, againstProject != nil {
            throw ValidationError("--against and --against-project exclude each other: there is one second gateway.")
        }
        if url != nil, againstProject != nil {
            throw ValidationError(
                "--against-project compares gateways in this process; --url measures a running one, to which --against adds another."
            )
        }
        if documents, url != nil || against != nil || againstProject != nil || postgresPid != nil {
            throw ValidationError(
                "--documents measures this process alone: it goes with neither a running gateway, nor a second one, nor --postgres-pid."
            )
        }
        if pid != nil, url == nil {
            throw ValidationError("--pid needs --url: the gateway in this process is measured anyway.")
        }
        if againstPid != nil, against == nil { throw ValidationError("--against-pid needs --against.") }
        if token != nil, url == nil, against == nil {
            throw ValidationError(
                "--token is for running gateways, which --url and --against name; in this process --as says who asks.")
        }
        if let token, !isFieldText(token) { throw ValidationError("--token has characters that no token has.") }
        if users.count > BenchLimits.turns || users.contains("") {
            throw ValidationError("--as needs the id of a user, at most \(BenchLimits.turns) times.")
        }
        for pid in [pid, againstPid, postgresPid].compactMap({ $0 }) where ProcessCPU.times(of: pid) == nil {
            throw ValidationError("There is no process \(pid) on this machine.")
        }
    }

    private func isFieldText(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
