/// A fast 64-bit hash of bytes for tables in memory; never stored or sent.
///
/// The input comes from clients or data and may be chosen to collide, so the hash is seeded. The
/// seed is drawn once per process because each draw is a system call.
public struct ByteHash: Sendable {
    private static let processSeed = UInt64.random(in: .min ... .max)
    private let seed = ByteHash.processSeed

    public init() {}

    @inlinable
    public func callAsFunction(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = start(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var tail: UInt64 = 0
        while offset < bytes.count {
            tail = tail << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return mix(hash ^ tail)
    }

    @usableFromInline
    func start(_ count: Int) -> UInt64 { seed ^ UInt64(truncatingIfNeeded: count) }

    @usableFromInline @inline(__always)
    func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return high ^ low
    }
}
