import PorticoCatalog
import PostgresSQL
import TestFixtures
import Testing

@testable import PorticoPlanning

@Suite struct PlanEstimateTests {
    private static func statistics(tickets: Int) -> TableStatistics {
        TableStatistics(
            reading: 1,
            tables: [
                TableName(name: "tickets"): .init(rows: tickets, distinct: ["tenant_id": 200, "site_id": 2_000]),
                TableName(name: "ticket_messages"): .init(rows: 5 * tickets, distinct: ["ticket_id": Double(tickets)]),
                TableName(name: "wordpress_sites"): .init(rows: 2_000, distinct: ["tenant_id": 200]),
            ])
    }

    private static func rows(_ query: String, tickets: Int, scope: TenantScope = .one) throws -> Int? {
        let plan = try Fixture.plan(query, rules: Fixture.rules(scope == .all ? .crossTenant : .tenant), scope: scope)
        return PlanEstimate(plan, catalog: Fixture.catalog, statistics: statistics(tickets: tickets)).rowsPerParent(
            plan.loads.count - 1)
    }

    @Test("Figures of all tenants are powers of ten for whoever does not see all of them")
    func figuresAreRounded() throws {
        #expect(try Self.rows("{ ticketsAggregate { count } }", tickets: 60_000) == 100)
        #expect(try Self.rows("{ ticketsAggregate { count } }", tickets: 61_234) == 100)
        #expect(
            try Self.rows("{ ticketMessagesAggregate { count } }", tickets: 60_000) == 1_000,
            "of an average tenant, by the path to it")
        #expect(try Self.rows("{ ticketsAggregate { count } }", tickets: 60_000, scope: .all) == 60_000)
    }

    @Test("What a filter reads behind relations is counted, level by level")
    func filtersCount() throws {
        func read(_ filter: String, testing rows: Int, known: Bool = true) throws -> Int {
            let plan = try Fixture.plan("{ sites(where: \(filter)) { id } }")
            let estimate =
                known
                ? PlanEstimate(plan, catalog: Fixture.catalog, statistics: Self.statistics(tickets: 20_000)) : .unknown
            return estimate.rowsRead(by: plan.loads[0], testing: rows)
        }
        #expect(try read(#"{name: {eq: "x"}}"#, testing: 10) == 0)
        #expect(try read("{tickets: {some: {}}}", testing: 2) == 20)
        #expect(try read("{tickets: {some: {}}}", testing: 1_000) == 100, "no more than there are within reach")
        #expect(try read("{or: [{tickets: {some: {messages: {none: {}}}}}, {tenant: {}}]}", testing: 2) == 20 + 200 + 2)
        #expect(try read("{tickets: {some: {messages: {some: {}}}}}", testing: 2, known: false) == 20 + 200)
        #expect(try read("{tickets: {some: {}}}", testing: .max, known: false) == .max)
    }
}
