import PorticoAccess
import TestFixtures
import Testing

@testable import PorticoPlanning

@Suite struct StatementTagTests {
    /// The name is a client's text: nothing of it can end the comment, begin another one, or be
    /// anything but a name.
    @Test(
        arguments: [
            ("TicketList", "/* op=TicketList plan=0 */ "), (nil, "/* plan=0 */ "), ("", "/* plan=0 */ "),
            ("_", "/* op=_ plan=0 */ "),
            ("*/ DROP TABLE x; /*", "/* op=DROPTABLEx plan=0 */ "), ("/*", "/* plan=0 */ "),
            ("a\nb'\"\\;--$1", "/* op=ab1 plan=0 */ "), ("ünï\u{0}\u{2028}", "/* op=n plan=0 */ "),
            (String(repeating: "x", count: 500), "/* op=\(String(repeating: "x", count: 64)) plan=0 */ "),
        ] as [(String?, String)])
    func namesCannotBreakOut(name: String?, comment: String) {
        #expect(StatementTag.comment(operation: name, plan: "0") == comment)
    }

    /// The hash is that of the SQL: the operation's name is no part of it, another query is another
    /// plan.
    @Test func theHashIsThatOfThePlan() throws {
        let one = try Fixture.plan("query A { sites { id tickets { id } } }"),
            other = try Fixture.plan("query B { sites { id tickets { id } } }")
        #expect(one.hash == other.hash)
        #expect(one.hash.utf8.count == 16)
        #expect(try one.hash != Fixture.plan("{ sites { id } }").hash)
        #expect(try one.hash != Fixture.plan("{ sites { id list: tickets { id } } }").hash)
        // Without being asked to, a plan's statements are those of its loads.
        #expect(one.statements.map(\.text) == one.loads.map(\.sql))
    }

    /// A tagged plan sends what its loads say, behind the comment; nothing of it depends on the
    /// request.
    @Test func statementsCarryTheTag() throws {
        let plain = try Fixture.plan("query Sites { sites { id tickets { id } } }"),
            tagged = try Fixture.plan("query Sites { sites { id tickets { id } } }", isTagged: true)
        #expect(tagged.hash == plain.hash)
        #expect(tagged.loads.map(\.sql) == plain.loads.map(\.sql))
        #expect(
            tagged.statements.map(\.text)
                == plain.loads.map { "/* op=Sites plan=\(plain.hash) */ " + $0.sql })
        #expect(tagged.statements.map(\.parameterTypes) == plain.loads.map(\.parameterTypes))
    }
}
