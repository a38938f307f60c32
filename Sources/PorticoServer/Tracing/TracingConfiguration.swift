import Tracing

/// What becomes of a request's spans.
public struct TracingConfiguration: Sendable, Equatable {
    /// Where a server without a tracer of its program's own sends them.
    public enum Spans: String, Sendable, CaseIterable {
        /// One line of JSON each, on standard error.
        case log
        case off
    }

    public var spans = Spans.off
    /// Of requests that bring no `traceparent`, the part that is traced: 0 to 1. With one, its flag
    /// decides.
    public var sample = 0.1

    public init() {}
}

extension TracingConfiguration {
    /// The tracer that is asked for; else the one that the program has bootstrapped, if any. One
    /// for each worker.
    var tracer: (any Tracer)? {
        switch spans {
        case .log:
            let writer = LogWriter.standardError, mailbox = writer.mailbox()
            mailbox.setFormat(.json)
            return LogTracer(sample: sample) { writer.write($0, by: mailbox) }
        case .off:
            let bootstrapped = InstrumentationSystem.tracer
            return bootstrapped is NoOpTracer ? nil : bootstrapped
        }
    }
}
