import TLSTransport
import YAMLTree

extension ConfigurationReader {
    mutating func tls(_ node: YAMLNode) -> TLSSettings? {
        guard let mapping = reader.mapping(node, allowedKeys: ["certificate", "key", "clientCertificates", "minimum"], as: "the TLS settings") else { return nil }
        guard let certificate = required("certificate", of: mapping, in: "the TLS settings"), let key = required("key", of: mapping, in: "the TLS settings") else { return nil }
        var settings = TLSSettings(certificate: absolute(certificate), key: absolute(key))
        if let node = mapping["minimum"], let word = reader.choice(node, of: TLSSettings.Version.allCases.map(\.rawValue), as: "the minimum version of TLS") {
            settings.minimum = TLSSettings.Version(rawValue: word) ?? settings.minimum
        }
        if let node = mapping["clientCertificates"], !node.isNull { settings.clientCertificates = clientCertificates(node) }
        return settings
    }

    private mutating func clientCertificates(_ node: YAMLNode) -> TLSSettings.ClientCertificates? {
        guard let mapping = reader.mapping(node, allowedKeys: ["ca", "required"], as: "the clients' certificates") else { return nil }
        guard let authorities = required("ca", of: mapping, in: "the clients' certificates") else { return nil }
        var clients = TLSSettings.ClientCertificates(authorities: absolute(authorities))
        if let node = mapping["required"], let isRequired = reader.bool(node, as: "`required`") { clients.isRequired = isRequired }
        return clients
    }

    // MARK: Users of certificates

    mutating func certificate(_ node: YAMLNode) -> CertificateBinding? {
        guard let mapping = reader.mapping(node, allowedKeys: ["user", "subject", "sha256"], as: "a certificate") else { return nil }
        guard let user = required("user", of: mapping, in: "a certificate") else { return nil }
        switch (mapping["subject"], mapping["sha256"]) {
        case (_?, nil):
            return required("subject", of: mapping, in: "a certificate").map { CertificateBinding(user: user, sign: .subject($0)) }
        case (nil, let node?):
            guard let text = required("sha256", of: mapping, in: "a certificate") else { return nil }
            // As `openssl x509 -fingerprint -sha256` writes it, too.
            guard let hash = bytes(ofHex: text.filter { $0 != ":" }), hash.count == 32 else {
                reader.report("Expected the SHA-256 of the certificate as 64 hexadecimal digits.", at: node.range, hint: "`openssl x509 -in FILE -noout -fingerprint -sha256` prints it.")
                return nil
            }
            return CertificateBinding(user: user, sign: .sha256(hash))
        default:
            reader.report("A certificate takes either `subject` or `sha256`.", at: mapping.range)
            return nil
        }
    }

    /// What certificates stand for counts for nothing where clients are not asked for them.
    mutating func checkCertificates(_ configuration: GatewayConfiguration, at root: YAMLMapping) {
        guard !configuration.authentication.certificates.isEmpty, configuration.listener.tls?.clientCertificates == nil else { return }
        // A mistake within `tls` has been reported where it is.
        if configuration.listener.tls == nil, case .mapping(let listener)? = root["listener"]?.content, listener.contains(where: { $0.key == "tls" && !$0.value.isNull }) { return }
        reader.report(
            "`authentication.certificates` says whose certificates stand for which users, but clients are not asked for any.", at: root["authentication"]?.range,
            hint: "State `listener.tls.clientCertificates`.")
    }
}
