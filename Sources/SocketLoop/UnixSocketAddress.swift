public import Glibc

/// The address of a Unix-domain socket, from its path (unix(7)).
public struct UnixSocketAddress {
    private var address = sockaddr_un()

    /// - Parameter attempt: Its purpose, for a failure's message.
    /// - Throws: ``SocketFailure`` if the path is empty, too long, or contains a NUL.
    public init(path: String, for attempt: String) throws(SocketFailure) {
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard !path.isEmpty, path.utf8.count < capacity, !path.utf8.contains(0) else {
            throw SocketFailure(
                attempt, reason: "the path must have 1 to \(capacity - 1) bytes, it has \(path.utf8.count)")
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    }

    /// Calls the body with the arguments of `bind` and `connect`.
    public func withSocketAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
