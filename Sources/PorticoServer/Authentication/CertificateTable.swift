import ExactText
import TLSTransport

/// A client certificate's user.
public struct CertificateBinding: Sendable, Equatable {
    /// By what the certificate is known.
    public enum Sign: Sendable, Hashable {
        /// Its subject as RFC 4514 writes it, whichever authority of the listener has signed it.
        case subject(ExactString)
        /// One of its other names, likewise.
        case name(ClientCertificate.Name)
        /// Its fingerprint, 32 bytes.
        case sha256([UInt8])
    }

    public var user: ExactString
    public var sign: Sign

    public init(user: ExactString, sign: Sign) {
        self.user = user
        self.sign = sign
    }
}

/// The users of client certificates. A fingerprint is more exact than names, so that it goes first.
struct CertificateTable: Sendable {
    private var users: [CertificateBinding.Sign: ExactString] = [:]

    init(bindings: [CertificateBinding]) {
        for binding in bindings { users[binding.sign] = binding.user }
    }

    /// Whether certificates say who somebody is; without bindings they only let the client in.
    var isEmpty: Bool { users.isEmpty }

    /// `nil` for a certificate of nobody, and for one whose names stand for several users: it would
    /// be left to chance who that is.
    func user(of certificate: ClientCertificate) -> ExactString? {
        if let user = users[.sha256(certificate.sha256)] { return user }
        let found = Set(
            ([.subject(ExactString(certificate.subject))] + certificate.names.map { .name($0) }).compactMap {
                users[$0]
            })
        return found.count == 1 ? found.first : nil
    }
}
