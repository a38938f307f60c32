import CSocketShim
import Glibc

/// Where to listen.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address of IPv4 or IPv6 (without brackets); port 0 lets the kernel choose.
    case tcp(host: String, port: UInt16)
    /// A Unix-domain socket: its path (at most 107 bytes) and the mode of its file.
    case unix(path: String, mode: UInt32)

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path, _): "unix:\(path)"
        }
    }
}

/// A socket that accepts connections without blocking. A value: its opener closes it, once.
public struct ListeningSocket: Sendable, Hashable {
    public let descriptor: Int32
    /// Where it listens, with the port chosen by the kernel.
    public let address: ListenAddress

    /// Opens a listener for every address of the name (`localhost` may have two), all on the same
    /// port.
    /// - Parameters:
    ///   - reusePort: Whether other sockets of this user may listen on the same port; the kernel
    ///     distributes connections over them (SO_REUSEPORT; TCP only).
    ///   - backlog: Connections that the kernel queues until they are accepted.
    /// - Throws: ``SocketFailure`` for an unknown name, an address in use, a file at the path that
    ///   is not a socket, …
    public static func open(
        _ address: ListenAddress, reusePort: Bool = false, backlog: Int32 = 1024
    ) throws(SocketFailure) -> [ListeningSocket] {
        switch address {
        case .tcp(let host, let port): try openTCP(host: host, port: port, reusePort: reusePort, backlog: backlog)
        case .unix(let path, let mode): [try openUnix(path: path, mode: mode, backlog: backlog)]
        }
    }

    /// Stops listening; removes the file of a Unix-domain socket.
    public func close() {
        _ = Glibc.close(descriptor)
        if case .unix(let path, _) = address { unlink(path) }
    }

    // MARK: Accepting

    public enum Accepted: Sendable, Equatable {
        case connection(StreamSocket, from: PeerOrigin)
        /// No connection waits.
        case none
        /// The connection was closed before it was accepted; try the next one.
        case lost
        /// Out of descriptors or memory: pause; connections wait in the backlog.
        case exhausted(errno: Int32)
    }

    /// Takes one waiting connection, non-blocking and closed on exec.
    public func accept() -> Accepted {
        var peer = sockaddr_storage()
        let connection = portico_accept(descriptor, &peer)
        if connection >= 0 { return .connection(StreamSocket(descriptor: connection), from: PeerOrigin(&peer)) }
        switch errno {
        case EAGAIN: return .none
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(errno: errno)
        default: return .lost
        }
    }

    // MARK: TCP

    private static func openTCP(
        host: String, port: UInt16, reusePort: Bool, backlog: Int32
    ) throws(SocketFailure) -> [ListeningSocket] {
        let attempt = "cannot listen on \(ListenAddress.tcp(host: host, port: port))"
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &found)
        guard status == 0 else {
            throw SocketFailure(attempt, reason: "the host is unknown: \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(found) }
        var listeners: [ListeningSocket] = []
        var failure = SocketFailure(attempt, reason: "the host has no address")
        var chosenPort = port
        var entry = found
        while let current = entry {
            do throws(SocketFailure) {
                let listener = try openTCP(
                    current.pointee, attempt: attempt, port: chosenPort, reusePort: reusePort, backlog: backlog)
                if case .tcp(_, let port) = listener.address { chosenPort = port }
                listeners.append(listener)
            } catch {
                failure = error
                // A machine without IPv6 may still resolve names to its addresses; the operator
                // must know about all other errors.
                if error.errno != EAFNOSUPPORT, error.errno != EADDRNOTAVAIL {
                    for listener in listeners { listener.close() }
                    throw error
                }
            }
            entry = current.pointee.ai_next
        }
        guard !listeners.isEmpty else { throw failure }
        return listeners
    }

    private static func openTCP(
        _ info: addrinfo, attempt: String, port: UInt16, reusePort: Bool, backlog: Int32
    ) throws(SocketFailure) -> ListeningSocket {
        let descriptor = socket(
            info.ai_family, info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), info.ai_protocol)
        guard descriptor >= 0 else { throw SocketFailure(attempt, errno: errno) }
        func set(_ level: Int32, _ option: Int32) {
            var on: Int32 = 1; _ = setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        set(SOL_SOCKET, SO_REUSEADDR)
        if reusePort { set(SOL_SOCKET, SO_REUSEPORT) }
        // `::` and `0.0.0.0` on one port are two listeners, so that neither depends on the system's
        // default.
        if info.ai_family == AF_INET6 { set(Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        var storage = sockaddr_storage()
        memcpy(&storage, info.ai_addr, Int(info.ai_addrlen))
        setPort(&storage, port)
        let bound = withSocketAddress(&storage) {
            bind(descriptor, $0, info.ai_addrlen) == 0 && listen(descriptor, backlog) == 0
        }
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        guard bound, withSocketAddress(&storage, { getsockname(descriptor, $0, &length) }) == 0 else {
            let failure = SocketFailure(attempt, errno: errno)
            _ = Glibc.close(descriptor)
            throw failure
        }
        return ListeningSocket(descriptor: descriptor, address: numeric(&storage, length))
    }

    private static func withSocketAddress<R>(
        _ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) -> R
    ) -> R {
        withUnsafeMutablePointer(to: &storage) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }

    private static func setPort(_ storage: inout sockaddr_storage, _ port: UInt16) {
        withUnsafeMutableBytes(of: &storage) { bytes in
            // The port has the same offset in both families.
            bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
        }
    }

    private static func numeric(_ storage: inout sockaddr_storage, _ length: socklen_t) -> ListenAddress {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        _ = withSocketAddress(&storage) {
            getnameinfo($0, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
        }
        let port = withUnsafeBytes(of: &storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
        let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return .tcp(host: name, port: port)
    }

    // MARK: Unix-domain sockets

    private static func openUnix(path: String, mode: UInt32, backlog: Int32) throws(SocketFailure) -> ListeningSocket {
        let attempt = "cannot listen on unix:\(path)"
        let address = try UnixSocketAddress(path: path, for: attempt)
        try removeStale(path: path, address: address, attempt: attempt)
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure(attempt, errno: errno) }
        let bound = address.withSocketAddress { bind(descriptor, $0, $1) == 0 }
        // No client can connect between bind and chmod: the socket does not listen yet.
        guard bound, chmod(path, mode) == 0, listen(descriptor, backlog) == 0 else {
            let failure = SocketFailure(attempt, errno: errno)
            _ = Glibc.close(descriptor)
            if bound { unlink(path) }
            throw failure
        }
        return ListeningSocket(descriptor: descriptor, address: .unix(path: path, mode: mode))
    }

    /// Removes the socket file of an ended process; keeps other files, and a socket that answers.
    private static func removeStale(path: String, address: UnixSocketAddress, attempt: String) throws(SocketFailure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SocketFailure(attempt, reason: "a file that is not a socket stands there")
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw SocketFailure(attempt, errno: errno) }
        defer { _ = Glibc.close(probe) }
        let connected = address.withSocketAddress { connect(probe, $0, $1) }
        guard connected != 0, errno == ECONNREFUSED else { throw SocketFailure(attempt, errno: EADDRINUSE) }
        unlink(path)
    }
}
