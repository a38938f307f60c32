import Glibc
import Testing

@testable import SocketLoop

@Suite struct PeerOriginTests {
    private func origin(_ address: String) -> PeerOrigin? {
        var storage = sockaddr_storage()
        var four = in_addr(), sixteen = in6_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            withUnsafeMutableBytes(of: &storage) { raw in
                var name = sockaddr_in()
                name.sin_family = sa_family_t(AF_INET)
                name.sin_addr = four
                raw.storeBytes(of: name, as: sockaddr_in.self)
            }
        } else if inet_pton(AF_INET6, address, &sixteen) == 1 {
            withUnsafeMutableBytes(of: &storage) { raw in
                var name = sockaddr_in6()
                name.sin6_family = sa_family_t(AF_INET6)
                name.sin6_addr = sixteen
                raw.storeBytes(of: name, as: sockaddr_in6.self)
            }
        } else {
            return nil
        }
        return PeerOrigin(&storage)
    }

    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) func loopbackIsThisMachine(
        _ address: String
    ) {
        #expect(origin(address) == .thisMachine)
    }

    @Test func anAddressIsOneClient() {
        #expect(origin("192.0.2.7") == .v4(0xC000_0207))
        #expect(origin("::ffff:192.0.2.7") == .v4(0xC000_0207))
        #expect(origin("192.0.2.7") != origin("192.0.2.8"))
    }

    /// A host with one address of IPv6 has 2^64 of them.
    @Test func ofIPv6TheFirst64BitsCount() {
        #expect(origin("2001:db8:1:2::1") == .v6(0x2001_0DB8_0001_0002))
        #expect(origin("2001:db8:1:2:ffff:ffff:ffff:ffff") == origin("2001:db8:1:2::1"))
        #expect(origin("2001:db8:1:3::1") != origin("2001:db8:1:2::1"))
    }

    @Test func aUnixSocketIsThisMachine() {
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(AF_UNIX)
        #expect(PeerOrigin(&storage) == .thisMachine)
    }
}
