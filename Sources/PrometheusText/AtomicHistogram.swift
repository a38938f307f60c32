import CoreMetrics
import Synchronization

/// Counts values by bucket, and sums them.
final class AtomicHistogram: TimerHandler, RecorderHandler {
    let bounds: [Double]
    /// One for each bound, followed by the infinite bucket.
    private let counts: [AtomicCounter]
    private let total = AtomicDouble()

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in AtomicCounter() }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        counts[bucket].increment(by: 1)
        total.add(value)
    }

    /// The counts by bucket, not cumulative, and the sum. Concurrent values may be in only one.
    var snapshot: (counts: [Int64], sum: Double) { (counts.map(\.value), total.value) }
}
