import Glibc

/// A failed system call on a socket: what was attempted, and why it failed.
public struct SocketFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Such as `cannot listen on 127.0.0.1:80`.
    public var attempt: String
    public var reason: String
    /// 0 when no system call failed.
    public var errno: Int32

    public init(_ attempt: String, reason: String, errno: Int32 = 0) {
        (self.attempt, self.reason, self.errno) = (attempt, reason, errno)
    }

    public init(_ attempt: String, errno: Int32) {
        self.init(attempt, reason: strerror(errno).map { String(cString: $0) } ?? "error \(errno)", errno: errno)
    }

    public var description: String { "\(attempt): \(reason)" }
}
