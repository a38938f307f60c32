/// A request that is refused before anything looked at what it asks for. The connection closes after the answer, since it is not certain any more where
/// the next request begins.
public struct HTTPFailure: Error, Sendable, Equatable {
    /// 400, 408, 413, 414, 417, 431, 501 or 505.
    public let status: Int
    /// One sentence, fit for a stranger.
    public let reason: String

    public init(status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func bad(_ reason: String) -> HTTPFailure { HTTPFailure(status: 400, reason) }
}
