import CSocketShim
import Glibc

/// Counts the bytes that were read from a socket by somebody else: libpq reads it, and says nothing
/// of a result before that is complete.
///
/// The kernel keeps the count. On a socket of the Unix domain, which has no such figure, it keeps
/// the place from which `MSG_PEEK` would read (`SO_PEEK_OFF`), and moves that back with every byte
/// that is read; nobody peeks here. (Counting what is waiting before and after, by FIONREAD, misses
/// what comes in meanwhile: nearly all, where PostgreSQL is faster than the gateway.) A count costs
/// a system call, and only results that come in several pieces are counted.
struct SocketInput {
    private static let mostCounted: Int32 = .max

    private let descriptor: Int32
    /// Of a Unix socket, the bytes that were counted before the kernel's count began anew; `nil`
    /// for TCP.
    private var counted: Int?

    init(descriptor: Int32) {
        self.descriptor = descriptor
        if portico_tcp_bytes_read(descriptor) < 0 {
            counted = 0
            restart()
        }
    }

    private func restart() {
        var start = Self.mostCounted
        _ = setsockopt(descriptor, SOL_SOCKET, SO_PEEK_OFF, &start, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The bytes that have been read, from some place on. Without an answer of the kernel's it
    /// stays what it was.
    mutating func total() -> Int {
        guard let before = counted else { return max(0, Int(portico_tcp_bytes_read(descriptor))) }
        var left = Self.mostCounted, size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEEK_OFF, &left, &size) == 0, left >= 0 else { return before }
        let total = before + Int(Self.mostCounted - left)
        if left < Self.mostCounted / 2 {
            counted = total
            restart()
        }
        return total
    }
}
