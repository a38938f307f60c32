import Testing
import TestRandom

@testable import PorticoAccess

@Suite struct BucketedDictionaryTests {
    @Test func saysWhatADictionarySaysAndLeavesCopiesAlone() {
        var random = SeededGenerator(seed: 1)
        var bucketed = BucketedDictionary<String, Int>(), plain: [String: Int] = [:]
        for turn in 0..<5_000 {
            let key = "k\(Int.random(in: 0..<400, using: &random))"
            if turn == 2_500 {
                let copy = bucketed, former = plain
                bucketed[key] = -1
                plain[key] = -1
                #expect(Dictionary(uniqueKeysWithValues: copy.entries.map { ($0.key, $0.value) }) == former)
            }
            let value = Bool.random(using: &random) ? turn : nil
            bucketed[key] = value
            plain[key] = value
            #expect(bucketed[key] == value)
        }
        #expect(bucketed.count == plain.count)
        #expect(Dictionary(uniqueKeysWithValues: bucketed.entries.map { ($0.key, $0.value) }) == plain)
    }
}

@Suite struct GenerationalCacheTests {
    @Test func keepsWhatIsAskedForAndNoMoreThanItsLimit() {
        var cache = GenerationalCache<Int, Int>(limit: 10)
        cache.insert(0, for: 0)
        for key in 1...100 {
            cache.insert(key, for: key)
            #expect(cache.value(0) == 0)
            #expect(cache.count <= 10)
        }
        #expect(cache.value(1) == nil)
        #expect(cache.value(100) == 100)
    }

    @Test func countsAnEntryOnceThatBothHalvesHave() {
        var cache = GenerationalCache<Int, Int>(limit: 4)
        for key in 1...3 { cache.insert(key, for: key) }
        _ = cache.value(1)
        #expect(cache.count == 3)
        #expect(Set(cache.keys { _ in true }) == [1, 2, 3])
    }
}
