import TLSTransport

/// A client certificate's user.
public struct CertificateBinding: Sendable, Equatable {
    /// By what the certificate is known.
    public enum Sign: Sendable, Equatable {
        /// Its subject as RFC 4514 writes it, whichever authority of the listener has signed it.
        case subject(String)
        /// Its fingerprint, 32 bytes.
        case sha256([UInt8])
    }

    public var user: String
    public var sign: Sign

    public init(user: String, sign: Sign) {
        self.user = user
        self.sign = sign
    }
}

/// The users of client certificates. A fingerprint is more exact than a subject, so that it goes first.
struct CertificateTable: Sendable {
    private var bySubject: [String: String] = [:]
    private var byHash: [[UInt8]: String] = [:]

    init(bindings: [CertificateBinding]) {
        for binding in bindings {
            switch binding.sign {
            case .subject(let subject): bySubject[subject] = binding.user
            case .sha256(let hash): byHash[hash] = binding.user
            }
        }
    }

    /// Whether certificates say who somebody is; without bindings they only let the client in.
    var isEmpty: Bool { bySubject.isEmpty && byHash.isEmpty }

    func user(of certificate: ClientCertificate) -> String? { byHash[certificate.sha256] ?? bySubject[certificate.subject] }
}
