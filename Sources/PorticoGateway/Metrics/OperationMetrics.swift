import CoreMetrics

/// The handles of one operation's metrics, kept with the operation so that a request looks nothing
/// up.
final class OperationMetrics {
    private let factory: any MetricsFactory
    private let operation: String
    private let kind: String
    private let duration: Timer
    /// By ``RequestCode/index``, made when a code comes for the first time.
    private var requests: [Counter?] = Array(repeating: nil, count: RequestCode.count)

    init(factory: any MetricsFactory, operation: String, kind: String) {
        self.factory = factory
        self.operation = operation
        self.kind = kind
        duration = Timer(
            label: MetricName.requestDuration.rawValue, dimensions: [("operation", operation), ("kind", kind)],
            factory: factory)
    }

    func count(_ code: RequestCode, nanoseconds: Int) {
        counter(code).increment()
        duration.recordNanoseconds(Int64(nanoseconds))
    }

    private func counter(_ code: RequestCode) -> Counter {
        if let known = requests[code.index] { return known }
        let made = Counter(
            label: MetricName.requests.rawValue,
            dimensions: [("operation", operation), ("kind", kind), ("code", code.label)], factory: factory)
        requests[code.index] = made
        return made
    }
}
