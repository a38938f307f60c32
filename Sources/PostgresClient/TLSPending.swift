import CLibPQ
import Glibc

/// Decrypted bytes that libpq has not read: they do not make the socket readable.
enum TLSPending {
    private typealias SSLPending = @convention(c) (OpaquePointer?) -> Int32

    /// libpq loads OpenSSL; it is not linked here, so the function is looked up.
    private static let function: SSLPending? = dlsym(nil, "SSL_pending").map { unsafeBitCast($0, to: SSLPending.self) }

    static func hasBytes(_ connection: OpaquePointer) -> Bool {
        guard PQsslInUse(connection) == 1, let session = PQsslStruct(connection, "OpenSSL"), let function else {
            return false
        }
        return function(OpaquePointer(session)) > 0
    }
}
