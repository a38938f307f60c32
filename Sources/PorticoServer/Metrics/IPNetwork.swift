import Glibc

/// The bytes of an IP address: 4, or 16.
struct IPAddress: Sendable, Hashable {
    let bytes: [UInt8]

    init?(_ text: String) {
        var four = in_addr(), sixteen = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
            bytes = Self.unmapped(withUnsafeBytes(of: &sixteen) { Array($0) })
        } else {
            return nil
        }
    }

    init(bytes: [UInt8]) { self.bytes = Self.unmapped(bytes) }

    var isLoopback: Bool { bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1] }

    /// A listener on `::` sees IPv4 as `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2).
    private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
        bytes.count == 16 && bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
            ? Array(bytes.suffix(4)) : bytes
    }
}

/// A network as `10.0.0.0/8`, `fd00::/8`, or one address alone.
struct IPNetwork: Sendable, Hashable {
    let address: IPAddress
    let prefix: Int

    /// `nil` for what is no network; bits behind the prefix are none of its business.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        self.address = address
        let bits = address.bytes.count * 8
        guard parts.count == 2 else {
            prefix = bits
            return
        }
        guard let prefix = Int(parts[1]), parts[1].allSatisfy(\.isWholeNumber), (0...bits).contains(prefix) else {
            return nil
        }
        self.prefix = prefix
    }

    func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        var left = prefix
        for (own, theirs) in zip(address.bytes, other.bytes) where left > 0 {
            let mask = left >= 8 ? 0xFF : ~(UInt8(0xFF) >> UInt8(left))
            guard own & mask == theirs & mask else { return false }
            left -= 8
        }
        return true
    }
}

/// Who is at the other end of a connection, as the kernel says it: behind a proxy that is the
/// proxy.
enum Peer: Sendable, Hashable {
    /// By a Unix socket.
    case local
    case address(IPAddress)

    /// `nil` when the connection is gone.
    init?(ofSocket descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        guard status == 0 else { return nil }
        let made: Peer? = withUnsafeBytes(of: &storage) { raw in
            switch Int32(raw.loadUnaligned(as: sa_family_t.self)) {
            case AF_UNIX: .local
            case AF_INET:
                .address(
                    IPAddress(
                        bytes: withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }))
            case AF_INET6:
                .address(
                    IPAddress(
                        bytes: withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }))
            default: nil
            }
        }
        guard let made else { return nil }
        self = made
    }
}
