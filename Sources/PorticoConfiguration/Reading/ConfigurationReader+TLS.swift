import Diagnostics
import ExactText
import TLSTransport
import YAMLTree

extension ConfigurationReader {
    mutating func tls(_ node: YAMLNode) -> TLSSettings? {
        let keys = ["certificate", "key", "clientCertificates", "minimum"]
        guard let mapping = reader.mapping(node, allowedKeys: keys, as: "the TLS settings") else { return nil }
        guard let certificate = required("certificate", of: mapping, in: "the TLS settings"),
            let key = required("key", of: mapping, in: "the TLS settings")
        else { return nil }
        for (name, value) in [("certificate", certificate), ("key", key)] where Self.shown(value) != value {
            reader.report("Expected `\(name)` as the path of a file, not what stands in it.", at: mapping[name]?.range)
            return nil
        }
        var settings = TLSSettings(certificate: absolute(certificate), key: absolute(key))
        read(&settings.minimum, "minimum", of: mapping, as: "the minimum version of TLS")
        if let node = mapping["clientCertificates"], !node.isNull {
            settings.clientCertificates = clientCertificates(node)
        }
        return settings
    }

    private mutating func clientCertificates(_ node: YAMLNode) -> TLSSettings.ClientCertificates? {
        guard let mapping = reader.mapping(node, allowedKeys: ["ca", "required"], as: "the clients' certificates")
        else { return nil }
        guard let authorities = required("ca", of: mapping, in: "the clients' certificates") else { return nil }
        var clients = TLSSettings.ClientCertificates(authorities: absolute(authorities))
        read(&clients.isRequired, "required", of: mapping)
        return clients
    }

    // MARK: Users of certificates

    mutating func certificate(_ node: YAMLNode) -> CertificateBinding? {
        let signs = ["subject", "email", "uri", "dns", "sha256"]
        guard let mapping = reader.mapping(node, allowedKeys: ["user"] + signs, as: "a certificate") else { return nil }
        guard let user = required("user", of: mapping, in: "a certificate") else { return nil }
        let given = signs.filter { mapping[$0] != nil }
        guard given.count == 1, let key = given.first else {
            reader.report(
                "A certificate takes one of `subject`, `email`, `uri`, `dns` and `sha256`, found \(given.isEmpty ? "none" : given.map { "`\($0)`" }.joined(separator: " and ")).",
                at: mapping.range)
            return nil
        }
        guard let text = required(key, of: mapping, in: "a certificate"),
            let sign = sign(key, text, at: mapping[key]?.range)
        else { return nil }
        return CertificateBinding(user: ExactString(user), sign: sign)
    }

    private mutating func sign(_ key: String, _ text: String, at range: SourceRange?) -> CertificateBinding.Sign? {
        switch key {
        case "subject": return .subject(ExactString(text))
        case "email", "uri", "dns":
            guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                reader.report(
                    "Expected `\(key)` in printable ASCII, as certificates have it.", at: range,
                    hint: "Domains with other letters are written with `xn--` there.")
                return nil
            }
            return .name(key == "email" ? .email(matching: text) : key == "uri" ? .uri(text) : .dns(matching: text))
        default:
            // Also in the format of `openssl x509 -fingerprint -sha256`.
            if let hash = bytes(ofHex: text.filter { $0 != ":" }), hash.count == 32 { return .sha256(hash) }
            reader.report(
                "Expected the SHA-256 of the certificate as 64 hexadecimal digits.", at: range,
                hint: "`openssl x509 -in FILE -noout -fingerprint -sha256` prints it.")
            return nil
        }
    }

    /// Two users with the same name would be ambiguous.
    mutating func checkCertificatesDiffer(_ bindings: [CertificateBinding], at range: SourceRange?) {
        var known: [CertificateBinding.Sign: ExactString] = [:]
        for binding in bindings {
            if let other = known.updateValue(binding.user, forKey: binding.sign), other != binding.user {
                reader.report("One certificate stands for both `\(other)` and `\(binding.user)`.", at: range)
            }
        }
    }

    /// Reports bindings of certificates without requesting certificates from clients.
    mutating func checkCertificates(_ configuration: GatewayConfiguration, at root: YAMLMapping) {
        guard !configuration.authentication.certificates.isEmpty, configuration.listener.tls?.clientCertificates == nil
        else { return }
        // A mistake within `tls` is already reported there.
        if configuration.listener.tls == nil, case .mapping(let listener)? = root["listener"]?.content,
            listener.contains(where: { $0.key == "tls" && !$0.value.isNull })
        {
            return
        }
        reader.report(
            "`authentication.certificates` says whose certificates stand for which users, but clients are not asked for any.",
            at: root["authentication"]?.range, hint: "State `listener.tls.clientCertificates`.")
    }
}
