/// A request that is refused before anything looked at what it asks for. The connection closes
/// after the answer, since it is not certain any more where the next request begins.
public struct HTTPFailure: Error, Sendable, Equatable {
    /// What of a request was more than is allowed.
    public enum Excess: Sendable, Equatable {
        case requestLine, headers, body, headTime, bodyTime
        /// The bodies of all requests together.
        case bodies
    }

    /// 400, 408, 413, 414, 417, 431, 501, 503 or 505.
    public let status: Int
    /// One sentence, fit for a stranger.
    public let reason: String
    /// `nil` where no limit was exceeded.
    public let excess: Excess?
    /// The first value of the field Origin, where that was read before it failed.
    public var origin: String?
    /// Seconds until another try makes sense; `nil` where another try makes none.
    public let retryAfter: Int?

    public init(status: Int, _ reason: String, excess: Excess? = nil, retryAfter: Int? = nil) {
        self.status = status
        self.reason = reason
        self.excess = excess
        self.retryAfter = retryAfter
    }

    static func bad(_ reason: String) -> HTTPFailure { HTTPFailure(status: 400, reason) }
}
