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
    var halfClosedTimeout: Int
    /// How long what a client sends behind a last answer is thrown away; stands against one that never closes.
    var lingerTimeout = 2000

    init(_ limits: GatewayLimits) {
        http = HTTPLimits(requestLine: limits[.requestLine], headerBlock: limits[.headers], body: limits[.body])
        readAhead = limits[.readAhead]
        headerTimeout = limits[.headerTimeout]
        bodyTimeout = limits[.bodyTimeout]
        idleTimeout = limits[.idleTimeout]
        writeTimeout = limits[.writeTimeout]
        halfClosedTimeout = limits[.halfClosedTimeout]
    }
}
