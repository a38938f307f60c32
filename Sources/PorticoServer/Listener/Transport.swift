import Glibc
import SocketLoop
import TLSTransport

/// What a connection's bytes go through: the socket itself, or a secured session upon it.
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

    func write(pieces: UnsafeMutableBufferPointer<iovec>) -> IOOutcome {
        switch self {
        case .plain(let socket): socket.write(pieces: pieces)
        case .secure(let session): session.write(pieces: pieces)
        }
    }

    /// Reading goes on once the socket is writable.
    var readNeedsWrite: Bool {
        switch self {
        case .plain: false
        case .secure(let session): session.readNeedsWrite
        }
    }

    /// Writing goes on once the socket is readable.
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
