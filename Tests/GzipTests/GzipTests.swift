import Gzip
import Testing

struct GzipTests {
    @Test(arguments: [0, 1, 2, 1023, 65_535, 65_536, 65_537, 300_000])
    func whatIsEncodedIsDecoded(length: Int) throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        let encoded = try #require(Gzip.encode(bytes))
        #expect(encoded.prefix(3) == [0x1F, 0x8B, 8])
        #expect(try Gzip.decode(encoded, limit: length) == bytes)
        if length > 0 {
            #expect(throws: Gzip.Failure.longer(than: length - 1)) { try Gzip.decode(encoded, limit: length - 1) }
        }
    }

    @Test func aBombStopsAtTheLimit() throws {
        // Two thousand times smaller than what it holds, and as a chain of members too.
        let bomb = try #require(Gzip.encode([UInt8](repeating: 0, count: 64 << 20)))
        #expect(bomb.count < 300_000)
        #expect(throws: Gzip.Failure.longer(than: 1000)) { try Gzip.decode(bomb, limit: 1000) }
        let member = try #require(Gzip.encode([UInt8](repeating: 0, count: 900)))
        #expect(throws: Gzip.Failure.longer(than: 1000)) { try Gzip.decode(member + member, limit: 1000) }
        #expect(try Gzip.decode(member + member, limit: 1800).count == 1800)
    }

    @Test func whatIsNoGzipIsRefused() throws {
        let good = try #require(Gzip.encode(Array("{\"query\":\"{ a }\"}".utf8)))
        var damaged = good
        damaged[damaged.count - 6] ^= 0xFF  // of the check sum
        for bytes in [
            [], [0x1F], Array("plain text".utf8), good.dropLast(), good.dropLast(9), good + [0], good + [0x1F, 0x8B],
            damaged,
        ] as [[UInt8]] {
            #expect(throws: Gzip.Failure.malformed, "\(bytes)") { try Gzip.decode(bytes, limit: 1 << 20) }
        }
        // Every prefix, and every byte turned over, ends in an answer.
        for end in good.indices {
            #expect(throws: Gzip.Failure.self) { try Gzip.decode(Array(good[..<end]), limit: 1 << 20) }
        }
        for index in good.indices {
            var changed = good
            changed[index] ^= 0x55
            _ = try? Gzip.decode(changed, limit: 1 << 20)
        }
    }
}
