import PorticoExecution
import PorticoGateway
import Testing

@Suite struct CursorKeyTests {
    private let key = CursorKey(secret: Array("a secret that is long enough for it".utf8))
    private let use = Array("a use".utf8)

    @Test(arguments: [0, 1, 16, 6_000]) func opensWhatItSealed(_ count: Int) {
        let content = [UInt8](repeating: 5, count: count)
        let sealed = key.box(for: use).seal(content)
        #expect(key.box(for: use).open(sealed) == content)
        #expect(key.box(for: use).seal(content) == sealed)
        #expect(sealed.count == count + 28)
    }

    @Test func opensNothingElse() {
        let sealed = key.box(for: use).seal([1, 2, 3])
        #expect(key.box(for: Array("another use".utf8)).open(sealed) == nil)
        #expect(CursorKey(secret: Array("another secret that is long enough".utf8)).box(for: use).open(sealed) == nil)
        for position in sealed.indices {
            var forged = sealed
            forged[position] ^= 1
            #expect(key.box(for: use).open(forged) == nil)
        }
        for count in 0..<sealed.count { #expect(key.box(for: use).open(Array(sealed[..<count])) == nil) }
    }

    /// Neither the same content under two uses nor two contents under one share a nonce.
    @Test func noncesDiffer() {
        let other = Array("another use".utf8)
        let nonces = [key.box(for: use).seal([1]), key.box(for: use).seal([2]), key.box(for: other).seal([1])].map {
            Array($0.prefix(12))
        }
        #expect(Set(nonces).count == 3)
    }

    @Test func randomKeysDiffer() {
        let sealed = CursorKey.random().box(for: use).seal([1])
        #expect(CursorKey.random().box(for: use).open(sealed) == nil)
    }
}
