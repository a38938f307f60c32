import JSONBytes
import PorticoAccess
import PorticoGateway

/// The project's gateway in this process, as `portico serve` would run it, without HTTP: this
/// thread turns its loop and asks.
final class EmbeddedTarget: BenchTarget {
    let name: String
    private let gateway: LocalGateway
    private var viewers: [String?: (viewer: Viewer, rules: RuleSet)] = [:]

    init(_ gateway: LocalGateway, name: String) {
        self.gateway = gateway
        self.name = name
    }

    func ask(_ workload: BenchWorkload, turn: Int) throws(CommandFailure) -> BenchAnswer {
        let (viewer, rules) = try viewer(workload.user(ofTurn: turn))
        let request = GraphQLRequest(query: workload.document, variables: workload.variables(ofTurn: turn))
        let response = try gateway.respond(to: request, as: viewer, rules)
        // The operator's own words stand where a stranger would read only that something is wrong
        // inside.
        for failure in response.observation.failures { Terminal.note("portico: \(failure)") }
        return BenchAnswer(status: 200, body: response.buffer.takeBytes())
    }

    func load(_ workload: BenchWorkload, inFlight: Int, seconds: Double) throws(CommandFailure) -> BenchCounts {
        let requests = workload.variables.map { GraphQLRequest(query: workload.document, variables: $0) }
        var viewers: [(viewer: Viewer, rules: RuleSet)] = []
        for user in workload.users { viewers.append(try viewer(user)) }
        let counts = BenchCounts()
        var free = inFlight, turn = 0
        func ask() {
            let viewer = viewers[turn % viewers.count], askedAt = MonotonicClock.nanoseconds()
            free -= 1
            gateway.submit(requests[turn % requests.count], as: viewer.viewer, viewer.rules) { response in
                response.buffer.withUnsafeBytes {
                    counts.count(problem: BenchAnswer.problem(status: 200, body: $0), bytes: $0.count, askedAt: askedAt)
                }
                free += 1
            }
            turn += 1
        }
        while true {
            let isOver = counts.isOver(seconds)
            // Only so many at a time: what is answered without the database is answered at once,
            // and must not keep the loop from its turn.
            if !isOver { for _ in 0..<free { ask() } }
            if isOver, free == inFlight { return counts }
            // The gateway's own time-out ends what the database does not answer.
            gateway.turn(milliseconds: free == inFlight ? 0 : 100)
        }
    }

    private func viewer(_ user: String?) throws(CommandFailure) -> (viewer: Viewer, rules: RuleSet) {
        if let known = viewers[user] { return known }
        let found = try gateway.viewer(user)
        viewers[user] = found
        return found
    }

    func statementsSent() -> Int? { gateway.pool.statistics.sent }

    /// Of the whole process, which does nothing else meanwhile: what runs beside the loop belongs
    /// to the gateway, and asking costs next to nothing.
    func gatewayCPU() -> Int? { ProcessCPU.ofThisProcess() }
}
