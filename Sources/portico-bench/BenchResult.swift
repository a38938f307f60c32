/// All rounds of one workload with so many requests in flight.
struct BenchResult {
    /// One gateway.
    struct Side {
        var name: String
        /// In order; at least one.
        var rounds: [BenchMeasurement]

        /// The median of the rounds with a known value.
        func median(_ figure: BenchMeasurement.Figure) -> Double? { spread(figure)?.median }
        func spread(_ figure: BenchMeasurement.Figure) -> Spread? { Spread(rounds.compactMap { $0[figure] }) }

        var answered: Int { rounds.reduce(0) { $0 + $1.answered } }
        var errors: Int { rounds.reduce(0) { $0 + $1.errors } }
        var firstError: String? { rounds.lazy.compactMap(\.firstError).first }
    }

    /// The median and range of some numbers.
    struct Spread: Equatable {
        var median: Double
        var least: Double
        var most: Double

        /// `nil` without a number.
        init?(_ numbers: [Double]) {
            let sorted = numbers.sorted()
            guard let least = sorted.first, let most = sorted.last else { return nil }
            let middle = sorted.count / 2
            median = sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
            self.least = least
            self.most = most
        }
    }

    var workload: String
    var inFlight: Int
    /// One, or two that are compared.
    var sides: [Side]

    /// The ratio of the two gateways' medians, with the range of the rounds' ratios; `nil` without
    /// a second gateway, or if a value is unknown.
    func ratio(_ figure: BenchMeasurement.Figure) -> Spread? {
        guard sides.count == 2, let first = sides[0].median(figure), let second = sides[1].median(figure), second > 0
        else { return nil }
        let byRound = zip(sides[0].rounds, sides[1].rounds).compactMap { a, b -> Double? in
            guard let a = a[figure], let b = b[figure], b > 0 else { return nil }
            return a / b
        }
        var spread = Spread(byRound)
        spread?.median = first / second
        return spread
    }
}
