import GraphQLSchema
import PorticoAccess
import PorticoCatalog
import PorticoPlanning
import TestFixtures
import Testing

@Suite struct AggregateTests {
    @Test func rootCountsAreFoundByTheTenant() throws {
        let plan = try Fixture.plan(#"{ ticketsAggregate(where: {subject: {eq: "x"}}) { count } }"#)
        #expect(plan.loads.map(\.statement.text) == [
            #"SELECT count(*) AS "v0" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) AND (t0."subject" = $2)"#
        ])
        #expect(plan.loads[0].content == .totals)
        #expect(plan.loads[0].link == .root)
    }

    @Test func countsOfOneKnownRowStartAtOnce() throws {
        let plan = try Fixture.plan("query($id: ID!) { tenant(id: $id) { sitesAggregate { count } } }", variables: #"{"id": "t1"}"#)
        #expect(plan.loads.map(\.statement.text).last == #"SELECT count(*) AS "v0" FROM "wordpress_sites" AS t0 WHERE (t0."tenant_id" = $1) AND ((t0."tenant_id" = $2) IS TRUE)"#)
        #expect(plan.first == [0, 1])
    }

    /// A row for every key, whatever the conditions leave: all of them stand inside.
    @Test func countsOfManyRowsAreOneStatement() throws {
        let plan = try Fixture.plan("{ tickets { messagesAggregate(where: {internal: {eq: true}}) { count again: count __typename } } }")
        #expect(plan.loads.map(\.statement.text).last == #"""
            SELECT k0."ord", c0."v0" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \#
            (SELECT count(*) AS "v0" FROM "ticket_messages" AS t0 WHERE (t0."ticket_id" = k0."key") \#
            AND EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = k0."key") AND (p0."tenant_id" = $2)) AND (t0."internal" = true)) AS c0
            """#)
        #expect(plan.dependents == [[1], []])
    }

    @Test func rowRulesAndIsolationHold() throws {
        let rules = Fixture.rules(.tenant, rows: ["Ticket": .compare(Fixture.field("Ticket", "creatorId"), .eq, .viewer(.id))], required: [.id])
        let text = try Fixture.plan("{ ticketsAggregate { count } }", rules: rules, scope: .several).loads[0].statement.text
        #expect(text == #"""
            SELECT count(*) AS "v0" FROM "tickets" AS t0 WHERE (t0."tenant_id" = ANY ($1)) AND ($2::text IS NOT NULL) AND (t0."creator_id" = $2)
            """#)
    }

    @Test func withoutValuesThereIsNoLoad() throws {
        #expect(try Fixture.plan("{ ticketsAggregate { __typename } }").loads.isEmpty)
    }

    @Test func badFiltersAreRefusedWithTheirPath() throws {
        let error = #expect(throws: PlanningError.self) { try Fixture.plan(#"{ site(id: "s") { ticketsAggregate(where: {id: {}}) { count } } }"#) }
        #expect(error?.kind == .badInput)
        #expect(error?.path == "site.ticketsAggregate")
    }
}
