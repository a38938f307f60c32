import COpenSSL
import Glibc
import SocketLoop

/// A certificate that a client has presented, and that an authority of the configuration stands
/// for.
public struct ClientCertificate: Sendable, Hashable {
    /// The subject as RFC 4514 writes it, such as `CN=partner,O=Agency`; empty where the
    /// certificate has none.
    public var subject: String
    /// What else it calls its subject.
    public var names: [Name]
    /// The SHA-256 of the certificate (of its DER form), 32 bytes: its fingerprint.
    public var sha256: [UInt8]

    public init(subject: String, names: [Name] = [], sha256: [UInt8]) {
        self.subject = subject
        self.names = names
        self.sha256 = sha256
    }
}

/// One side of a secured connection. Confined to its worker, like the socket below it.
///
/// Nothing of OpenSSL is made before ``handshake()`` is called the first time, so that a connection
/// that says nothing costs no more than a plain one.
public final class TLSSession {
    public enum Progress: Sendable, Equatable {
        case done
        /// Call again when the socket is readable.
        case wantsRead
        /// Call again when the socket is writable.
        case wantsWrite
        /// The client began with a request of HTTP and not with TLS. Nothing was sent, and nothing
        /// of the request can be read any more.
        case plainHTTP
        /// The peer left.
        case closed
        /// The peer's certificate is missing where one is needed, or is not good. The reason is for
        /// the operator; the peer has got an alert.
        case peerRefused(String)
        /// The reason is for the operator; the peer has got an alert where the protocol has one.
        case failed(String)
    }

    private enum Side {
        case server(TLSContext)
        /// The host is the one that the server's certificate has to name.
        case client(TLSClientContext, host: String)
    }

    public let socket: StreamSocket
    private let side: Side
    private var session: OpaquePointer?
    private var isEstablished = false
    /// Behind an error that ends the session nothing may be sent, not even its end.
    private var isBroken = false
    /// A record was given to the socket in part: the same bytes have to be offered again.
    private var isWritePending = false
    /// What the client is, once the handshake is done; `nil` without a certificate.
    public private(set) var clientCertificate: ClientCertificate?

    /// What was agreed upon; `nil` before the handshake is done.
    public var version: TLSSettings.Version? {
        guard let session, isEstablished else { return nil }
        switch SSL_version(session) {
        case TLS1_2_VERSION: return .tls12
        case TLS1_3_VERSION: return .tls13
        default: return nil
        }
    }

    /// Whether the session goes on from one that the client had before.
    public var isResumed: Bool { session.map { SSL_session_reused($0) == 1 } ?? false }

    /// Reading goes on once the socket is writable: an answer of the protocol itself waits.
    public private(set) var readNeedsWrite = false
    /// Writing goes on once the socket is readable.
    public private(set) var writeNeedsRead = false

    /// The server's side.
    public init(_ context: TLSContext, _ socket: StreamSocket) {
        side = .server(context)
        self.socket = socket
    }

    /// The client's side.
    /// - Parameter host: A name, or an address in numbers: the server's certificate must be for it.
    public init(_ context: TLSClientContext, host: String, _ socket: StreamSocket) {
        side = .client(context, host: host)
        self.socket = socket
    }

    deinit { SSL_free(session) }

    // MARK: Handshake

    /// Goes on with the handshake as far as the bytes at hand allow.
    public func handshake() -> Progress {
        guard let session = session ?? begin() else { return .failed("no memory for a session") }
        OpenSSLError.clear()
        let status = SSL_do_handshake(session)
        if status == 1 {
            isEstablished = true
            if case .server = side { clientCertificate = Self.certificate(of: session) }
            return .done
        }
        switch SSL_get_error(session, status) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_SSL:
            isBroken = true
            let reason = OpenSSLError.reason
            if reason == SSL_R_HTTP_REQUEST { return .plainHTTP }
            let verification = SSL_get_verify_result(session)
            if reason == SSL_R_CERTIFICATE_VERIFY_FAILED, verification != X509_V_OK {
                let peer = if case .server = side { "client" } else { "server" }
                let text = String(cString: X509_verify_cert_error_string(verification))
                return .peerRefused("the \(peer)'s certificate is refused: \(text)")
            }
            if reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE { return .peerRefused(OpenSSLError.text) }
            return .failed(OpenSSLError.text)
        default:
            isBroken = true
            return .closed
        }
    }

    private func begin() -> OpaquePointer? {
        let made: OpaquePointer? =
            switch side {
            case .server(let context): SSL_new(context.pointer)
            case .client(let context, let host): context.session(host: host)
            }
        guard let made else { return nil }
        guard let bio = SocketBIO.make(socket) else {
            SSL_free(made)
            return nil
        }
        SSL_set_bio(made, bio, bio)
        if case .server = side { SSL_set_accept_state(made) } else { SSL_set_connect_state(made) }
        session = made
        return made
    }

    private static func certificate(of session: OpaquePointer) -> ClientCertificate? {
        guard let certificate = SSL_get0_peer_certificate(session) else { return nil }
        var digest = [UInt8](repeating: 0, count: 32), count: UInt32 = 0
        guard X509_digest(certificate, EVP_sha256(), &digest, &count) == 1 else { return nil }
        return ClientCertificate(
            subject: TLSContext.subject(of: certificate), names: ClientCertificate.names(of: certificate),
            sha256: digest)
    }

    // MARK: Bytes

    /// Takes what the client has sent, at most one record.
    /// - Parameter buffer: At least 16 KiB, so that nothing of a record is left behind where the
    ///   reactor would not see it.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> IOOutcome {
        guard let session, isEstablished else { return .failed(errno: ENOTCONN) }
        OpenSSLError.clear()
        readNeedsWrite = false
        var count = 0
        if SSL_read_ex(session, buffer.baseAddress, buffer.count, &count) == 1 { return .bytes(count) }
        switch SSL_get_error(session, 0) {
        case SSL_ERROR_WANT_READ: return .wouldBlock
        case SSL_ERROR_WANT_WRITE:
            readNeedsWrite = true
            return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .closed
        default:
            isBroken = true
            return .failed(errno: EPROTO)
        }
    }

    /// Writes one record of what the pieces hold. Behind ``IOOutcome/wouldBlock`` the same bytes
    /// have to be offered again, first.
    public func write(pieces: UnsafeMutableBufferPointer<iovec>) -> IOOutcome {
        guard let first = pieces.first else { return .wouldBlock }
        let total = pieces.reduce(0) { $0 + $1.iov_len }
        if pieces.count == 1 || first.iov_len >= TLSLimits.recordBytes {
            return write(
                UnsafeRawBufferPointer(start: first.iov_base, count: min(first.iov_len, TLSLimits.recordBytes)))
        }
        // Head and body of a small answer are one record, and one system call.
        let record = min(total, TLSLimits.recordBytes)
        return withUnsafeTemporaryAllocation(byteCount: record, alignment: 16) { buffer in
            var filled = 0
            for piece in pieces where filled < record {
                guard let base = piece.iov_base else { continue }
                let count = min(piece.iov_len, record - filled)
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<(filled + count)]).copyMemory(
                    from: UnsafeRawBufferPointer(start: base, count: count))
                filled += count
            }
            return write(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> IOOutcome {
        guard let session, isEstablished else { return .failed(errno: ENOTCONN) }
        OpenSSLError.clear()
        writeNeedsRead = false
        var count = 0
        if SSL_write_ex(session, bytes.baseAddress, bytes.count, &count) == 1 {
            isWritePending = false
            return .bytes(count)
        }
        switch SSL_get_error(session, 0) {
        case SSL_ERROR_WANT_WRITE:
            isWritePending = true
            return .wouldBlock
        case SSL_ERROR_WANT_READ:
            isWritePending = true
            writeNeedsRead = true
            return .wouldBlock
        case SSL_ERROR_ZERO_RETURN:
            return .closed
        default:
            isBroken = true
            return .closed
        }
    }

    // MARK: Ends

    /// Says that nothing more follows (close_notify), and ends this side's half of the stream.
    public func finishWriting() {
        sayEnd()
        socket.finishWriting()
    }

    public func close() {
        sayEnd()
        SSL_free(session)
        session = nil
        isEstablished = false
        socket.close()
    }

    /// Once, and as far as the socket takes it: nobody waits for the peer's own.
    private func sayEnd() {
        guard let session, isEstablished, !isBroken, !isWritePending, SSL_get_shutdown(session) & SSL_SENT_SHUTDOWN == 0
        else { return }
        OpenSSLError.clear()
        SSL_shutdown(session)
    }
}
