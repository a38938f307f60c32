import PorticoPlanning
import Testing

@testable import PorticoGateway

/// Which plans are asked for what they share.
@Suite struct SharedStatementsTests {
    private static func plan(_ subject: String) throws -> AuthorizedPlan {
        let database = try SpotexDatabase.shared.get()
        return try database.plan(
            #"{ sites { tickets(where: {subject: {eq: "\#(subject)"}}) { id } } }"#,
            as: SpotexDatabase.viewer("user-agency-001")
        ).0
    }

    @Test func plansWithOtherConstantsDoNotPushEachOtherOut() throws {
        var shared = SharedStatements()
        let plans = try ["a", "b", "a", "b", "a"].map { shared.sharing(try Self.plan($0)) }
        for (index, plan) in plans.enumerated().dropFirst(2) {
            #expect(zip(plan.statements, plans[index % 2].statements).map { $0 === $1 } == [true, true])
        }
        #expect(plans[0].statements[1] !== plans[1].statements[1])
    }

    /// Each plan has the first one's statements, also when that is gone.
    @Test func whatIsSharedOutlivesWhoeverMadeIt() throws {
        var shared = SharedStatements()
        var first: AuthorizedPlan? = shared.sharing(try Self.plan("a"))
        let statement = try #require(first?.statements[1]), second = shared.sharing(try Self.plan("a"))
        weak let gone = first
        first = nil
        let isGone = gone == nil
        #expect(isGone)
        #expect(second.statements[1] === statement)
        #expect(shared.sharing(try Self.plan("a")).statements[1] === statement)
    }
}
