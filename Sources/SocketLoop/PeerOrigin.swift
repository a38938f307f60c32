import Glibc

/// The origin of a connection, as far as it distinguishes clients: the unit of shares.
public enum PeerOrigin: Hashable, Sendable {
    /// This machine: a Unix socket, or loopback. Behind a local proxy these are all clients.
    case thisMachine
    /// An address of IPv4.
    case v4(UInt32)
    /// The first 64 bits of an IPv6 address, the minimum that one subscriber or machine has.
    case v6(UInt64)

    /// - Parameter storage: As written by the kernel.
    init(_ storage: inout sockaddr_storage) {
        self = withUnsafeBytes(of: &storage) { raw in
            switch Int32(raw.loadUnaligned(as: sa_family_t.self)) {
            case AF_INET: Self.of(v4: UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
            case AF_INET6:
                withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { address in
                    Self.of(
                        v6: UInt64(bigEndian: address.loadUnaligned(as: UInt64.self)),
                        UInt64(bigEndian: address.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
                }
            default: .thisMachine
            }
        }
    }

    private static func of(v4 address: UInt32) -> PeerOrigin { address >> 24 == 127 ? .thisMachine : .v4(address) }

    private static func of(v6 high: UInt64, _ low: UInt64) -> PeerOrigin {
        if high == 0, low == 1 { return .thisMachine }
        // A dual-stack socket sees IPv4 as `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2).
        if high == 0, low >> 32 == 0xFFFF { return of(v4: UInt32(truncatingIfNeeded: low)) }
        return .v6(high)
    }
}
