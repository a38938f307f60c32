/// Which pages of other origins may read answers: `cors:` of `config/gateway.yaml`.
public struct CORSConfiguration: Sendable, Equatable {
    public enum Origins: Sendable, Equatable {
        case any
        /// As browsers send them, such as `https://app.example.com`.
        case these([String])
    }

    public var origins: Origins
    /// Fields that a page may send, in lower case.
    public var headers = [
        "authorization", "content-type", "x-api-key", "x-request-id", "x-portico-request", "x-portico-timing",
        "x-portico-consistency", "x-portico-explain", "traceparent", "tracestate",
    ]
    /// Milliseconds for which a browser may cache a preflight response.
    public var maximumAge = 600_000
}
