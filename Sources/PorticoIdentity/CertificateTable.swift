import ExactText
import PorticoConfiguration
import TLSTransport

/// The users of client certificates. Fingerprints, being more exact, take precedence over names.
struct CertificateTable: Sendable {
    private var users: [CertificateBinding.Sign: ExactString] = [:]

    init(bindings: [CertificateBinding]) { for binding in bindings { users[binding.sign] = binding.user } }

    /// Without bindings, certificates only admit the client and identify no user.
    var isEmpty: Bool { users.isEmpty }

    /// `nil` for an unknown certificate, and for one whose names belong to several users.
    func user(of certificate: ClientCertificate) -> ExactString? {
        if let user = users[.sha256(certificate.sha256)] { return user }
        let found = Set(
            ([.subject(ExactString(certificate.subject))] + certificate.names.map { .name($0) }).compactMap {
                users[$0]
            })
        return found.count == 1 ? found.first : nil
    }
}
