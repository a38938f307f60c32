import JSONBytes
import PorticoAccess
import PorticoGateway
import PorticoProject

/// The project's gateway in this process, as `portico serve` would run it, without HTTP: this
/// thread turns its loop and sends requests.
final class EmbeddedTarget: BenchTarget {
    let name: String
    private let gateway: LocalGateway
    private var viewers: [String?: (viewer: Viewer, rules: CompiledPolicy)] = [:]

    init(_ gateway: LocalGateway, name: String) { (self.gateway, self.name) = (gateway, name) }

    func ask(_ workload: BenchWorkload, turn: Int) throws(CommandFailure) -> BenchAnswer {
        let (viewer, rules) = try viewer(workload.user(ofTurn: turn))
        let request = GraphQLRequest(query: workload.document, variables: workload.variables(ofTurn: turn))
        let response = try gateway.respond(to: request, as: viewer, rules)
        // Shows the operator's details instead of the client's generic message.
        for failure in response.observation.failures { Terminal.note("portico: \(failure)") }
        return BenchAnswer(status: 200, body: response.buffer.takeBytes())
    }

    func load(_ workload: BenchWorkload, inFlight: Int, seconds: Double) throws(CommandFailure) -> BenchCounts {
        let requests = workload.variables.map { GraphQLRequest(query: workload.document, variables: $0) }
        var viewers: [(viewer: Viewer, rules: CompiledPolicy)] = []
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
            // Bounded, because requests that complete at once must not starve the loop.
            if !isOver { for _ in 0..<free { ask() } }
            if isOver, free == inFlight { return counts }
            // The gateway's own time-out ends requests that the database does not answer.
            gateway.turn(milliseconds: free == inFlight ? 0 : 100)
        }
    }

    private func viewer(_ user: String?) throws(CommandFailure) -> (viewer: Viewer, rules: CompiledPolicy) {
        if let known = viewers[user] { return known }
        let found = try gateway.viewer(user)
        viewers[user] = found
        return found
    }

    func statementsSent() -> Int? { gateway.pool.statistics.sent }

    /// Of the whole process: work off the loop belongs to the gateway, and asking costs little.
    func gatewayCPU() -> Int? { ProcessCPU.ofThisProcess() }
}
