import COpenSSL
import Foundation

/// Why a certificate could not be made, or a client not connect.
public struct TestTLSFailure: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) {
        self.description =
            "\(description): \(ERR_reason_error_string(ERR_peek_error()).map { String(cString: $0) } ?? "no reason given")"
    }
}

/// A folder with an authority of a test's own and what it has signed, all in PEM: `ca.pem`, and for
/// each name `NAME.pem` and `NAME.key`. Goes with the object.
public final class TestAuthority {
    public enum Key: Sendable { case p256, rsa2048 }

    public let folder: String
    private let key: OpaquePointer
    private let certificate: OpaquePointer
    private var serial = 1

    public init(name: String = "Test Authority") throws {
        folder = NSTemporaryDirectory() + "portico-tls-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        key = try Self.makeKey(.p256)
        certificate = try Self.makeCertificate(
            subject: [("CN", name)], serial: 1, key: key, days: 0...3650, issuer: nil,
            extensions: [(NID_basic_constraints, "critical,CA:TRUE")])
        try write(certificate, key: key, name: "ca")
    }

    deinit {
        X509_free(certificate)
        EVP_PKEY_free(key)
        try? FileManager.default.removeItem(atPath: folder)
    }

    public var authorityFile: String { folder + "/ca.pem" }
    public func certificateFile(_ name: String) -> String { "\(folder)/\(name).pem" }
    public func keyFile(_ name: String) -> String { "\(folder)/\(name).key" }

    /// Signs a certificate for 127.0.0.1 and localhost, and writes it and its key; what has the
    /// name already is replaced.
    /// - Parameters:
    ///   - days: From when to when it is good, from today on.
    ///   - names: Its subjectAltName, as OpenSSL's configuration files have it.
    public func issue(
        _ name: String, subject: [(String, String)]? = nil, key kind: Key = .p256, days: ClosedRange<Int> = 0...30,
        names: String = "DNS:localhost,IP:127.0.0.1", passphrase: String? = nil
    ) throws {
        serial += 1
        let own = try Self.makeKey(kind)
        defer { EVP_PKEY_free(own) }
        let made = try Self.makeCertificate(
            subject: subject ?? [("O", "Portico"), ("CN", name)], serial: serial, key: own, days: days,
            issuer: (certificate, key),
            extensions: [(NID_subject_alt_name, names)])
        defer { X509_free(made) }
        try write(made, key: own, name: name, passphrase: passphrase)
    }

    /// Puts another certificate behind one, as those of the authorities between stand behind a
    /// server's own.
    public func chain(_ name: String, with other: String) throws {
        let text = try [name, other].map { try String(contentsOfFile: certificateFile($0), encoding: .utf8) }.joined()
        try text.write(toFile: certificateFile(name), atomically: true, encoding: .utf8)
    }

    /// The SHA-256 of a certificate, in hexadecimal digits.
    public func fingerprint(_ name: String) throws -> String {
        guard let bio = BIO_new_file(certificateFile(name), "r"), let made = PEM_read_bio_X509(bio, nil, nil, nil)
        else { throw TestTLSFailure("cannot read \(name)") }
        defer {
            BIO_free(bio)
            X509_free(made)
        }
        var digest = [UInt8](repeating: 0, count: 32), count: UInt32 = 0
        X509_digest(made, EVP_sha256(), &digest, &count)
        return digest.map { String(format: "%02x", $0) }.joined()
    }

    // MARK: Making

    private static func makeKey(_ kind: Key) throws -> OpaquePointer {
        guard let context = EVP_PKEY_CTX_new_id(kind == .p256 ? EVP_PKEY_EC : EVP_PKEY_RSA, nil) else {
            throw TestTLSFailure("no key")
        }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            kind == .p256
                ? EVP_PKEY_CTX_set_group_name(context, "P-256") == 1
                : EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1,
            EVP_PKEY_keygen(context, &key) == 1, let key
        else { throw TestTLSFailure("no key") }
        return key
    }

    private static func makeCertificate(
        subject: [(String, String)], serial: Int, key: OpaquePointer, days: ClosedRange<Int>,
        issuer: (certificate: OpaquePointer, key: OpaquePointer)?,
        extensions: [(Int32, String)]
    ) throws -> OpaquePointer {
        guard let made = X509_new() else { throw TestTLSFailure("no certificate") }
        X509_set_version(made, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(made), serial)
        X509_gmtime_adj(X509_getm_notBefore(made), days.lowerBound * 86_400 - 60)
        X509_gmtime_adj(X509_getm_notAfter(made), days.upperBound * 86_400)
        X509_set_pubkey(made, key)
        for (type, value) in subject {
            X509_NAME_add_entry_by_txt(X509_get_subject_name(made), type, MBSTRING_UTF8, value, -1, -1, 0)
        }
        X509_set_issuer_name(made, X509_get_subject_name(issuer?.certificate ?? made))
        for (kind, value) in extensions {
            guard let entry = X509V3_EXT_conf_nid(nil, nil, kind, value) else {
                throw TestTLSFailure("no extension \(value)")
            }
            X509_add_ext(made, entry, -1)
            X509_EXTENSION_free(entry)
        }
        guard X509_sign(made, issuer?.key ?? key, EVP_sha256()) > 0 else { throw TestTLSFailure("cannot sign") }
        return made
    }

    private func write(_ certificate: OpaquePointer, key: OpaquePointer, name: String, passphrase: String? = nil) throws
    {
        // Into place by renaming, as a program that renews certificates does.
        try replace(certificateFile(name)) { PEM_write_bio_X509($0, certificate) }
        try replace(keyFile(name)) { bio in
            guard let passphrase else { return PEM_write_bio_PrivateKey(bio, key, nil, nil, 0, nil, nil) }
            let bytes = Array(passphrase.utf8)
            return PEM_write_bio_PrivateKey(bio, key, EVP_aes_256_cbc(), bytes, Int32(bytes.count), nil, nil)
        }
    }

    private func replace(_ path: String, _ body: (OpaquePointer) -> Int32) throws {
        guard let bio = BIO_new_file(path + ".new", "w") else { throw TestTLSFailure("cannot write \(path)") }
        let status = body(bio)
        BIO_free(bio)
        guard status == 1, rename(path + ".new", path) == 0 else { throw TestTLSFailure("cannot write \(path)") }
    }
}
