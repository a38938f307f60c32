import JSONBytes

/// Identifies one request in the log and in the `x-request-id` of its response.
@usableFromInline package enum RequestID {
    /// Sent by the client.
    case given([UInt8])
    /// The worker's random part and its count.
    case made(UInt64, UInt64)

    /// Characters of a client's id. Guards against a client that fills the log.
    static let longest = 128

    /// The client's id if it is valid: 1 to 128 characters of a token (RFC 9110, section 5.6.2).
    package init?(given text: ArraySlice<UInt8>) {
        guard !text.isEmpty, text.count <= Self.longest, text.allSatisfy(Self.isTokenCharacter) else { return nil }
        self = .given(Array(text))
    }

    func write(into buffer: ResponseBuffer) {
        switch self {
        case .given(let bytes): buffer.append(bytes)
        case .made: withBytes { buffer.append($0) }
        }
    }

    /// The id's characters, valid inside `body` only; does not allocate.
    @inlinable package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch self {
        case .given(let bytes): bytes.withUnsafeBytes(body)
        case .made(let random, let count):
            withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { buffer in
                Self.writeHex(random, to: buffer, at: 0)
                Self.writeHex(count, to: buffer, at: 16)
                return body(UnsafeRawBufferPointer(buffer))
            }
        }
    }

    package var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }

    @usableFromInline static func writeHex(_ value: UInt64, to buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        var rest = value
        for position in stride(from: offset + 15, through: offset, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            buffer[position] = digit < 10 ? 0x30 + digit : 0x57 + digit
            rest >>= 4
        }
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}

package struct RequestIDSource {
    private let random = UInt64.random(in: .min ... .max)
    private var count: UInt64 = 0

    package init() {}

    package mutating func next() -> RequestID {
        count &+= 1
        return .made(random, count)
    }
}
