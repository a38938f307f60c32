import SocketLoop

/// Who may read `/metrics`.
public struct MetricsConfiguration: Sendable, Equatable {
    public enum Audience: Sendable, Equatable {
        /// Loopback and Unix sockets.
        case local
        /// Those, and the networks.
        case networks([String])
        case everyone
    }

    public var audience = Audience.local

    public init() {}
}

extension MetricsConfiguration {
    /// Whether a peer may read them; an unknown peer may not.
    package func admits(_ peer: Peer?) -> Bool {
        switch (audience, peer) {
        case (.everyone, _), (_, .local?): true
        case (_, nil): false
        case (.local, .address(let address)?): address.isLoopback
        case (.networks(let networks), .address(let address)?):
            address.isLoopback || networks.contains { IPNetwork($0)?.contains(address) == true }
        }
    }
}
