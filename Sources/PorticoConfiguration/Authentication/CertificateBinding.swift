import ExactText
import TLSTransport

/// A client certificate's user.
public struct CertificateBinding: Sendable, Equatable {
    /// How the certificate is recognised.
    public enum Sign: Sendable, Hashable {
        /// Its subject in RFC 4514 notation, whichever of the listener's authorities signed it.
        case subject(ExactString)
        /// One of its alternative names, likewise.
        case name(ClientCertificate.Name)
        /// Its fingerprint, 32 bytes.
        case sha256([UInt8])
    }

    public var user: ExactString
    public var sign: Sign
}
