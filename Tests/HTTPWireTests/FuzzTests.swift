import HTTPWire
import TestRandom
import Testing

/// Good requests with bytes changed, cut out, doubled and swapped: nothing may crash, hang or
/// depend on how the bytes arrive, and no bytes may be invented.
@Suite struct FuzzTests {
    static let good = GoodRequestTests.cases.map { Array($0.bytes.utf8) }
    static let bad = BadRequestTests.cases.map { Array($0.bytes.utf8) }.filter { $0.count < 600 }

    @Test(arguments: 0..<8)
    func mutations(round: Int) {
        var generator = SeededGenerator(seed: UInt64(round))
        var failures = 0
        var requests = 0
        for _ in 0..<1500 {
            let bytes = Self.mutated(using: &generator)
            let whole = ParserRun(bytes)
            let pieces = (0..<12).map { _ in Int.random(in: 0..<30, using: &generator) }
            guard ParserRun(bytes, pieces: pieces) == whole else {
                Issue.record(
                    "\(String(decoding: bytes, as: UTF8.self).debugDescription) depends on its pieces \(pieces)")
                return
            }
            #expect(whole.requests.count <= bytes.count / 16)
            failures += whole.failure == nil ? 0 : 1
            requests += whole.requests.count
        }
        #expect(failures > 200 && requests > 200)
    }

    static func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = pick(good, &generator)
        if Bool.random(using: &generator) { bytes += pick(Bool.random(using: &generator) ? good : bad, &generator) }
        for _ in 0..<Int.random(in: 0..<3, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[place] = pick(Array("\r\n :;,/0159aF\t\u{0}".utf8), &generator)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(pick(Array("\r\n :;,0\t".utf8), &generator), at: place)
            case 4: bytes.removeSubrange(place..<min(place + 8, bytes.count))
            default: bytes.insert(contentsOf: bytes[place..<min(place + 20, bytes.count)], at: place)
            }
        }
        return bytes
    }

    static func pick<Element>(_ from: [Element], _ generator: inout SeededGenerator) -> Element {
        from[Int.random(in: 0..<from.count, using: &generator)]
    }
}
