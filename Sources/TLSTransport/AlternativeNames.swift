import COpenSSL

extension ClientCertificate {
    /// An alternative name of a certificate's subject (subjectAltName: RFC 5280, section 4.2.1.6).
    public enum Name: Sendable, Hashable {
        /// The part after the `@` is in lower case: domains are case-insensitive (section 7.5).
        case email(String)
        /// Compared byte by byte.
        case uri(String)
        /// In lower case. A wildcard is a literal name, and matches only itself.
        case dns(String)

        /// Normalised, so that equivalent names of a kind are equal.
        public static func email(matching text: String) -> Name {
            guard let at = text.lastIndex(of: "@") else { return .email(text) }
            return .email(text[...at] + Self.lowercased(text[text.index(after: at)...]))
        }

        public static func dns(matching text: String) -> Name { .dns(lowercased(text[...])) }

        private static func lowercased(_ text: Substring) -> String {
            String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        }
    }

    /// The names of a certificate that can identify a client. Names outside printable ASCII, which
    /// the standard requires, are ignored: they may look like other names.
    static func names(of certificate: OpaquePointer) -> [Name] {
        guard let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
        let list = OpaquePointer(found)
        defer { portico_tls_free_names(list) }
        var names: [Name] = []
        for index in 0..<portico_tls_count_names(list) {
            var bytes: UnsafePointer<UInt8>?, count: Int32 = 0
            let kind = portico_tls_name(list, index, &bytes, &count)
            guard let bytes, count > 0 else { continue }
            let text = UnsafeBufferPointer(start: bytes, count: Int(count))
            guard text.allSatisfy({ (0x21...0x7E).contains($0) }) else { continue }
            switch kind {
            case GEN_EMAIL: names.append(.email(matching: String(decoding: text, as: UTF8.self)))
            case GEN_URI: names.append(.uri(String(decoding: text, as: UTF8.self)))
            case GEN_DNS: names.append(.dns(matching: String(decoding: text, as: UTF8.self)))
            default: continue
            }
        }
        return names
    }
}
