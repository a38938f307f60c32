import Tracing

/// The configuration of all answers. One per worker.
package struct ResponsePolicy {
    /// `nil` if pages of other origins may read nothing.
    var cors: CORSPolicy?
    /// `nil` without compression.
    var compression: ResponseCompression?
    /// Without it there is no `/metrics`.
    var metrics: MetricsEndpoint?
    package let statistics = HTTPStatistics()
    /// `nil` without tracing.
    var tracer: (any Tracer)?

    package init(
        cors: CORSPolicy? = nil, compression: ResponseCompression? = nil, metrics: MetricsEndpoint? = nil,
        tracer: (any Tracer)? = nil
    ) {
        self.cors = cors
        self.compression = compression
        self.metrics = metrics
        self.tracer = tracer
    }
}
