import CSocketShim
import Glibc

/// Counts the bytes read by libpq, which reports nothing about an incomplete result.
///
/// The kernel keeps the count for TCP. On a Unix-domain socket, which has no such counter, it
/// maintains the offset at which `MSG_PEEK` would read (`SO_PEEK_OFF`), and decreases that with
/// every byte read; nothing peeks here. (Counting waiting bytes before and after, by FIONREAD,
/// misses what arrives meanwhile: nearly all, if PostgreSQL is faster than the gateway.) A count
/// costs a system call, and only results that arrive in several pieces are counted.
struct SocketInput {
    private static let mostCounted: Int32 = .max

    private let descriptor: Int32
    /// For a Unix socket, the bytes counted before the last reset; `nil` for TCP.
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

    /// The bytes read so far, from an arbitrary origin. Unchanged if the kernel gives no answer.
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
