/// What a gateway has done so far; plain numbers of its loop, for metrics and for tests that count.
public struct GatewayStatistics: Sendable, Equatable {
    public var documentHits = 0
    public var documentMisses = 0
    public var planHits = 0
    public var planMisses = 0
    public var loads = 0
    public var statements = 0
    public var rows = 0
    public var responseBytes = 0
    /// Answers, and rows of loads, that were more than the loop has time for.
    public var besideLoop = 0

    public init() {}
}
