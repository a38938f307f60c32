import COpenSSL
import SocketLoop

/// The servers that a client trusts, by the authority and names of their certificates. Immutable.
public final class TLSClientContext: Sendable {
    public enum Authorities: Sendable, Equatable {
        /// The system's, as OpenSSL finds them: `SSL_CERT_FILE`, `SSL_CERT_DIR` or its defaults.
        case system
        /// Those of a PEM file.
        case file(String)
    }

    /// OpenSSL counts references atomically, and nothing here modifies it after its creation.
    nonisolated(unsafe) private let pointer: OpaquePointer

    /// - Throws: ``TLSFailure`` when the authorities cannot be read.
    public init(_ authorities: Authorities = .system) throws(TLSFailure) {
        OpenSSLError.clear()
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw TLSFailure("OpenSSL cannot make a context: \(OpenSSLError.text).")
        }
        pointer = context
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_CLEAR_MODE, Int(SSL_MODE_AUTO_RETRY), nil)
        let mode = SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(mode), nil)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        SSL_CTX_set_verify_depth(context, TLSLimits.chainDepth)
        let protocols: [UInt8] = [8] + Array("http/1.1".utf8)
        SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
        switch authorities {
        // Also succeeds without any certificate; then no server is trusted.
        case .system: SSL_CTX_set_default_verify_paths(context)
        case .file(let path):
            for certificate in try PEMFile(path, role: "authority").certificates() {
                X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate)
                X509_free(certificate)
            }
        }
        OpenSSLError.clear()
    }

    deinit { SSL_CTX_free(pointer) }

    /// A session that fails unless the certificate is for the host; `nil` without memory.
    func session(host: String) -> OpaquePointer? {
        guard let session = SSL_new(pointer) else { return nil }
        // A name in a certificate is never an address, or vice versa (RFC 9110, section 4.3.5).
        let isNamed: Bool
        if HostLookup.isAddress(host) {
            isNamed = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1
        } else {
            SSL_set_hostflags(session, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
            let kind = Int(TLSEXT_NAMETYPE_host_name)
            isNamed =
                SSL_set1_host(session, host) == 1
                && host.withCString { name in
                    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, kind, UnsafeMutableRawPointer(mutating: name)) == 1
                }
        }
        if isNamed { return session }
        SSL_free(session)
        return nil
    }
}
