import Testing
@testable import PorticoIdentity

struct CredentialCacheTests {
    private func credential(_ text: String, _ kind: Credential.Kind = .bearer) -> Credential {
        Credential(kind: kind, bytes: Array(text.utf8))
    }

    private func find(_ cache: CredentialCache<Int>, _ text: String, _ kind: Credential.Kind = .bearer) -> Int? {
        Array(text.utf8).withUnsafeBytes { cache.find(kind, $0) }
    }

    @Test func theLeastRecentlyUsedGoesFirst() {
        let cache = CredentialCache<Int>(capacity: 3)
        for (index, name) in ["a", "b", "c"].enumerated() { cache.insert(credential(name), index) }
        #expect(find(cache, "a") == 0)
        cache.insert(credential("d"), 3)
        #expect(find(cache, "b") == nil)
        #expect(["a", "c", "d"].map { find(cache, $0) } == [0, 2, 3])
        #expect(cache.count == 3)
    }

    @Test func kindsAndBytesAreToldApart() {
        let cache = CredentialCache<Int>()
        cache.insert(credential("12345678 and more", .bearer), 1)
        #expect(find(cache, "12345678 and more", .apiKey) == nil)
        #expect(find(cache, "12345678 and mora") == nil)
        #expect(find(cache, "12345678 and mor") == nil)
        #expect(find(cache, "12345678 and more") == 1)
        cache.insert(credential("12345678 and more", .bearer), 2)
        #expect(find(cache, "12345678 and more") == 2)
        #expect(cache.count == 1)
        cache.remove(credential("12345678 and more"))
        #expect(find(cache, "12345678 and more") == nil)
    }

    @Test func everyOrderOfUseKeepsTheListWhole() {
        let cache = CredentialCache<Int>(capacity: 5)
        var model: [String] = []
        var state: UInt32 = 7
        for step in 0..<2000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            let name = "token-\(state >> 28)"
            if step % 3 == 0 {
                cache.insert(credential(name), step)
                model.removeAll { $0 == name }
                model.append(name)
                if model.count > 5 { model.removeFirst() }
            } else if find(cache, name) != nil {
                #expect(model.contains(name))
                model.removeAll { $0 == name }
                model.append(name)
            } else {
                #expect(!model.contains(name))
            }
        }
        cache.removeAll { _ in true }
        #expect(cache.count == 0)
    }

    @Test func rejectionsAreForgottenSoonAndAreBounded() {
        let cache = CredentialCache<Int>()
        cache.reject(credential("bad"), .unknownAPIKey, now: 100)
        #expect(cache.rejection(of: credential("bad"), now: 101) == .unknownAPIKey)
        #expect(cache.rejection(of: credential("bad"), now: 102) == nil)
        for index in 0..<1000 { cache.reject(credential("bad-\(index)"), .unknownAPIKey, now: 100) }
        let remembered = (0..<1000).filter { cache.rejection(of: credential("bad-\($0)"), now: 101) != nil }.count
        #expect(remembered <= CredentialCacheLimits.rejected)
    }
}
