import Glibc
import JSONBytes
import SocketLoop
import TLSTransport

/// The carrier of a connection's bytes: the socket itself, or a TLS session on it.
enum Transport {
    case plain(StreamSocket)
    case secure(TLSSession)

    var descriptor: Int32 {
        switch self {
        case .plain(let socket): socket.descriptor
        case .secure(let session): session.socket.descriptor
        }
    }

    /// - Parameter buffer: At least 16 KiB; see ``TLSSession/read(into:)``.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> IOOutcome {
        switch self {
        case .plain(let socket): socket.read(into: buffer)
        case .secure(let session): session.read(into: buffer)
        }
    }

    /// Writes the rest of an answer's head and body by one system call.
    /// - Parameters:
    ///   - written: Bytes of both already written.
    ///   - most: Maximum bytes of the body to write.
    func write(_ head: [UInt8], _ body: ResponseBuffer?, from written: Int, atMost most: Int) -> IOOutcome {
        head.withUnsafeBytes { head in
            withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { pieces in
                var count = 0
                func add(_ bytes: UnsafeRawBufferPointer, from start: Int, atMost most: Int) {
                    guard start < bytes.count, let base = bytes.baseAddress else { return }
                    pieces.initializeElement(
                        at: count,
                        to: iovec(
                            iov_base: UnsafeMutableRawPointer(mutating: base + start),
                            iov_len: min(bytes.count - start, most)))
                    count += 1
                }
                add(head, from: written, atMost: .max)
                guard let body else { return write(pieces: UnsafeMutableBufferPointer(rebasing: pieces[..<count])) }
                return body.withUnsafeBytes { bytes in
                    add(bytes, from: max(0, written - head.count), atMost: most)
                    return write(pieces: UnsafeMutableBufferPointer(rebasing: pieces[..<count]))
                }
            }
        }
    }

    private func write(pieces: UnsafeMutableBufferPointer<iovec>) -> IOOutcome {
        switch self {
        case .plain(let socket): socket.write(pieces: pieces)
        case .secure(let session): session.write(pieces: pieces)
        }
    }

    /// Reading continues once the socket is writable.
    var readNeedsWrite: Bool {
        switch self {
        case .plain: false
        case .secure(let session): session.readNeedsWrite
        }
    }

    /// Writing continues once the socket is readable.
    var writeNeedsRead: Bool {
        switch self {
        case .plain: false
        case .secure(let session): session.writeNeedsRead
        }
    }

    func finishWriting() {
        switch self {
        case .plain(let socket): socket.finishWriting()
        case .secure(let session): session.finishWriting()
        }
    }

    func close() {
        switch self {
        case .plain(let socket): socket.close()
        case .secure(let session): session.close()
        }
    }
}
