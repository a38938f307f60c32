import HTTPWire

/// What one connection may take of memory and time; times in milliseconds.
struct HTTPConnectionSettings: Sendable {
    var http: HTTPLimits
    /// Bytes taken from a client while an earlier request of it is being answered.
    var readAhead: Int
    var headerTimeout: Int
    var bodyTimeout: Int
    var idleTimeout: Int
    var writeTimeout: Int
    /// Bytes that a client must fetch of an answer in each `writeTimeout`.
    var leastFetched: Int
    /// Bytes of all bodies that arrive in pieces.
    var bodyBytes: Int
    /// Connections that one address may have.
    var connectionsPerAddress: Int
    /// Whether this machine is one address like others. A proxy on it speaks for many clients, so
    /// that it is not.
    var countsThisMachine = false
    var halfClosedTimeout: Int
    /// How long what a client sends behind a last answer is thrown away; stands against one that
    /// never closes.
    var lingerTimeout = 2000

    init(_ limits: GatewayLimits) {
        http = HTTPLimits(requestLine: limits[.requestLine], headerBlock: limits[.headers], body: limits[.body])
        readAhead = limits[.readAhead]
        headerTimeout = limits[.headerTimeout]
        bodyTimeout = limits[.bodyTimeout]
        idleTimeout = limits[.idleTimeout]
        writeTimeout = limits[.writeTimeout]
        leastFetched = Int(min(Int64(limits[.writeRate]) * Int64(limits[.writeTimeout]) / 1000, Int64.max / 2))
        // One body alone may always arrive.
        bodyBytes = max(limits[.bodyBytes], limits[.body])
        connectionsPerAddress = max(1, limits[.connections] * limits[.connectionShare] / 100)
        halfClosedTimeout = limits[.halfClosedTimeout]
    }
}
