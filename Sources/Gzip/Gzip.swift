import CZlib

/// The gzip coding (RFC 1952) of whole messages, for any thread. The only file that calls zlib.
public enum Gzip {
    /// Why bytes cannot be decoded. The description may be shown to clients.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// The output exceeds the limit.
        case longer(than: Int)
        /// The input is not gzip, or incomplete.
        case malformed

        public var description: String {
            switch self {
            case .longer(let limit): "Decompressed, it is longer than \(limit) bytes."
            case .malformed: "It is not gzip as RFC 1952 has it, or not complete."
            }
        }
    }

    /// Bytes that are decoded between two checks of the limit; small compared with any limit, so
    /// that a bomb is stopped early.
    private static let pieceBytes = 64 << 10
    /// Between speed (1) and size (9). Higher levels gain little for JSON of a few kilobytes.
    private static let level: Int32 = 4
    /// A window of 32 KiB (15) with gzip's frame (16).
    private static let windowBits: Int32 = 15 + 16

    /// The decoded bytes of one or several members.
    /// - Parameter limit: Maximum output bytes; decoding stops once exceeded.
    public static func decode(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .malformed
        }
        defer { inflateEnd(&stream) }
        var decoded: [UInt8] = []
        let failure = bytes.withUnsafeBytes { input -> Failure? in
            guard let base = input.baseAddress?.assumingMemoryBound(to: UInt8.self), input.count <= Int(UInt32.max)
            else { return .malformed }
            stream.next_in = UnsafeMutablePointer(mutating: base)
            stream.avail_in = UInt32(input.count)
            return decode(&stream, into: &decoded, limit: limit)
        }
        if let failure { throw failure }
        return decoded
    }

    private static func decode(_ stream: inout z_stream, into decoded: inout [UInt8], limit: Int) -> Failure? {
        while true {
            var status = Z_OK
            let room = min(pieceBytes, limit - decoded.count + 1)
            let piece = [UInt8](unsafeUninitializedCapacity: room) { output, count in
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(room)
                status = inflate(&stream, Z_NO_FLUSH)
                count = room - Int(stream.avail_out)
            }
            decoded += piece
            if decoded.count > limit { return .longer(than: limit) }
            switch status {
            case Z_STREAM_END:
                if stream.avail_in == 0 { return nil }
                guard inflateReset(&stream) == Z_OK else { return .malformed }
            case Z_OK:
                // There was room for more output, so the input is incomplete.
                if stream.avail_in == 0, piece.count < room { return .malformed }
            default: return .malformed
            }
        }
    }

    /// One member with the bytes; `nil` only without memory.
    public static func encode(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var stream = z_stream()
        guard bytes.count <= Int(UInt32.max) / 2 else { return nil }
        guard
            deflateInit2_(
                &stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var isWhole = false
        let encoded = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            stream.next_in = bytes.baseAddress.map {
                UnsafeMutablePointer(mutating: $0.assumingMemoryBound(to: UInt8.self))
            }
            stream.avail_in = UInt32(bytes.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(bound)
            isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
            count = bound - Int(stream.avail_out)
        }
        return isWhole ? encoded : nil
    }

    public static func encode(_ bytes: [UInt8]) -> [UInt8]? { bytes.withUnsafeBytes { encode($0) } }
}
