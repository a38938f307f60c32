/// Counts of what a gateway has done; plain numbers of its loop, for metrics and tests.
public struct GatewayStatistics: Sendable, Equatable {
    public var documentHits = 0
    public var documentMisses = 0
    public var planHits = 0
    public var planMisses = 0
    public var loads = 0
    public var statements = 0
    public var rows = 0
    public var responseBytes = 0
    /// Answers and results of loads that were too large for the loop.
    public var besideLoop = 0

    public init() {}
}
