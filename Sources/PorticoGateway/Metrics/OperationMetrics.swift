import CoreMetrics

/// The metric handles of one operation, cached with it so that a request needs no look-up.
final class OperationMetrics {
    private let factory: any MetricsFactory
    private let operation: String
    private let kind: String
    private let duration: Timer
    /// By ``RequestCode/index``, created when a code first occurs.
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
