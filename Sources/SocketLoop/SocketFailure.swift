import Glibc

/// A system call on a socket that failed: what was tried, and why the kernel refused.
public struct SocketFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried, such as `cannot listen on 127.0.0.1:80`.
    public var attempt: String
    public var reason: String
    /// 0 when no system call failed.
    public var errno: Int32

    public init(_ attempt: String, reason: String, errno: Int32 = 0) {
        self.attempt = attempt
        self.reason = reason
        self.errno = errno
    }

    public init(_ attempt: String, errno: Int32) {
        self.init(attempt, reason: strerror(errno).map { String(cString: $0) } ?? "error \(errno)", errno: errno)
    }

    public var description: String { "\(attempt): \(reason)" }
}
