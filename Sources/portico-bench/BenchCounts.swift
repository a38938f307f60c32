import PorticoGateway

/// Results of the requests of one measurement in progress.
final class BenchCounts {
    /// Answers without errors.
    private(set) var answered = 0
    /// Answers with errors, and unanswered requests.
    private(set) var errors = 0
    private(set) var firstError: String?
    /// Bytes of the bodies of ``answered``.
    private(set) var bytes = 0
    private(set) var latencies = LatencyHistogram()
    private let startedAt: Int
    private var endedAt: Int

    init() {
        startedAt = MonotonicClock.nanoseconds()
        endedAt = startedAt
    }

    /// From the beginning to the last answer.
    var nanoseconds: Int { endedAt - startedAt }

    /// Whether so many seconds have passed since the beginning.
    func isOver(_ seconds: Double) -> Bool { Double(MonotonicClock.nanoseconds() - startedAt) >= seconds * 1e9 }

    func count(problem: String?, bytes: Int, askedAt: Int) {
        endedAt = MonotonicClock.nanoseconds()
        if let problem {
            errors += 1
            firstError = firstError ?? problem
        } else {
            answered += 1
            self.bytes += bytes
            latencies.add(nanoseconds: endedAt - askedAt)
        }
    }
}
