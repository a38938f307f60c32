import PorticoGateway
import PorticoProject

/// A gateway in another process, queried over HTTP.
final class RunningTarget: BenchTarget {
    let name: String
    private let address: BenchAddress
    private let client: BenchClient
    private let pid: Int?
    private let tokens: [String: String]
    private let token: String?
    /// Whether its metrics can be read.
    private var hasMetrics = true

    /// - Parameters:
    ///   - token: The token of all requests; without one, each user has that of `tokens`.
    ///   - pid: Its process, if it runs on this machine.
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
        // Metrics that this address may not read are not requested again.
        hasMetrics = statements != nil
        return statements
    }

    /// The sum of the counter's samples; `nil` if there are none.
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
