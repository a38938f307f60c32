import CSocketShim
import Glibc

/// Connecting and waiting with non-blocking sockets on a thread without a loop.
public enum WaitingSocket {
    /// Whether a descriptor becomes readable or writable, or fails, within the given milliseconds.
    public static func wait(for descriptor: Int32, _ interest: Interest, milliseconds: Int) -> Bool {
        let events = (interest.contains(.read) ? POLLIN : 0) | (interest.contains(.write) ? POLLOUT : 0)
        let deadline = now() + max(0, milliseconds)
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let count = poll(&entry, 1, Int32(clamping: max(0, deadline - now())))
            if count >= 0 { return count > 0 }
            guard errno == EINTR else { return false }
        }
    }

    /// Milliseconds of the monotonic clock.
    public static func now() -> Int { Reactor.readClock() / 1_000_000 }

    /// A socket connected to an address within the given milliseconds.
    /// - Parameter address: Numeric, as from ``HostLookup``.
    public static func connect(
        to address: String, port: UInt16, milliseconds: Int
    ) throws(SocketFailure) -> StreamSocket {
        let attempt = "cannot connect to \(ListenAddress.tcp(host: address, port: port))"
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address, String(port), &hints, &found)
        guard status == 0, let info = found else {
            throw SocketFailure(attempt, reason: String(cString: gai_strerror(status)))
        }
        defer { freeaddrinfo(found) }
        let type = info.pointee.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(info.pointee.ai_family, type, info.pointee.ai_protocol)
        guard descriptor >= 0 else { throw SocketFailure(attempt, errno: errno) }
        let opened = StreamSocket(descriptor: descriptor)
        do throws(SocketFailure) {
            if Glibc.connect(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) != 0 {
                guard errno == EINPROGRESS else { throw SocketFailure(attempt, errno: errno) }
                try finish(opened, attempt, milliseconds)
            }
        } catch {
            opened.close()
            throw error
        }
        opened.disableDelay()
        return opened
    }

    private static func finish(_ socket: StreamSocket, _ attempt: String, _ milliseconds: Int) throws(SocketFailure) {
        guard wait(for: socket.descriptor, .write, milliseconds: milliseconds) else {
            throw SocketFailure(attempt, reason: "no answer within \(milliseconds) ms", errno: ETIMEDOUT)
        }
        var error: Int32 = 0, length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0, error == 0 else {
            throw SocketFailure(attempt, errno: error == 0 ? errno : error)
        }
    }
}
