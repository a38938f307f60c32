import COpenSSL
import Glibc

/// Checked certificates, keys and rules for creating sessions. Immutable, shared by all workers.
public final class TLSContext: Sendable {
    /// OpenSSL counts references atomically, and nothing here modifies it after its creation.
    nonisolated(unsafe) let pointer: OpaquePointer
    /// The server's own certificate, and its expiry.
    public let summary: String
    /// The earliest expiry in the chain, in seconds since 1970; `nil` if unreadable.
    public let expiry: Int?
    /// Non-fatal problems of the certificates: one sentence each.
    public let warnings: [String]

    /// - Throws: ``TLSFailure`` that names the file: unreadable, of wrong content, or mismatched.
    public init(_ settings: TLSSettings) throws(TLSFailure) {
        guard let context = SSL_CTX_new(TLS_server_method()) else {
            throw TLSFailure("OpenSSL cannot make a context: \(OpenSSLError.text).")
        }
        do throws(TLSFailure) {
            try Self.setRules(context, settings)
            (summary, expiry, warnings) = try Self.setIdentity(context, settings)
            if let clients = settings.clientCertificates { try Self.setAuthorities(context, clients) }
        } catch {
            SSL_CTX_free(context)
            throw error
        }
        pointer = context
    }

    deinit { SSL_CTX_free(pointer) }

    // MARK: Rules

    private static func setRules(_ context: OpaquePointer, _ settings: TLSSettings) throws(TLSFailure) {
        let minimum =
            switch settings.minimum {
            case .tls12: TLS1_2_VERSION
            case .tls13: TLS1_3_VERSION
            }
        portico_tls_set_server_options(context)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(minimum), nil)
        // Only forward secrecy and authenticated encryption, which all suites of TLS 1.3 provide.
        guard SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 else {
            throw TLSFailure("OpenSSL has none of the ciphers that are needed.")
        }
        // Only fast groups, so that clients cannot increase the cost of a handshake; including the
        // hybrid one if OpenSSL has it.
        guard setGroups(context, "X25519MLKEM768:X25519:P-256:P-384") || setGroups(context, "X25519:P-256:P-384") else {
            throw TLSFailure("OpenSSL has none of the groups that are needed.")
        }
        // Returns without application bytes, so that no client blocks the loop; frees idle buffers.
        SSL_CTX_ctrl(context, SSL_CTRL_CLEAR_MODE, Int(SSL_MODE_AUTO_RETRY), nil)
        SSL_CTX_ctrl(
            context, SSL_CTRL_MODE,
            Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS), nil)
        // Sessions are resumed by tickets, which cost the server no memory, and become invalid with
        // the context that sealed them.
        SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        SSL_CTX_set_timeout(context, TLSLimits.ticketSeconds)
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, length, offered, count, _ in
                guard let chosen, let length, let offered else { return SSL_TLSEXT_ERR_NOACK }
                return ALPN.choose(
                    UnsafeBufferPointer(start: offered, count: Int(count)), &chosen.pointee, &length.pointee)
                    ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL
            }, nil)
    }

    private static func setGroups(_ context: OpaquePointer, _ names: String) -> Bool {
        OpenSSLError.clear()
        defer { OpenSSLError.clear() }
        return names.withCString {
            SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, UnsafeMutableRawPointer(mutating: $0))
        } == 1
    }

    // MARK: The server's certificate

    private static func setIdentity(
        _ context: OpaquePointer, _ settings: TLSSettings
    ) throws(TLSFailure) -> (summary: String, expiry: Int?, warnings: [String]) {
        let chain = try PEMFile(settings.certificate, role: "certificate").certificates()
        defer { for certificate in chain { X509_free(certificate) } }
        let key = try PEMFile(settings.key, role: "key").privateKey()
        defer { EVP_PKEY_free(key) }
        OpenSSLError.clear()
        guard let own = chain.first, X509_check_private_key(own, key) == 1 else {
            let other = chain.dropFirst().contains { X509_check_private_key($0, key) == 1 }
            throw TLSFailure(
                "The key \(settings.key) does not belong to the \(other ? "first " : "")certificate of \(settings.certificate)\(other ? ", but to a later one; the server's own comes first" : "")."
            )
        }
        OpenSSLError.clear()
        guard SSL_CTX_use_certificate(context, own) == 1 else {
            throw TLSFailure("OpenSSL refuses the certificate \(settings.certificate): \(OpenSSLError.text).")
        }
        guard SSL_CTX_use_PrivateKey(context, key) == 1 else {
            throw TLSFailure("OpenSSL refuses the key \(settings.key): \(OpenSSLError.text).")
        }
        for (index, certificate) in chain.enumerated().dropFirst() {
            guard SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(certificate)) == 1 else {
                throw TLSFailure(
                    "OpenSSL refuses certificate \(index + 1) of \(settings.certificate): \(OpenSSLError.text).")
            }
        }
        var warnings: [String] = []
        for (index, certificate) in chain.enumerated() {
            let name =
                index == 0
                ? "The certificate \(settings.certificate)" : "Certificate \(index + 1) of \(settings.certificate)"
            let start = X509_get0_notBefore(certificate), end = X509_get0_notAfter(certificate)
            if X509_cmp_current_time(end) < 0 {
                warnings.append("\(name) has expired on \(moment(end)); clients will refuse it.")
            }
            if X509_cmp_current_time(start) > 0 {
                warnings.append("\(name) is not good before \(moment(start)); clients will refuse it.")
            }
        }
        return (
            "\(subject(of: own)), until \(moment(X509_get0_notAfter(own)))",
            chain.compactMap { seconds(X509_get0_notAfter($0)) }.min(), warnings
        )
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int? {
        var parts = tm()
        return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : nil
    }

    private static func moment(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return "an unknown day" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)):\(two(parts.tm_min)) UTC"
    }

    static func subject(of certificate: OpaquePointer) -> String {
        MemoryBIO.text { _ = portico_tls_print_name($0, X509_get_subject_name(certificate)) }
    }

    // MARK: Clients' certificates

    private static func setAuthorities(
        _ context: OpaquePointer, _ clients: TLSSettings.ClientCertificates
    ) throws(TLSFailure) {
        let authorities = try PEMFile(clients.authorities, role: "clients' authority").certificates()
        defer { for certificate in authorities { X509_free(certificate) } }
        let store = SSL_CTX_get_cert_store(context)
        for (index, certificate) in authorities.enumerated() {
            OpenSSLError.clear()
            guard X509_STORE_add_cert(store, certificate) == 1, SSL_CTX_add_client_CA(context, certificate) == 1 else {
                throw TLSFailure(
                    "OpenSSL refuses certificate \(index + 1) of \(clients.authorities): \(OpenSSLError.text).")
            }
        }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (clients.isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
        SSL_CTX_set_verify_depth(context, TLSLimits.chainDepth)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_CERT_LIST, TLSLimits.clientChainBytes, nil)
        // A resumed session is not verified again: an expired certificate would be accepted.
        portico_tls_forbid_resumption(context)
    }
}

/// The application protocol (RFC 7301): HTTP/1.1 only.
enum ALPN {
    /// - Returns: false if the client does not offer it, which refuses the handshake.
    static func choose(
        _ offered: UnsafeBufferPointer<UInt8>, _ chosen: inout UnsafePointer<UInt8>?, _ length: inout UInt8
    ) -> Bool {
        let wanted: StaticString = "http/1.1"
        var index = 0
        while index < offered.count {
            let count = Int(offered[index])
            guard index + 1 + count <= offered.count else { return false }
            let name = UnsafeBufferPointer(rebasing: offered[(index + 1)..<(index + 1 + count)])
            if name.elementsEqual(UnsafeBufferPointer(start: wanted.utf8Start, count: wanted.utf8CodeUnitCount)) {
                chosen = name.baseAddress
                length = UInt8(count)
                return true
            }
            index += 1 + count
        }
        return false
    }
}
