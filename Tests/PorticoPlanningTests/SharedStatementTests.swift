import PorticoAccess
import PorticoCatalog
import PostgresSQL
import TestFixtures
import Testing

@testable import PorticoPlanning

/// Plans of different rules share statements where both would run the same, and nothing else.
@Suite struct SharedStatementTests {
    private static let query =
        "query($n: Int, $s: TicketStatus) { sites(first: 2) { id tickets(first: $n, where: {status: {eq: $s}}) { id messages { id } } } }"

    private static func plan(
        under rules: CompiledPolicy = Fixture.rules(.tenant), isTagged: Bool = true
    ) throws -> AuthorizedPlan {
        try Fixture.plan(query, variables: #"{"n": 2, "s": "OPEN"}"#, rules: rules, isTagged: isTagged)
    }

    /// By load, whether the statement is the other plan's very object.
    private static func shared(_ plan: AuthorizedPlan, with other: AuthorizedPlan) -> [Bool] {
        zip(plan.sharingStatements(of: other).statements, other.statements).map { $0 === $1 }
    }

    @Test func limitsAndFieldsThatNobodyAsksForMakeNoDifference() throws {
        let first = try Self.plan()
        let other = try Self.plan(
            under: Fixture.rules(
                .tenant, hiding: ["Ticket": ["description"], "Payment": ["amount"]],
                limits: [.first: 20, .defaultFirst: 5, .cost: 10_000]))
        #expect(zip(first.statements, other.statements).map { $0 === $1 } == [false, false, false])
        #expect(Self.shared(other, with: first) == [true, true, true])
        let shared = other.sharingStatements(of: first)
        #expect(
            zip(shared.loads, other.loads).map { $0 === $1 } == [true, true, true],
            "values are bound by the plan's own loads, whose bounds are its own rules'")
        #expect(shared.output === other.output)
        #expect(shared.hash == other.hash)
        #expect(shared.first == other.first)
        #expect(shared.dependents == other.dependents)
        #expect(shared.parameterCount == other.parameterCount)
    }

    @Test func aConditionMakesTheDifferenceOfItsLoadAlone() throws {
        let internalOnes = Condition<RuleOperand>.compare(
            Fixture.field("TicketMessage", "internal"), .eq, .literal(.boolean(false)))
        let other = try Self.plan(under: Fixture.rules(.tenant, rows: ["TicketMessage": internalOnes]), isTagged: false)
        #expect(Self.shared(other, with: try Self.plan(isTagged: false)) == [true, true, false])
        #expect(Self.shared(try Self.plan(isTagged: false), with: other) == [true, true, false])
    }

    /// A constant is sent once for all runs: with another value it is another statement, whose text
    /// may be the same.
    @Test func aConstantOfItsOwnIsNotShared() throws {
        func asked(_ subject: String) throws -> AuthorizedPlan {
            try Fixture.plan(#"{ sites { tickets(where: {subject: {eq: "\#(subject)"}}) { id } } }"#)
        }
        let first = try asked("a"), other = try asked("b")
        #expect(first.statements.map(\.text) == other.statements.map(\.text))
        #expect(Self.shared(other, with: first) == [true, false])
        #expect(Self.shared(try asked("a"), with: first) == [true, true])

        func ruled(_ subject: String) throws -> AuthorizedPlan {
            let condition = Condition<RuleOperand>.compare(
                Fixture.field("Ticket", "subject"), .ne, .literal(.string(subject)))
            return try Fixture.plan(
                "{ sites { tickets { id } } }", rules: Fixture.rules(.tenant, rows: ["Ticket": condition]))
        }
        let narrow = try ruled("a"), narrower = try ruled("b")
        #expect(narrow.statements.map(\.text) == narrower.statements.map(\.text))
        #expect(Self.shared(narrower, with: narrow) == [true, false])
    }

    /// The same text may stand for a variable in the one and for another in the other, or for a
    /// literal.
    @Test func aParameterOfAnotherSourceIsNotShared() throws {
        let variable = try Fixture.plan(
            "query($a: String) { tickets(where: {subject: {eq: $a}}) { id } }", variables: #"{"a": "x"}"#)
        let second = try Fixture.plan(
            "query($b: Int, $a: String) { tickets(first: $b, where: {subject: {eq: $a}}) { id } }",
            variables: #"{"a": "x", "b": 1}"#)
        let literal = try Fixture.plan(#"{ tickets(where: {subject: {eq: "x"}}) { id } }"#)
        for other in [second, literal] {
            #expect(other.statements.map(\.text) == variable.statements.map(\.text))
            #expect(Self.shared(other, with: variable) == [false])
        }
    }

    @Test func scopesAndNamesStayApart() throws {
        func plan(_ query: String, scope: TenantScope = .one, isTagged: Bool = true) throws -> AuthorizedPlan {
            try Fixture.plan(query, scope: scope, isTagged: isTagged)
        }
        let one = try plan("query A { sites { id } }")
        #expect(Self.shared(try plan("query A { sites { id } }"), with: one) == [true])
        #expect(Self.shared(try plan("query A { sites { id } }", scope: .several), with: one) == [false])
        #expect(
            Self.shared(try plan("query B { sites { id } }"), with: one) == [false],
            "the comment before it names the operation")
        #expect(Self.shared(try plan("{ sites { id } tickets { id } }"), with: one) == [false])
    }
}
