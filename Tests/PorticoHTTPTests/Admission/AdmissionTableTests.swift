import ExactText
import PorticoAccess
import Testing
@testable import PorticoHTTP

/// Who is let in, with a clock that only the test moves.
struct AdmissionTableTests {
    private static let second = 1_000_000_000
    private static let tenant = AdmissionOwner.tenant("t")

    /// How many of so many requests at one moment are let in.
    private func admitted(
        _ table: inout AdmissionTable, _ count: Int, _ rule: AdmissionRule, _ owner: AdmissionOwner = tenant,
        at now: Int
    ) -> Int {
        (0..<count).count { _ in if case .admitted = table.admit(owner, [rule], now: now) { true } else { false } }
    }

    private func retryAfter(_ decision: AdmissionTable.Decision) -> Int? {
        if case .refused(_, _, let seconds) = decision { seconds } else { nil }
    }

    // MARK: A second

    @Test func aTenantGetsItsRateAndNoMore() {
        var table = AdmissionTable()
        let rule = AdmissionRule(.tenant, perSecond: 10)
        #expect(admitted(&table, 100, rule, at: 0) == 10)
        #expect(admitted(&table, 100, rule, at: Self.second / 10 - 1) == 0)
        #expect(admitted(&table, 100, rule, at: Self.second / 10) == 1)
        #expect(
            admitted(&table, 100, rule, at: 10 * Self.second) == 10,
            "a pause fills the bucket and does not make it larger")
        let all = (0..<1000).reduce(0) { sum, step in
            sum + admitted(&table, 5, rule, at: 20 * Self.second + step * Self.second / 100)
        }
        #expect((109...110).contains(all), "in ten seconds a hundred, and the ten of a full bucket")
    }

    @Test(arguments: [(1, 1), (3, 3), (50, 50)]) func aBurstIsAsLargeAsItIsSet(burst: Int, expected: Int) {
        var table = AdmissionTable()
        let rule = AdmissionRule(.tenant, perSecond: 10, burst: burst)
        #expect(admitted(&table, 100, rule, at: 5) == expected)
        #expect(admitted(&table, 100, rule, at: 5 + Self.second) == min(10, expected))
    }

    @Test func theWaitIsToldInWholeSeconds() {
        var table = AdmissionTable()
        let rule = AdmissionRule(.tenant, perSecond: 1, burst: 3)
        #expect(admitted(&table, 3, rule, at: 0) == 3)
        #expect(retryAfter(table.admit(Self.tenant, [rule], now: 0)) == 1)
        #expect(retryAfter(table.admit(Self.tenant, [rule], now: Self.second - 1)) == 1)
        #expect(
            retryAfter(table.admit(Self.tenant, [AdmissionRule(.tenant, perSecond: 1, burst: 1)], now: 0)) == 1,
            "a bucket that has become smaller owes no more than one that is empty")
    }

    @Test func otherTenantsCountForThemselves() {
        var table = AdmissionTable()
        let rule = AdmissionRule(.tenant, concurrent: 2, perSecond: 10)
        #expect(admitted(&table, 100, rule, at: 0) == 2)
        #expect(admitted(&table, 100, rule, .tenant("other"), at: 0) == 2)
        #expect(admitted(&table, 100, rule, .anonymous, at: 0) == 2)
        #expect(admitted(&table, 100, rule, .tenantless, at: 0) == 2)
    }

    // MARK: At the same time

    @Test func aPlaceIsFreeOnceARequestIsAnswered() {
        var table = AdmissionTable()
        let rule = AdmissionRule(.tenant, concurrent: 2)
        guard case .admitted(let first) = table.admit(Self.tenant, [rule], now: 0),
            case .admitted = table.admit(Self.tenant, [rule], now: 0)
        else {
            Issue.record("refused")
            return
        }
        #expect(table.admit(Self.tenant, [rule], now: 0) == .refused(rule, .concurrentRequests, retryAfter: 1))
        table.release(first)
        #expect(admitted(&table, 5, rule, at: 0) == 1)
        table.release(first)
        table.release(first)
        #expect(table.count == 0, "who has nothing under way takes no memory")
    }

    // MARK: Roles

    @Test func aRolesLimitIsWithinItsTenants() {
        var table = AdmissionTable()
        let whole = AdmissionRule(.tenant, perSecond: 10), part = AdmissionRule(.role("client"), perSecond: 4)
        func admit(_ rules: [AdmissionRule]) -> AdmissionTable.Decision { table.admit(Self.tenant, rules, now: 0) }
        for _ in 0..<4 { #expect(admit([whole, part]) == .admitted([])) }
        // What is refused for the role takes nothing from the tenant.
        for _ in 0..<20 { #expect(admit([whole, part]) == .refused(part, .requestsPerSecond, retryAfter: 1)) }
        for _ in 0..<6 { #expect(admit([whole]) == .admitted([])) }
        #expect(admit([whole]) == .refused(whole, .requestsPerSecond, retryAfter: 1))
        #expect(
            admit([whole, AdmissionRule(.role("owner"), perSecond: 4)])
                == .refused(whole, .requestsPerSecond, retryAfter: 1))
    }

    @Test func whatOneRuleRefusesTakesNoPlaceOfAnother() {
        var table = AdmissionTable()
        let whole = AdmissionRule(.tenant, concurrent: 3), part = AdmissionRule(.role("client"), concurrent: 1)
        guard case .admitted(let accounts) = table.admit(Self.tenant, [whole, part], now: 0) else {
            Issue.record("refused")
            return
        }
        #expect(accounts.count == 2)
        for _ in 0..<5 {
            #expect(
                table.admit(Self.tenant, [whole, part], now: 0) == .refused(part, .concurrentRequests, retryAfter: 1))
        }
        #expect(admitted(&table, 5, whole, at: 0) == 2)
        table.release(accounts)
        guard case .admitted = table.admit(Self.tenant, [whole, part], now: 0) else {
            Issue.record("refused")
            return
        }
    }

    // MARK: Room

    @Test func aFullTableCountsFurtherTenantsTogether() {
        var table = AdmissionTable(limits: .init(accounts: 100))
        let rule = AdmissionRule(.tenant, perSecond: 1)
        for number in 0..<100 { #expect(admitted(&table, 1, rule, .tenant("\(number)"), at: 0) == 1) }
        #expect(admitted(&table, 1, rule, .tenant("a"), at: 1) == 1)
        #expect(admitted(&table, 1, rule, .tenant("b"), at: 1) == 0, "it shares with the one before")
        #expect(table.count <= 101)
        // Later the others count nothing any more, and give way.
        #expect(admitted(&table, 1, rule, .tenant("c"), at: 2 * Self.second) == 1)
        #expect(admitted(&table, 1, rule, .tenant("d"), at: 2 * Self.second) == 1)
        #expect(table.count <= 3)
    }

    @Test func thoseUnderWayNeverGiveWay() {
        var table = AdmissionTable(limits: .init(accounts: 2))
        let rule = AdmissionRule(.tenant, concurrent: 1)
        for name in ["a", "b"] { #expect(admitted(&table, 1, rule, .tenant(ExactString(name)), at: 0) == 1) }
        #expect(admitted(&table, 1, rule, .tenant("c"), at: 10 * Self.second) == 1)
        for name in ["a", "b", "c", "d"] {
            #expect(admitted(&table, 1, rule, .tenant(ExactString(name)), at: 20 * Self.second) == 0)
        }
    }
}
