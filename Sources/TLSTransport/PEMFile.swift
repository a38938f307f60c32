import COpenSSL
import Glibc

/// A file of certificates or of a key, with its possible problems; the operator's own.
struct PEMFile {
    let path: String
    /// The expected content, such as `certificate`: for messages.
    let role: String
    private let bytes: [UInt8]

    init(_ path: String, role: String) throws(TLSFailure) {
        self.path = path
        self.role = role
        bytes = try Self.read(path, role)
    }

    private static func read(_ path: String, _ role: String) throws(TLSFailure) -> [UInt8] {
        func failure(_ reason: String) -> TLSFailure {
            TLSFailure("The \(role) file \(path) cannot be read: \(reason).")
        }
        func systemFailure() -> TLSFailure { failure(strerror(errno).map { String(cString: $0) } ?? "error \(errno)") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemFailure() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            var count = 0
            let piece = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, initialized in
                count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                initialized = max(0, count)
            }
            guard count >= 0 else { throw systemFailure() }
            if count == 0 { break }
            bytes += piece
            guard bytes.count <= TLSLimits.fileBytes else {
                throw failure("it is longer than \(TLSLimits.fileBytes) bytes")
            }
        }
        guard !bytes.isEmpty else { throw failure("it is empty") }
        return bytes
    }

    // MARK: Content

    /// All certificates of the file, at least one; the caller frees them.
    func certificates() throws(TLSFailure) -> [OpaquePointer] {
        try MemoryBIO.reading(bytes) { bio throws(TLSFailure) in
            var found: [OpaquePointer] = []
            while true {
                OpenSSLError.clear()
                if let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
                    found.append(certificate)
                } else if OpenSSLError.reason == PEM_R_NO_START_LINE {
                    OpenSSLError.clear()
                    guard found.isEmpty else { return found }
                    throw TLSFailure(
                        "The \(role) file \(path) holds no certificate\(hint(other: "PRIVATE KEY", called: "a private key"))."
                    )
                } else {
                    let reason = OpenSSLError.text
                    for certificate in found { X509_free(certificate) }
                    throw TLSFailure(
                        "Certificate \(found.count + 1) of the \(role) file \(path) cannot be read: \(reason).")
                }
            }
        }
    }

    /// The first private key of the file; the caller frees it.
    func privateKey() throws(TLSFailure) -> OpaquePointer {
        try MemoryBIO.reading(bytes) { bio throws(TLSFailure) in
            var isEncrypted = false
            OpenSSLError.clear()
            let key = withUnsafeMutablePointer(to: &isEncrypted) { flag in
                PEM_read_bio_PrivateKey(
                    bio, nil,
                    { _, _, _, context in
                        context?.assumingMemoryBound(to: Bool.self).pointee = true
                        return -1
                    }, flag)
            }
            if let key { return key }
            let reason = OpenSSLError.text
            OpenSSLError.clear()
            if isEncrypted {
                throw TLSFailure(
                    "The \(role) file \(path) is encrypted; a server that starts by itself needs it without a passphrase (`openssl pkey -in FILE -out FILE` takes it off)."
                )
            }
            if !text.contains("PRIVATE KEY-----") {
                throw TLSFailure(
                    "The \(role) file \(path) holds no private key\(hint(other: "CERTIFICATE", called: "a certificate"))."
                )
            }
            throw TLSFailure("The \(role) file \(path) holds a private key that cannot be read: \(reason).")
        }
    }

    private func hint(other mark: String, called name: String) -> String {
        if bytes.first == 0x30 {
            return " in PEM; it looks like DER, which `openssl x509 -inform der` or `openssl pkey -inform der` rewrites"
        }
        guard text.contains("-----BEGIN") else { return "; it is not PEM" }
        return text.contains(mark) ? ", but \(name)" : ""
    }

    private var text: String { String(decoding: bytes, as: UTF8.self) }
}
