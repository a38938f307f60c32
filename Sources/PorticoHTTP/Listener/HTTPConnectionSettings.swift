import HTTPWire
import PorticoConfiguration

/// Limits of memory and time of one connection; times in milliseconds.
package struct HTTPConnectionSettings: Sendable {
    var http: HTTPLimits
    /// Bytes read ahead from a client while an earlier request is being answered.
    var readAhead: Int
    var headerTimeout: Int
    var bodyTimeout: Int
    var idleTimeout: Int
    var writeTimeout: Int
    /// Bytes of an answer that a client must fetch in each `writeTimeout`.
    var leastFetched: Int
    /// Bytes of all bodies that arrive in pieces.
    var bodyBytes: Int
    /// Connections per address.
    var connectionsPerAddress: Int
    /// Whether this machine counts as one client. Off by default: a proxy on it may serve many.
    package var countsThisMachine = false
    var halfClosedTimeout: Int
    /// How long input after a last answer is discarded. Guards against a client that never closes.
    var lingerTimeout = 2000

    package init(_ limits: GatewayLimits) {
        http = HTTPLimits(requestLine: limits[.requestLine], headerBlock: limits[.headers], body: limits[.body])
        readAhead = limits[.readAhead]
        headerTimeout = limits[.headerTimeout]
        bodyTimeout = limits[.bodyTimeout]
        idleTimeout = limits[.idleTimeout]
        writeTimeout = limits[.writeTimeout]
        leastFetched = Int(min(Int64(limits[.writeRate]) * Int64(limits[.writeTimeout]) / 1000, Int64.max / 2))
        // A single body may always arrive.
        bodyBytes = max(limits[.bodyBytes], limits[.body])
        connectionsPerAddress = max(1, limits[.connections] * limits[.connectionShare] / 100)
        halfClosedTimeout = limits[.halfClosedTimeout]
    }

    func milliseconds(of timeout: ConnectionState.Timeout) -> Int? {
        switch timeout {
        case .none: nil
        case .idle: idleTimeout
        case .head: headerTimeout
        case .body: bodyTimeout
        case .linger: lingerTimeout
        }
    }
}
