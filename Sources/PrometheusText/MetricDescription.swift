/// The description of one metric.
public struct MetricDescription: Sendable {
    public enum Kind: String, Sendable { case counter, gauge, histogram }

    /// With its unit and, for a counter, the suffix `_total`
    /// (https://prometheus.io/docs/practices/naming).
    public let name: String
    public let kind: Kind
    /// One sentence.
    public let help: String
    /// For a histogram: the upper bounds of its buckets, ascending, without the infinite one; at
    /// most ``mostBuckets``. In seconds for durations.
    public let buckets: [Double]

    public static let mostBuckets = 20
    /// From half a millisecond to ten seconds: requests to a database.
    public static let durations: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    public init(_ name: String, _ kind: Kind, _ help: String, buckets: [Double] = durations) {
        self.name = name
        self.kind = kind
        self.help = help
        self.buckets = Array(buckets.prefix(Self.mostBuckets))
    }
}
