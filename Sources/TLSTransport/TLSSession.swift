import COpenSSL
import Glibc
import SocketLoop

/// A client's certificate, issued by a configured authority.
public struct ClientCertificate: Sendable, Hashable {
    /// The subject in RFC 4514 notation, such as `CN=partner,O=Agency`; may be empty.
    public var subject: String
    /// The subject's alternative names.
    public var names: [Name]
    /// The certificate's fingerprint: SHA-256 of its DER form, 32 bytes.
    public var sha256: [UInt8]

    public init(subject: String, names: [Name] = [], sha256: [UInt8]) {
        (self.subject, self.names, self.sha256) = (subject, names, sha256)
    }
}

/// One side of a secured connection. Confined to its worker, like the underlying socket.
///
/// The first ``handshake()`` creates OpenSSL's objects, so that a silent connection costs little.
public final class TLSSession {
    public enum Progress: Sendable, Equatable {
        case done
        /// Call again when the socket is readable.
        case wantsRead
        /// Call again when the socket is writable.
        case wantsWrite
        /// The client began with a plain HTTP request. Nothing was sent; the request is lost.
        case plainHTTP
        /// The peer left.
        case closed
        /// The peer's certificate is required and missing, or invalid. The reason is for the
        /// operator; the peer was sent an alert.
        case peerRefused(String)
        /// The reason is for the operator; the peer was sent an alert if the protocol has one.
        case failed(String)
    }

    private enum Side {
        case server(TLSContext)
        /// The server's certificate must be for this host.
        case client(TLSClientContext, host: String)
    }

    public let socket: StreamSocket
    private let side: Side
    private var session: OpaquePointer?
    private var isEstablished = false
    /// After a fatal error nothing may be sent, not even close_notify.
    private var isBroken = false
    /// A record was written in part: the same bytes must be offered again.
    private var isWritePending = false
    /// The client's certificate after the handshake; `nil` without one.
    public private(set) var clientCertificate: ClientCertificate?

    /// The negotiated version; `nil` before the handshake is done.
    public var version: TLSSettings.Version? {
        guard let session, isEstablished else { return nil }
        switch SSL_version(session) {
        case TLS1_2_VERSION: return .tls12
        case TLS1_3_VERSION: return .tls13
        default: return nil
        }
    }

    /// Whether the session was resumed.
    public var isResumed: Bool { session.map { SSL_session_reused($0) == 1 } ?? false }

    /// Reading continues once the socket is writable, because a protocol message waits.
    public private(set) var readNeedsWrite = false
    /// Writing continues once the socket is readable.
    public private(set) var writeNeedsRead = false

    public init(_ context: TLSContext, _ socket: StreamSocket) {
        side = .server(context)
        self.socket = socket
    }

    /// The client's side.
    /// - Parameter host: A name or a numeric address, that the server's certificate must be for.
    public init(_ context: TLSClientContext, host: String, _ socket: StreamSocket) {
        side = .client(context, host: host)
        self.socket = socket
    }

    deinit { SSL_free(session) }

    // MARK: Handshake

    /// Continues the handshake as far as the available bytes allow.
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

    /// Reads what the peer has sent, at most one record.
    /// - Parameter buffer: At least 16 KiB: the reactor cannot see a record's unread rest.
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

    /// Writes a record from the pieces. After ``IOOutcome/wouldBlock``, repeat the same bytes.
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
        case SSL_ERROR_ZERO_RETURN: return .closed
        default:
            isBroken = true
            return .closed
        }
    }

    // MARK: Ends

    /// Sends close_notify, and ends this side's half of the stream.
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

    /// Once, and as far as the socket accepts it; the peer's own is not awaited.
    private func sayEnd() {
        guard let session, isEstablished, !isBroken, !isWritePending, SSL_get_shutdown(session) & SSL_SENT_SHUTDOWN == 0
        else { return }
        OpenSSLError.clear()
        SSL_shutdown(session)
    }
}
