import SocketLoop
import Testing
@testable import PorticoHTTP

struct OriginCountsTests {
    @Test func anAddressHasItsShare() {
        var counts = OriginCounts(share: 2, countsThisMachine: false)
        let one = PeerOrigin.v4(1), other = PeerOrigin.v6(2)
        counts.add(one)
        counts.add(one)
        #expect(!counts.admits(one) && counts.admits(other))
        counts.remove(one)
        #expect(counts.admits(one))
    }

    /// A proxy on this machine speaks for everybody.
    @Test func thisMachineHasNone() {
        var counts = OriginCounts(share: 1, countsThisMachine: false)
        for _ in 0..<10 { counts.add(.thisMachine) }
        #expect(counts.admits(.thisMachine))
        counts.remove(.thisMachine)
    }
}
