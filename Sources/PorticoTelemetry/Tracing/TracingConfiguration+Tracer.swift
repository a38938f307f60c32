import PorticoConfiguration
import Tracing

extension TracingConfiguration {
    /// The configured tracer, or else the bootstrapped one, if any. One for each worker.
    package var tracer: (any Tracer)? {
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
