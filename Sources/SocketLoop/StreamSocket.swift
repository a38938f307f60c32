import CSocketShim
import Glibc

/// The outcome of one non-blocking call on a socket.
public enum IOOutcome: Sendable, Equatable {
    /// The number of bytes moved; at least 1.
    case bytes(Int)
    /// Nothing can be moved now; wait for the reactor's event.
    case wouldBlock
    /// The peer has ended the stream, or the connection is gone.
    case closed
    case failed(errno: Int32)
}

/// A connected socket that never blocks. A value: its opener closes it, once.
public struct StreamSocket: Sendable, Hashable {
    public let descriptor: Int32

    /// - Parameter descriptor: A socket that is already non-blocking.
    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Both ends of a connection within the process, for tests and for wake-ups.
    public static func pair() throws(SocketFailure) -> (StreamSocket, StreamSocket) {
        var ends: [Int32] = [-1, -1]
        guard
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
                == 0
        else { throw SocketFailure("cannot open a pair of sockets", errno: errno) }
        return (StreamSocket(descriptor: ends[0]), StreamSocket(descriptor: ends[1]))
    }

    @inlinable public func read(into buffer: UnsafeMutableRawBufferPointer) -> IOOutcome {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .closed }
            if errno != EINTR { return Self.outcome(of: errno) }
        }
    }

    /// Writes what fits, without raising SIGPIPE.
    @inlinable public func write(_ bytes: UnsafeRawBufferPointer) -> IOOutcome {
        while true {
            let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            if errno != EINTR { return Self.outcome(of: errno) }
        }
    }

    /// Writes what fits of several pieces, in order, by one system call, without raising SIGPIPE.
    /// At most 1,024 pieces (IOV_MAX).
    @inlinable public func write(pieces: UnsafeMutableBufferPointer<iovec>) -> IOOutcome {
        var message = msghdr()
        message.msg_iov = pieces.baseAddress
        message.msg_iovlen = min(pieces.count, 1024)
        while true {
            let count = sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            if errno != EINTR { return Self.outcome(of: errno) }
        }
    }

    @usableFromInline static func outcome(of error: Int32) -> IOOutcome {
        switch error {
        case EAGAIN: .wouldBlock
        case EPIPE, ECONNRESET: .closed
        default: .failed(errno: error)
        }
    }

    /// Sends small writes at once (TCP_NODELAY); no effect on a Unix-domain socket.
    public func disableDelay() {
        var on: Int32 = 1
        _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Written bytes that the peer's kernel has not acknowledged; `nil` if unknown.
    public var unsentBytes: Int? {
        let bytes = portico_unsent(descriptor)
        return bytes < 0 ? nil : Int(bytes)
    }

    /// Ends this side's half of the stream; the peer reads the end after what was written.
    public func finishWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    public func close() { _ = Glibc.close(descriptor) }
}
