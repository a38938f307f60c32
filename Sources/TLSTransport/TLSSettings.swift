/// How a listener secures connections: PEM files of certificates and keys, and client certificates.
public struct TLSSettings: Sendable, Equatable {
    public enum Version: String, Sendable, CaseIterable {
        case tls12 = "1.2", tls13 = "1.3"
    }

    /// Certificates of clients.
    public struct ClientCertificates: Sendable, Equatable {
        /// The file of the authorities that may issue clients' certificates.
        public var authorities: String
        /// Whether a client without a certificate is refused.
        public var isRequired: Bool

        public init(authorities: String, isRequired: Bool = true) {
            (self.authorities, self.isRequired) = (authorities, isRequired)
        }
    }

    /// The file of the server's certificate, followed by the intermediate ones.
    public var certificate: String
    public var key: String
    public var clientCertificates: ClientCertificates?
    public var minimum: Version

    public init(
        certificate: String, key: String, clientCertificates: ClientCertificates? = nil, minimum: Version = .tls12
    ) {
        self.certificate = certificate
        self.key = key
        self.clientCertificates = clientCertificates
        self.minimum = minimum
    }
}

/// Why certificates cannot be used: one sentence for the operator that names the file.
public struct TLSFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

enum TLSLimits {
    /// Bytes of one file. Guards against a wrong path.
    static let fileBytes = 1 << 20
    /// Certificates between a client's and its authority's. Guards against chains that cost time.
    static let chainDepth: Int32 = 6
    /// Bytes of all certificates that a client sends.
    static let clientChainBytes = 32 << 10
    /// Bytes of one TLS record (RFC 8446, section 5.1).
    static let recordBytes = 16 << 10
    /// Seconds for which a session ticket is valid.
    static let ticketSeconds = 3_600
}
