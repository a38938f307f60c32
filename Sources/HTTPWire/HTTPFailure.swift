/// A request that is refused before its content is examined. The connection closes after the
/// answer, since the beginning of the next request is uncertain.
public struct HTTPFailure: Error, Sendable, Equatable {
    /// The part of a request that exceeded its limit.
    public enum Excess: Sendable, Equatable {
        case requestLine, headers, body, headTime, bodyTime
        /// The bodies of all requests together.
        case bodies
    }

    /// 400, 408, 413, 414, 417, 431, 501, 503 or 505.
    public let status: Int
    /// One sentence, which clients may see.
    public let reason: String
    /// `nil` if no limit was exceeded.
    public let excess: Excess?
    /// The first value of the field Origin, if it was read before the failure.
    public var origin: String?
    /// Seconds until a retry makes sense; `nil` if it does not.
    public let retryAfter: Int?

    public init(status: Int, _ reason: String, excess: Excess? = nil, retryAfter: Int? = nil) {
        (self.status, self.reason, self.excess, self.retryAfter) = (status, reason, excess, retryAfter)
    }

    static func bad(_ reason: String) -> HTTPFailure { HTTPFailure(status: 400, reason) }
}
