import COpenSSL
import Glibc
import SocketLoop
import TLSTransport

/// A client's side of TLS on a socket that somebody else has connected; it never blocks when the
/// socket does not.
public final class TLSClient {
    public struct Options {
        /// The authority that the server must come from; `nil` trusts everybody.
        public var authority: String?
        /// Its own certificate and key.
        public var identity: (certificate: String, key: String)?
        public var versions: ClosedRange<Version> = .tls12 ... .tls13
        public var protocols: [String] = ["http/1.1"]
        /// A session of an earlier connection.
        public var session: Session?

        public init() {}
    }

    public enum Version: Int, Comparable, Sendable {
        case tls11 = 0x302, tls12 = 0x303, tls13 = 0x304
        public static func < (one: Version, other: Version) -> Bool { one.rawValue < other.rawValue }
    }

    /// What a server has handed out to begin faster the next time.
    public final class Session {
        fileprivate let pointer: OpaquePointer
        fileprivate init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { SSL_SESSION_free(pointer) }
    }

    public enum Outcome: Equatable {
        case bytes(Int)
        case wouldBlock
        /// The server said that nothing more follows (close_notify).
        case ended
        /// The stream ended without such a word.
        case cut
        case failed(String)
    }

    private let context: OpaquePointer
    private let session: OpaquePointer

    /// - Parameter descriptor: Stays the caller's to close.
    public init(_ descriptor: Int32, _ options: Options = Options()) throws {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw TestTLSFailure("no context") }
        self.context = context
        // A test asks for TLS 1.1 in order to be refused; by itself OpenSSL would not even ask.
        SSL_CTX_set_security_level(context, 0)
        SSL_CTX_set_cipher_list(context, "ALL")
        SSL_CTX_ctrl(
            context, SSL_CTRL_MODE, Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, options.versions.lowerBound.rawValue, nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, options.versions.upperBound.rawValue, nil)
        if let authority = options.authority {
            guard SSL_CTX_load_verify_file(context, authority) == 1 else { throw TestTLSFailure("no authority") }
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        }
        if let identity = options.identity {
            guard SSL_CTX_use_certificate_file(context, identity.certificate, SSL_FILETYPE_PEM) == 1,
                SSL_CTX_use_PrivateKey_file(context, identity.key, SSL_FILETYPE_PEM) == 1
            else { throw TestTLSFailure("no identity") }
        }
        let protocols = options.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !protocols.isEmpty { SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count)) }
        guard let session = SSL_new(context) else { throw TestTLSFailure("no session") }
        self.session = session
        if let former = options.session { SSL_set_session(session, former.pointer) }
        // A signal that this process ignored, its children would ignore too, and some of them are
        // to be seen to do without it.
        guard let bio = SocketBIO.make(StreamSocket(descriptor: descriptor)) else { throw TestTLSFailure("no memory") }
        SSL_set_bio(session, bio, bio)
        SSL_set_connect_state(session)
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    // MARK: Bytes

    /// Goes on with the handshake; reading and writing do it by themselves.
    public func handshake() -> Outcome {
        ERR_clear_error()
        let status = SSL_do_handshake(session)
        return status == 1 ? .bytes(0) : outcome(status)
    }

    public var isEstablished: Bool { SSL_in_init(session) == 0 }

    public func write(_ bytes: [UInt8]) -> Outcome {
        ERR_clear_error()
        var count = 0
        return SSL_write_ex(session, bytes, bytes.count, &count) == 1 ? .bytes(count) : outcome(0)
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        ERR_clear_error()
        var count = 0
        return SSL_read_ex(session, buffer.baseAddress, buffer.count, &count) == 1 ? .bytes(count) : outcome(0)
    }

    /// Says that nothing more follows.
    public func finishWriting() { SSL_shutdown(session) }

    /// Gives the keys up for new ones, and asks the server to do the same (RFC 8446, section
    /// 4.6.3).
    public func updateKeys() -> Bool {
        SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(session) == 1
    }

    /// Asks for a new handshake within the session, as TLS 1.2 knows it.
    public func renegotiate() -> Outcome {
        ERR_clear_error()
        guard SSL_renegotiate(session) == 1 else { return outcome(0) }
        let status = SSL_do_handshake(session)
        return status == 1 ? .bytes(0) : outcome(status)
    }

    private func outcome(_ status: Int32) -> Outcome {
        switch SSL_get_error(session, status) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SSL:
            let error = ERR_peek_error()
            if ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING { return .cut }
            return .failed(ERR_reason_error_string(error).map { String(cString: $0) } ?? "no reason given")
        default: return .cut
        }
    }

    // MARK: What was agreed

    public var version: String { String(cString: SSL_get_version(session)) }
    public var isResumed: Bool { SSL_session_reused(session) == 1 }

    public var chosenProtocol: String {
        var bytes: UnsafePointer<UInt8>?, count: UInt32 = 0
        SSL_get0_alpn_selected(session, &bytes, &count)
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    /// The common name of the server's certificate.
    public var serverName: String? {
        guard let certificate = SSL_get0_peer_certificate(session) else { return nil }
        var text = [CChar](repeating: 0, count: 256)
        guard
            X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, &text, Int32(text.count)) > 0
        else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What the next connection may begin with; `nil` before the server has handed it out.
    public var nextSession: Session? { SSL_get1_session(session).map { Session($0) } }
}
