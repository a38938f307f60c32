import TLSTransport

/// Where HTTP is served, and by how many loops.
public struct ListenerConfiguration: Sendable, Equatable {
    /// A name or an address; `nil` for no TCP.
    public var host: String? = "127.0.0.1"
    public var port: UInt16 = 8080
    /// In addition to TCP, or instead of it.
    public var unixSocket: UnixSocketConfiguration?
    /// TLS on TCP; `nil` for none. A Unix socket has none.
    public var tls: TLSSettings?
    /// Loops, each with its own connections to the database and caches.
    public var workers = 1

    public init() {}
}

public struct UnixSocketConfiguration: Sendable, Equatable {
    public var path: String
    /// Mode of the socket's file, such as 0o660.
    public var mode: UInt32 = 0o660
}
