import Glibc

/// The remote end of a connection according to the kernel: behind a proxy, that is the proxy.
package enum Peer: Sendable, Hashable {
    /// By a Unix socket.
    case local
    case address(IPAddress)

    /// `nil` when the connection is gone.
    package init?(ofSocket descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        guard status == 0 else { return nil }
        let made: Peer? = withUnsafeBytes(of: &storage) { raw in
            switch Int32(raw.loadUnaligned(as: sa_family_t.self)) {
            case AF_UNIX: .local
            case AF_INET:
                .address(
                    IPAddress(
                        bytes: withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }))
            case AF_INET6:
                .address(
                    IPAddress(
                        bytes: withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }))
            default: nil
            }
        }
        guard let made else { return nil }
        self = made
    }
}
