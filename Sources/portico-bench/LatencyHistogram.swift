/// Counts of durations, 128 steps per doubling: percentiles within 1 %, in constant memory.
struct LatencyHistogram: Equatable {
    /// Steps of one doubling, as a power of two.
    private static let precision = 7
    /// Nanoseconds beyond which durations are counted as this one, more than a quarter of an hour.
    private static let highest = 1 << 40

    private var counts = [Int](repeating: 0, count: Self.index(Self.highest) + 1)
    private(set) var count = 0
    /// Exact, in nanoseconds.
    private(set) var maximum = 0

    mutating func add(nanoseconds: Int) {
        counts[Self.index(min(max(0, nanoseconds), Self.highest))] += 1
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    /// The duration in nanoseconds within which that share was completed; `nil` without values.
    func percentile(_ share: Double) -> Int? {
        guard count > 0 else { return nil }
        let rank = min(count, max(1, Int((share * Double(count)).rounded(.up))))
        var passed = 0
        for (index, number) in counts.enumerated() where number > 0 {
            passed += number
            if passed >= rank { return min(maximum, Self.upperBound(index)) }
        }
        return maximum
    }

    private static func index(_ value: Int) -> Int {
        let doublings = max(0, Int.bitWidth - 1 - value.leadingZeroBitCount - precision)
        return doublings << precision + value >> doublings
    }

    /// The highest duration of a step.
    private static func upperBound(_ index: Int) -> Int {
        let doublings = max(0, index >> precision - 1)
        return (index - doublings << precision + 1) << doublings - 1
    }
}
