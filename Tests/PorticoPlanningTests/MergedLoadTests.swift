import PorticoAccess
import PorticoCatalog
import PostgresSQL
import TestFixtures
import Testing

@testable import PorticoPlanning

/// The statement that runs a load for several requests: the load's own, with the values of each
/// request in the place of its parameters.
@Suite struct MergedLoadTests {
    private static func merge(
        _ query: String, load: Int = 0, variables: String = "{}", rules: CompiledPolicy = Fixture.rules(.tenant),
        scope: TenantScope = .one
    ) throws -> StatementMerge? {
        try Fixture.plan(query, variables: variables, rules: rules, scope: scope).statements[load].merge
    }

    @Test func aGetterBecomesAListOfGetters() throws {
        let merge = try #require(
            try Self.merge("query($id: ID!) { site(id: $id) { name } }", variables: #"{"id": "x"}"#))
        #expect(
            merge.statement.text == """
                SELECT k0."ord", c0."name" FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k0("p1", "p2", ord) CROSS JOIN LATERAL \
                (SELECT t0."name" FROM "wordpress_sites" AS t0 WHERE (t0."id" = k0."p1") AND COALESCE((t0."tenant_id" = k0."p2"), false)) AS c0
                """)
        #expect(merge.roles == [.each(0), .each(1)])
        #expect(!merge.hasOwnOrdinal)
    }

    @Test func aBatchKeepsItsKeysAndItsBound() throws {
        let merge = try #require(
            try Self.merge("query($n: Int) { sites { tickets(first: $n) { id } } }", load: 1, variables: #"{"n": 2}"#))
        #expect(
            merge.statement.text.contains(
                #"FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k0("key", "p2", "p3", ord)"#))
        #expect(merge.statement.text.contains(#"LIMIT k0."p3"::bigint"#))
        #expect(merge.statement.text.hasSuffix("LIMIT $4"))
        #expect(merge.roles == [.keys(0), .each(1), .each(2), .rows(3)])
    }

    /// Several tenants travel as an array's text, which is read for each request.
    @Test func everyScopeTravels() throws {
        let several = try #require(try Self.merge("{ sites { id } }", scope: .several))
        #expect(several.statement.text.contains(#"= ANY (k0."p1"::text[])"#))
        let all = try #require(try Self.merge("{ sites { id } }", rules: Fixture.rules(.crossTenant), scope: .all))
        #expect(!all.statement.text.contains("tenant_id"))
    }

    @Test func typesAreSaid() throws {
        let filter = #"{status: {in: [OPEN]}, createdAt: {gt: $d}, priority: {eq: $p}, resolvedAt: {isNull: true}}"#
        let merge = try #require(
            try Self.merge(
                "query($d: DateTime, $p: TicketPriority) { sites { tickets(where: \(filter)) { id } } }", load: 1,
                variables: #"{"d": "2025-01-01T00:00:00Z", "p": "HIGH"}"#))
        #expect(merge.statement.text.contains(#"::timestamptz"#))
        #expect(merge.statement.text.contains(#"::"ticket_priority""#))
        #expect(
            merge.roles.contains { if case .shared = $0 { true } else { false } },
            "a constant of the document is the same for all")
    }

    /// No request waits for another's scan of a table, or for the count of all its rows.
    @Test func whatIsNotBoundedRunsAlone() throws {
        #expect(
            try Self.merge(
                #"query($t: String) { tickets(where: {subject: {contains: $t}}) { id } }"#, variables: #"{"t": "x"}"#)
                == nil)
        #expect(try Self.merge("{ ticketsAggregate { count } }") == nil)
        let list = try #require(try Self.merge("query($n: Int) { tickets(first: $n) { id } }", variables: #"{"n": 2}"#))
        let parameters = list.roles.indices.map { ParameterValue.text(Array($0 == 0 ? "a".utf8 : "40".utf8)) }
        #expect(list.size(of: parameters)?.rows == 40)
    }

    /// Rows without a value of their own cannot be distinguished, and binary values are not text.
    @Test func someLoadsAreNotMerged() throws {
        #expect(try Self.merge(#"{ site(id: "x") { name } }"#, rules: Fixture.rules(.crossTenant), scope: .all) == nil)
        let merge = try #require(
            try Self.merge("query($id: ID!) { site(id: $id) { name } }", variables: #"{"id": "x"}"#))
        #expect(merge.size(of: [.binary([1]), .text([])]) == nil)
        #expect(merge.size(of: [.text([])]) == nil)
        #expect(merge.size(of: [.null, .text([])])?.keys == 1)
    }

    /// A statement in which the tenant of one request could meet the keys of another is not made.
    @Test func theAuditLooksAtTheMergedStatement() throws {
        let plan = try Fixture.plan("query($id: ID!) { site(id: $id) { name } }", variables: #"{"id": "x"}"#)
        let k = Alias("k", 0), t = Alias("t", 0)
        func statement(_ tenant: Expression) -> Select {
            let inner = Select(
                columns: [OutputColumn(.column(t, "name"))],
                from: [
                    .table(TableSource(schema: nil, name: "wordpress_sites", alias: t, purpose: .rows(type: "Site")))
                ],
                conditions: [
                    .binary(.column(t, "id"), .equal, .column(k, "p1")),
                    .binary(.column(t, "tenant_id"), .equal, tenant),
                ])
            let values = FromItem.values(
                [
                    ValueColumn(parameter: 1, type: "text", name: "p1"),
                    ValueColumn(parameter: 2, type: "text", name: "p2"),
                ], k)
            return Select(columns: [OutputColumn(.column(k, "ord"))], from: [values, .lateral(inner, Alias("c", 0))])
        }
        func tree(_ tenant: Expression) -> SQLTree { .select(statement(tenant)) }
        let audit = IsolationAudit(catalog: Fixture.catalog, parameters: plan.loads[0].parameters, merged: k)
        #expect(audit.firstUnprotected(tree(.column(k, "p2"))) == nil)
        #expect(audit.firstUnprotected(tree(.column(k, "p1"))) == "Site", "the client's id is no tenant")
        #expect(
            audit.firstUnprotected(tree(.parameter(2))) == "Site", "a parameter would be the same for all requests"
        )
        #expect(audit.firstUnprotected(tree(.column(t, "tenant_id"))) == "Site")
        #expect(
            IsolationAudit(catalog: Fixture.catalog, parameters: plan.loads[0].parameters).firstUnprotected(
                tree(.column(k, "p2"))) != nil)
    }
}
