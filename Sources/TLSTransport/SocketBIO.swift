import COpenSSL
import SocketLoop

/// Connects OpenSSL to a ``StreamSocket``: OpenSSL's own socket BIO would raise SIGPIPE.
package enum SocketBIO {
    nonisolated(unsafe) private static let method: OpaquePointer? = makeMethod()

    /// A BIO that moves bytes and never closes; `nil` without memory.
    package static func make(_ socket: StreamSocket) -> OpaquePointer? {
        guard let method, let bio = BIO_new(method) else { return nil }
        // Plus one, so that descriptor 0 is not the null pointer.
        BIO_set_data(bio, UnsafeMutableRawPointer(bitPattern: Int(socket.descriptor) + 1))
        BIO_set_init(bio, 1)
        return bio
    }

    private static func makeMethod() -> OpaquePointer? {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "portico socket") else {
            return nil
        }
        BIO_meth_set_read(method) { bio, buffer, count in
            SocketBIO.read(bio, UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)))
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            SocketBIO.write(bio, UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: 1
            case BIO_CTRL_EOF: BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0
            default: 0
            }
        }
        return method
    }

    private static func socket(_ bio: OpaquePointer?) -> StreamSocket {
        StreamSocket(descriptor: Int32(Int(bitPattern: BIO_get_data(bio)) - 1))
    }

    private static func read(_ bio: OpaquePointer?, _ buffer: UnsafeMutableRawBufferPointer) -> Int32 {
        BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
        switch socket(bio).read(into: buffer) {
        case .bytes(let count): return Int32(count)
        case .wouldBlock:
            BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            return -1
        case .closed:
            BIO_set_flags(bio, BIO_FLAGS_IN_EOF)
            return 0
        case .failed: return -1
        }
    }

    private static func write(_ bio: OpaquePointer?, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
        switch socket(bio).write(bytes) {
        case .bytes(let count): return Int32(count)
        case .wouldBlock:
            BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
            return -1
        case .closed, .failed: return -1
        }
    }
}
