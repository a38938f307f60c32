/// What one gateway needed for one workload in one round.
struct BenchMeasurement {
    /// What is read off it. CPU is in microseconds for each request, times are in milliseconds.
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

    /// `nil` where it is not known, or where nothing was answered.
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

    /// Requests with errors have cost something too.
    private func perRequest(_ amount: Int?) -> Double? {
        guard let amount, answered + errors > 0 else { return nil }
        return Double(amount) / Double(answered + errors)
    }
}
