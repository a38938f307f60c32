import COpenSSL

/// OpenSSL's error queue of each thread. Cleared before calls whose failure must be identified.
enum OpenSSLError {
    static func clear() { ERR_clear_error() }

    /// The reason code of the first error, or 0.
    static var reason: Int32 { ERR_GET_REASON(ERR_peek_error()) }

    /// The first error's message, for the operator.
    static var text: String {
        ERR_reason_error_string(ERR_peek_error()).map { String(cString: $0) } ?? "no reason given"
    }
}

/// A memory BIO for the duration of one call.
enum MemoryBIO {
    static func reading<R>(_ bytes: [UInt8], _ body: (OpaquePointer) throws(TLSFailure) -> R) throws(TLSFailure) -> R {
        // The bytes are copied, so that no pointer outlives its scope.
        guard let bio = BIO_new(BIO_s_mem()) else { throw TLSFailure("There is no memory for OpenSSL.") }
        defer { BIO_free(bio) }
        guard BIO_write(bio, bytes, Int32(clamping: bytes.count)) == Int32(clamping: bytes.count) else {
            throw TLSFailure("There is no memory for OpenSSL.")
        }
        return try body(bio)
    }

    /// The text that a call writes.
    static func text(_ body: (OpaquePointer) -> Void) -> String {
        guard let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        body(bio)
        var bytes = [UInt8](repeating: 0, count: Int(BIO_ctrl_pending(bio)))
        let count = Int(BIO_read(bio, &bytes, Int32(clamping: bytes.count)))
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
