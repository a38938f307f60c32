public struct TracingConfiguration: Sendable, Equatable {
    /// Where a server sends spans if its program has no tracer of its own.
    public enum Spans: String, Sendable, CaseIterable {
        /// One line of JSON each, on standard error.
        case log
        case off
    }

    public var spans = Spans.off
    /// The traced fraction of requests, 0 to 1, unless a `traceparent` decides.
    public var sample = 0.1

    public init() {}
}
