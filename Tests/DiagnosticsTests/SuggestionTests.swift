import Diagnostics
import Testing

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("nmae", ["name", "id", "game"], ["name", "game"]),
        ("NAME", ["name"], ["name"]),
        ("tikcets", ["tickets", "ticket", "tenants", "users"], ["tickets", "ticket"]),
        ("i", ["id", "ip", "a", "name"], ["a", "id", "ip"]),
        ("zzz", ["name", "id", "tickets"], []),
        ("", ["a"], []),
        ("a", [], []),
        ("statsu", ["status", "state", "statuses"], ["status", "state", "statuses"]),
        ("createdBy", ["createdAt", "createdById", "updatedBy", "x"], ["createdAt", "createdById", "updatedBy"]),
    ])
    func nearest(_ name: String, _ known: [String], _ expected: [String]) {
        #expect(suggestion(for: name, among: known) == expected)
    }

    @Test func neverMoreThanTheLimit() {
        let known = ["aa", "ab", "ac", "ad"]
        #expect(suggestion(for: "a", among: known) == ["aa", "ab", "ac"])
        #expect(suggestion(for: "a", among: known, limit: 1) == ["aa"])
        #expect(suggestion(for: "a", among: known, limit: 0).isEmpty)
    }

    @Test func workIsBounded() {
        let long = String(repeating: "a", count: 128)
        #expect(suggestion(for: long, among: [long + "b", long.dropLast() + "b"]) == [long.dropLast() + "b"])
        #expect(suggestion(for: long + "a", among: [long]).isEmpty)
        let many = (0..<2_000).map { "field\($0)" }
        #expect(suggestion(for: "field1", among: many).first == "field1")
        #expect(suggestion(for: "field1", among: many + ["field"]).isEmpty)
        #expect(suggestion(for: "field1", among: sequence(first: "field1") { $0 }).isEmpty, "an endless sequence")
    }

    /// The banded table with its early end must find what the plain table finds.
    @Test func theBandAgreesWithThePlainTable() {
        var random = UInt64(7)
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        for _ in 0..<3_000 {
            let a = String((0..<1 + next(12)).map { _ in "abcd".randomElement(at: next(4)) })
            let b = String((0..<1 + next(12)).map { _ in "abcd".randomElement(at: next(4)) })
            let threshold = min(1 + a.utf8.count / 3, 5)
            #expect(
                suggestion(for: a, among: [b]) == (plainDistance(Array(a.utf8), Array(b.utf8)) <= threshold ? [b] : []),
                "\(a) \(b)")
        }
    }

    private func plainDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var table = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { table[i][0] = i }
        for j in 0...b.count { table[0][j] = j }
        for i in 1...a.count {
            for j in 1...b.count {
                table[i][j] = min(
                    table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
                }
            }
        }
        return table[a.count][b.count]
    }

    @Test(
        arguments: [
            ([], nil),
            (["a"], "Did you mean \"a\"?"),
            (["a", "b"], "Did you mean \"a\" or \"b\"?"),
            (["a", "b", "c"], "Did you mean \"a\", \"b\" or \"c\"?"),
        ] as [([String], String?)])
    func sentence(_ names: [String], _ expected: String?) {
        #expect(didYouMean(names) == expected)
    }
}

private extension String {
    func randomElement(at offset: Int) -> Character { self[index(startIndex, offsetBy: offset)] }
}
