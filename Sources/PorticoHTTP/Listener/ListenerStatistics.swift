import PorticoConfiguration
import TLSTransport

/// Counts of one worker's listener; plain numbers of its loop.
package final class ListenerStatistics {
    /// The outcome of a TLS handshake, as a metric label.
    package enum Outcome: String, Sendable, CaseIterable {
        /// A full handshake.
        case full
        /// A resumed session.
        case resumed
        /// No common parameters, a protocol error, or the client refused the server's certificate.
        case failed
        /// The client's certificate is missing, or invalid.
        case certificateRefused = "certificate_refused"
        /// A plain HTTP request was sent to a TLS port.
        case plainHTTP = "plain_http"
        /// The client left, or the server stopped, during the handshake.
        case closed
        case timedOut = "timed_out"
    }

    package struct Handshake: Hashable, Sendable {
        /// `nil` if not negotiated.
        package var version: TLSSettings.Version?
        package var outcome: Outcome
    }

    package private(set) var handshakes: [Handshake: Int] = [:]
    /// Times that a limit of the listener's own was reached.
    package private(set) var limitsHit: [LimitName: Int] = [:]

    /// Connections that were closed for new ones while they waited for a request.
    package var evicted = 0
    /// Answers dropped because their clients fetched more slowly than others when memory was short.
    package var slowReaders = 0

    func shookHands(_ outcome: Outcome, version: TLSSettings.Version? = nil) {
        handshakes[Handshake(version: version, outcome: outcome), default: 0] += 1
    }

    func hit(_ limit: LimitName) { limitsHit[limit, default: 0] += 1 }
}
