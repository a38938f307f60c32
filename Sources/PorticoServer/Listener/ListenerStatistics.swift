import TLSTransport

/// What one worker's listener has done so far; plain numbers of its loop.
final class ListenerStatistics {
    /// What became of a TLS handshake, as metrics say it.
    enum Outcome: String, Sendable, CaseIterable {
        /// With all its arithmetic.
        case full
        /// Of a session that the client had from before.
        case resumed
        /// Client and server have nothing in common, or the client broke the protocol, or it
        /// refused the server's certificate.
        case failed
        /// The client's certificate is missing, or not good.
        case certificateRefused = "certificate_refused"
        /// A request of HTTP came where TLS is spoken.
        case plainHTTP = "plain_http"
        /// The client left, or the server stopped, in the middle of it.
        case closed
        case timedOut = "timed_out"
    }

    struct Handshake: Hashable, Sendable {
        /// `nil` where it was not agreed upon.
        var version: TLSSettings.Version?
        var outcome: Outcome
    }

    private(set) var handshakes: [Handshake: Int] = [:]
    /// Times that a limit of the listener's own was reached.
    private(set) var limitsHit: [LimitName: Int] = [:]

    /// Connections that were closed in favour of new ones while they waited for a request.
    var evicted = 0
    /// Answers that were given up because their clients fetched them more slowly than others, when
    /// memory was short.
    var slowReaders = 0

    func shookHands(_ outcome: Outcome, version: TLSSettings.Version? = nil) {
        handshakes[Handshake(version: version, outcome: outcome), default: 0] += 1
    }

    func hit(_ limit: LimitName) { limitsHit[limit, default: 0] += 1 }
}
