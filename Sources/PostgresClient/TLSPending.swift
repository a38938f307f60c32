import CLibPQ
import Glibc

/// Bytes that the TLS library has decrypted and libpq has not taken: the socket does not become
/// readable for them.
enum TLSPending {
    private typealias SSLPending = @convention(c) (OpaquePointer?) -> Int32

    /// libpq brings OpenSSL along; it is not linked here, so the function is looked up.
    private static let function: SSLPending? = dlsym(nil, "SSL_pending").map { unsafeBitCast($0, to: SSLPending.self) }

    static func hasBytes(_ connection: OpaquePointer) -> Bool {
        guard PQsslInUse(connection) == 1, let session = PQsslStruct(connection, "OpenSSL"), let function else {
            return false
        }
        return function(OpaquePointer(session)) > 0
    }
}
