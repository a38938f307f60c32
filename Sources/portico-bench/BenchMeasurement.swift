/// The measurement of one gateway, workload and round.
struct BenchMeasurement {
    /// CPU is in microseconds per request, times are in milliseconds.
    enum Figure: String, CaseIterable {
        case requestsPerSecond, p50, p90, p99, max, bytesPerAnswer, statementsPerRequest, gatewayCPU, postgresCPU
    }

    var answered: Int
    var errors: Int
    var firstError: String?
    var bytes: Int
    var nanoseconds: Int
    var latencies: LatencyHistogram
    var statements: Int?
    var gatewayNanoseconds: Int?
    var postgresNanoseconds: Int?

    /// `nil` if unknown, or if nothing was answered.
    subscript(figure: Figure) -> Double? {
        switch figure {
        case .requestsPerSecond: nanoseconds > 0 ? Double(answered) * 1e9 / Double(nanoseconds) : nil
        case .p50: milliseconds(0.5)
        case .p90: milliseconds(0.9)
        case .p99: milliseconds(0.99)
        case .max: milliseconds(1)
        case .bytesPerAnswer: answered > 0 ? Double(bytes) / Double(answered) : nil
        case .statementsPerRequest: perRequest(statements)
        case .gatewayCPU: perRequest(gatewayNanoseconds).map { $0 / 1_000 }
        case .postgresCPU: perRequest(postgresNanoseconds).map { $0 / 1_000 }
        }
    }

    private func milliseconds(_ share: Double) -> Double? { latencies.percentile(share).map { Double($0) / 1e6 } }

    /// Includes requests with errors, which have a cost too.
    private func perRequest(_ amount: Int?) -> Double? {
        guard let amount, answered + errors > 0 else { return nil }
        return Double(amount) / Double(answered + errors)
    }
}
