import PorticoGateway

/// A gateway that runs elsewhere and is asked over HTTP.
final class RunningTarget: BenchTarget {
    let name: String
    private let address: BenchAddress
    private let client: BenchClient
    private let pid: Int?
    private let tokens: [String: String]
    private let token: String?
    /// Statements cannot be read where it does not answer.
    private var hasMetrics = true

    /// - Parameters:
    ///   - token: That of all requests; without one, each user has that of `tokens`.
    ///   - pid: Its process, where it runs on this machine.
    init(_ address: BenchAddress, tokens: [String: String], token: String?, pid: Int?) {
        name = address.name
        self.address = address
        client = BenchClient(address)
        self.tokens = tokens
        self.token = token
        self.pid = pid
    }

    func ask(_ workload: BenchWorkload, turn: Int) throws(CommandFailure) -> BenchAnswer {
        try client.ask(requests(workload), turn: turn)
    }

    func load(_ workload: BenchWorkload, inFlight: Int, seconds: Double) throws(CommandFailure) -> BenchCounts {
        try client.load(requests(workload), connections: inFlight, seconds: seconds)
    }

    private func requests(_ workload: BenchWorkload) -> BenchRequests {
        BenchRequests(
            workload, tokens: workload.users.map { user in token ?? user.flatMap { tokens[$0] } }, address: address)
    }

    func statementsSent() -> Int? {
        guard hasMetrics else { return nil }
        let answer = try? client.ask(BenchRequests(get: "/metrics", address: address), turn: 0)
        let statements = answer.flatMap {
            $0.status == 200 ? Self.statements(in: String(decoding: $0.body, as: UTF8.self)) : nil
        }
        // What is not shown to this address is not asked for again and again.
        hasMetrics = statements != nil
        return statements
    }

    /// The sum of the counter's samples; `nil` where the text has none.
    static func statements(in metrics: String) -> Int? {
        let name = MetricName.poolStatements.rawValue
        let values = metrics.split(separator: "\n").compactMap { line -> Double? in
            guard line.hasPrefix(name), let next = line.dropFirst(name.count).first, next == " " || next == "{" else {
                return nil
            }
            return line.split(separator: " ").last.flatMap { Double($0) }
        }
        return values.isEmpty ? nil : Int(exactly: values.reduce(0, +).rounded())
    }

    func gatewayCPU() -> Int? { pid.flatMap { ProcessCPU.of($0) } }
}
