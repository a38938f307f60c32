/// How a listener secures its connections: the files that hold certificates and keys, all in PEM,
/// and what is asked of clients.
public struct TLSSettings: Sendable, Equatable {
    public enum Version: String, Sendable, CaseIterable {
        case tls12 = "1.2", tls13 = "1.3"
    }

    /// Certificates that clients present.
    public struct ClientCertificates: Sendable, Equatable {
        /// The file of the authorities that a client's certificate must come from.
        public var authorities: String
        /// Whether a client without a certificate is turned away.
        public var isRequired: Bool

        public init(authorities: String, isRequired: Bool = true) {
            self.authorities = authorities
            self.isRequired = isRequired
        }
    }

    /// The file of the server's certificate, and behind it those that lead to its root.
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
    /// Bytes of one file; stands against a path that leads to something else.
    static let fileBytes = 1 << 20
    /// Certificates between a client's and its authority's; stands against chains that only cost
    /// time to verify.
    static let chainDepth: Int32 = 6
    /// Bytes of all certificates that a client sends.
    static let clientChainBytes = 32 << 10
    /// Bytes of one TLS record (RFC 8446, section 5.1).
    static let recordBytes = 16 << 10
    /// Seconds for which a session ticket is good.
    static let ticketSeconds = 3_600
}
