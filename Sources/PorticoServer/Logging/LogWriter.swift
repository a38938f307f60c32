import Glibc
import JSONBytes

/// Writes finished lines to a descriptor, whole, and never waits long for whoever reads them.
struct LogWriter: Sendable {
    /// Bytes that a pipe takes in one piece (PIPE_BUF): lines of several workers do not mix.
    static let pieceBytes = 4096
    let descriptor: Int32
    /// A file takes everything at once; a pipe or a terminal may be full, and is asked first.
    private let isFile: Bool

    init(descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Writes as many of the lines as fit now.
    /// - Returns: The bytes written: whole lines. All of them when the descriptor is broken, since nobody will ever read them.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        var start = 0
        while start < bytes.count {
            let end = isFile ? bytes.count : pieceEnd(bytes, from: start)
            if !isFile, !isWritable() { return start }
            guard writeAll(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) else { return bytes.count }
            start = end
        }
        return start
    }

    /// The end of the last line that ends within a piece, or of the first line when that is longer.
    private func pieceEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let limit = min(bytes.count, start + Self.pieceBytes)
        if let last = bytes[start..<limit].lastIndex(of: UInt8(ascii: "\n")) { return last + 1 }
        return bytes[limit...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    }

    private func isWritable() -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                return false
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }
}
