import Glibc

/// Two ends of a stream, what is written to the second being read from the first. They are closed
/// on exec from their first moment, so that no child of this process keeps one open.
public func makeStream() throws -> [Int32] {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
        throw TestClusterFailure("no pipe")
    }
    return ends
}
