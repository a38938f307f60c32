import PorticoAccess
import PorticoCatalog
import TestFixtures
import Testing

@testable import PorticoReview

/// Directions of changed row conditions, each as the rule's author writes them.
@Suite struct ConditionLogicTests {
    static let mine = "{ creatorId: { eq: $viewer.id } }"

    struct Case: Sendable, CustomTestStringConvertible {
        var old: String
        var new: String
        var direction: AccessDirection
        var testDescription: String { "\(old) → \(new)" }
    }

    static let cases: [Case] = [
        Case(old: "{}", new: mine, direction: .loss),
        Case(old: mine, new: "{}", direction: .gain),
        Case(old: mine, new: "{ creatorId: { eq: $viewer.id }, status: { ne: CLOSED } }", direction: .loss),
        Case(old: mine, new: "{ and: [\(mine), { priority: { eq: HIGH } }] }", direction: .loss),
        Case(old: mine, new: "{ or: [\(mine), { priority: { eq: HIGH } }] }", direction: .gain),
        Case(old: mine, new: "{ assigneeId: { eq: $viewer.id } }", direction: .unclear),
        Case(old: "{ status: { in: [OPEN, CLOSED] } }", new: "{ status: { eq: OPEN } }", direction: .loss),
        Case(old: "{ status: { in: [OPEN, CLOSED] } }", new: "{ status: { in: [CLOSED, OPEN] } }", direction: []),
        Case(
            old: "{ status: { in: [OPEN, CLOSED] } }",
            new: "{ or: [{ status: { eq: OPEN } }, { status: { eq: WAITING } }] }", direction: .unclear),
        Case(old: "{ status: { ne: CLOSED } }", new: "{ status: { notIn: [CLOSED, RESOLVED] } }", direction: .loss),
        Case(old: "{ status: { ne: CLOSED } }", new: "{ status: { eq: OPEN } }", direction: .loss),
        Case(old: "{ status: { ne: CLOSED } }", new: "{ not: { status: { eq: CLOSED } } }", direction: []),
        Case(old: "{ status: { ne: CLOSED } }", new: "{ status: { eq: CLOSED } }", direction: .unclear),
        Case(old: "{ assigneeId: { isNull: false } }", new: "{ assigneeId: { eq: $viewer.id } }", direction: .loss),
        // Nothing among none is no row; everything but none is every row, also where the column is
        // null.
        Case(old: "{ assigneeId: { notIn: [] } }", new: "{ assigneeId: { isNull: false } }", direction: .loss),
        Case(old: "{ assigneeId: { in: [] } }", new: "{ assigneeId: { isNull: true } }", direction: .gain),
        // A value that the viewer lacks makes the rule false: naming one less may show rows, though
        // the condition is the same for all others.
        Case(
            old: "{ or: [{ subject: { eq: $viewer.claims.a } }, { status: { eq: OPEN } }] }",
            new: "{ status: { eq: OPEN } }", direction: .unclear),
        Case(
            old: "{ messages: { some: { internal: { eq: false } } } }",
            new: "{ messages: { some: { internal: { eq: false }, authorId: { eq: $viewer.id } } } }", direction: .loss),
        Case(
            old: "{ messages: { none: { internal: { eq: true } } } }",
            new: "{ messages: { none: { internal: { eq: true }, authorId: { eq: x } } } }", direction: .gain),
        Case(
            old: "{ messages: { every: { internal: { eq: true } } } }",
            new: "{ messages: { every: { internal: { ne: false } } } }", direction: []),
        Case(
            old: "{ not: { messages: { some: { internal: { eq: true } } } } }",
            new: "{ messages: { none: { internal: { eq: true } } } }", direction: []),
        // Nothing is true of a site that is not there, under `not` either.
        Case(
            old: "{ not: { site: { status: { eq: ACTIVE } } } }", new: "{ site: { status: { ne: ACTIVE } } }",
            direction: []),
        Case(old: "{ not: { site: {} } }", new: "{ site: {} }", direction: .unclear),
        Case(old: "{ assigneeId: { ne: a } }", new: "{ assigneeId: { distinctFrom: a } }", direction: .gain),
        Case(old: "{ not: { assigneeId: { distinctFrom: a } } }", new: "{ assigneeId: { eq: a } }", direction: []),
        Case(
            old: "{ assigneeId: { distinctFrom: a } }", new: "{ not: { assigneeId: { notDistinctFrom: a } } }",
            direction: []),
        Case(
            old: "{ site: { status: { eq: ACTIVE } } }", new: "{ site: { status: { eq: ACTIVE }, name: { eq: a } } }",
            direction: .loss),
        Case(old: "{ createdAt: { lt: $now } }", new: "{ createdAt: { lte: $now } }", direction: .gain),
        // A DateTime can be written in two ways: other words are not another value.
        Case(
            old: "{ createdAt: { ne: 2025-01-01T00:00:00Z } }", new: "{ createdAt: { eq: 2025-01-01T01:00:00+01:00 } }",
            direction: .unclear),
    ]

    @Test(arguments: cases) func aChangedConditionIsAGainUnlessTheNewOneIsProvablyNarrower(_ test: Case) throws {
        func roles(_ rows: String) -> String {
            "roles: { agent: { Ticket: { read: { fields: all, rows: \(rows) } } } }"
        }
        let difference = PolicyDifference(
            old: try ReviewRules.policy(roles(test.old)), new: try ReviewRules.policy(roles(test.new)))
        #expect(difference.direction == test.direction, "\(difference.text())")
    }

    @Test(arguments: [
        (Comparison.gt, 5, Comparison.gt, 7, false), (.gt, 7, .gt, 5, true), (.lt, 5, .lt, 7, true),
        (.lt, 7, .lt, 5, false), (.gte, 5, .gte, 5, true), (.gt, 5, .lt, 9, false),
    ])
    func wholeNumbersHaveTheirOrder(
        _ comparison: Comparison, _ value: Int64, _ wider: Comparison, _ bound: Int64, _ holds: Bool
    ) {
        func condition(_ comparison: Comparison, _ value: Int64) -> NormalCondition {
            NormalCondition(
                .compare(ColumnBinding(field: "days", column: "days", type: .int4), comparison, .literal(.int(value))))
        }
        #expect(ConditionLogic.implies(condition(comparison, value), condition(wider, bound)) == holds)
    }

    @Test func aComparisonWithoutEndProvesNothing() {
        // Each part is tried against each: cheap to write, dear to compare.
        func deep(_ depth: Int, _ name: String) -> Condition<RuleOperand> {
            if depth == 0 {
                return .compare(ColumnBinding(field: name, column: name, type: .text), .like, .literal(.string(name)))
            }
            return depth % 2 == 0
                ? .all([deep(depth - 1, name), deep(depth - 1, name + "x")])
                : .any([deep(depth - 1, name), deep(depth - 1, name + "y")])
        }
        #expect(!ConditionLogic.implies(NormalCondition(deep(12, "a")), NormalCondition(deep(12, "b"))))
    }
}
