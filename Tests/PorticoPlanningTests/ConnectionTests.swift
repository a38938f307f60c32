import GraphQLSchema
import GraphQLValidation
import PorticoAccess
import PorticoCatalog
import TestFixtures
import Testing

@testable import PorticoPlanning

@Suite struct ConnectionTests {
    private func texts(_ query: String, rules: CompiledPolicy = Fixture.rules(.tenant)) throws -> [String] {
        try Fixture.plan(query, rules: rules).loads.map(\.sql)
    }

    // MARK: What is loaded

    /// One load for the rows, however they are selected; further ones only for what is asked beside
    /// them.
    @Test(arguments: [
        ("{ ticketsConnection { __typename } }", []),
        ("{ ticketsConnection { nodes { id } } }", ["ticketsConnection"]),
        (
            "{ ticketsConnection { a: nodes { id } nodes { subject } edges { cursor node { id } } b: edges { node { status } } pageInfo { hasNextPage endCursor } } }",
            ["ticketsConnection"]
        ),
        ("{ ticketsConnection { pageInfo { hasPreviousPage } } }", []),
        (
            #"{ ticketsConnection(after: "c") { pageInfo { hasPreviousPage } } }"#,
            ["ticketsConnection.pageInfo.hasPreviousPage"]
        ),
        (
            #"{ ticketsConnection(last: 1, before: "c") { pageInfo { hasPreviousPage hasNextPage } } }"#,
            ["ticketsConnection", "ticketsConnection.pageInfo.hasNextPage"]
        ),
        ("{ ticketsConnection { totalCount n: totalCount } }", ["ticketsConnection.totalCount"]),
        ("{ a: ticketsConnection { nodes { id messages { id } } } }", ["a", "a.messages"]),
    ])
    func onlyWhatIsSelectedIsLoaded(_ query: String, _ paths: [String]) throws {
        #expect(try Fixture.plan(query).loads.map(\.path) == paths)
    }

    /// One row more only where it is asked whether there is one, and only on the side that the page
    /// reads towards.
    @Test(arguments: [
        ("{ ticketsConnection { nodes { id } } }", false),
        ("{ ticketsConnection { nodes { id } pageInfo { hasNextPage } } }", true),
        ("{ ticketsConnection { nodes { id } pageInfo { hasPreviousPage } } }", false),
        ("{ ticketsConnection(last: 3) { pageInfo { hasPreviousPage } } }", true),
        ("{ ticketsConnection(last: 3) { nodes { id } pageInfo { hasNextPage } } }", false),
    ])
    func looksBeyondOnlyWhenAsked(_ query: String, _ looksBeyond: Bool) throws {
        #expect(try Fixture.plan(query).pages.map(\.looksBeyond) == [looksBeyond])
    }

    /// The order's columns are read where a cursor is made of them, and not otherwise.
    @Test func cursorsNeedTheOrder() throws {
        #expect(try texts("{ ticketsConnection { nodes { id } } }")[0].hasPrefix(#"SELECT t0."id" FROM"#))
        #expect(
            try texts("{ ticketsConnection { nodes { id } pageInfo { endCursor } } }")[0].hasPrefix(
                #"SELECT t0."id", t0."created_at" FROM"#))
    }

    // MARK: Conditions

    @Test(arguments: [
        (#"orderBy: [{id: ASC}], after: "c""#, #"(t0."id" > $2)"#, #"ORDER BY t0."id" LIMIT $3"#),
        (
            #"orderBy: [{subject: DESC}], after: "c""#,
            #"(t0."subject" <= $2) AND ((t0."subject" < $2) OR ((t0."subject" = $2) AND (t0."id" > $3)))"#,
            #"ORDER BY t0."subject" DESC, t0."id" LIMIT $4"#
        ),
        (
            #"orderBy: [{subject: DESC}], last: 5, before: "c""#,
            #"(t0."subject" >= $2) AND ((t0."subject" > $2) OR ((t0."subject" = $2) AND (t0."id" < $3)))"#,
            #"ORDER BY t0."subject", t0."id" DESC LIMIT $4"#
        ),
        // Of a column that may be null, no single comparison bounds the rows; the form is the same
        // whether the cursor holds null or not.
        (
            #"orderBy: [{resolvedAt: ASC}], after: "c""#,
            #"""
            (((t0."resolved_at" > $2) OR (($2 IS NOT NULL) AND (t0."resolved_at" IS NULL))) OR ((t0."resolved_at" IS NOT DISTINCT FROM $2) AND (t0."id" > $3)))
            """#, #"ORDER BY t0."resolved_at", t0."id" LIMIT $4"#
        ),
        (
            #"orderBy: [{resolvedAt: DESC}], after: "c""#,
            #"""
            (((t0."resolved_at" < $2) OR (($2 IS NULL) AND (t0."resolved_at" IS NOT NULL))) OR ((t0."resolved_at" IS NOT DISTINCT FROM $2) AND (t0."id" > $3)))
            """#, #"ORDER BY t0."resolved_at" DESC, t0."id" LIMIT $4"#
        ),
        (
            #"orderBy: [{priority: ASC}, {resolvedAt: DESC_NULLS_LAST}], last: 1, before: "c""#,
            #"""
            (CASE WHEN (t0."tenant_id" = $1) THEN ((t0."priority" <= $2) AND \#
            ((t0."priority" < $2) OR ((t0."priority" = $2) AND (((t0."resolved_at" > $3) OR (($3 IS NULL) AND (t0."resolved_at" IS NOT NULL))) \#
            OR ((t0."resolved_at" IS NOT DISTINCT FROM $3) AND (t0."id" < $4)))))) ELSE false END)
            """#, #"ORDER BY t0."priority" DESC, t0."resolved_at" NULLS FIRST, t0."id" DESC LIMIT $5"#
        ),
    ])
    func keysets(_ arguments: String, _ condition: String, _ order: String) throws {
        let text = try texts("{ ticketsConnection(\(arguments)) { nodes { id } } }")[0]
        #expect(text == #"SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) AND \#(condition) \#(order)"#)
    }

    /// The probe of the other side takes the row of the cursor along, and begins there.
    @Test func otherSide() throws {
        let text = try texts(#"{ ticketsConnection(after: "c") { pageInfo { hasPreviousPage } } }"#)[0]
        #expect(
            text == #"""
                SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) AND (t0."created_at" >= $2) \#
                AND ((t0."created_at" > $2) OR ((t0."created_at" = $2) AND (t0."id" <= $3))) ORDER BY t0."created_at", t0."id" DESC LIMIT $4
                """#)
    }

    @Test func batches() throws {
        let text = try texts(
            #"{ sites { ticketsConnection(first: 2, after: "c", orderBy: [{id: ASC}]) { nodes { id } } } }"#)[1]
        #expect(
            text == #"""
                SELECT k0."ord", c0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \#
                (SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."site_id" = k0."key") AND COALESCE((t0."tenant_id" = $2), false) AND (t0."id" > $3) ORDER BY t0."id" LIMIT $4) AS c0 LIMIT $5
                """#)
    }

    /// The plan is the same for every cursor: cursors are parameters.
    @Test func onePlanForAllCursors() throws {
        let operation = try Fixture.operation(
            "query($c: String, $n: Int) { ticketsConnection(after: $c, first: $n) { nodes { id } } }")
        let shapes = VariableShapes(operation, byValue: false)
        func key(_ values: [InputValue?]) -> [UInt8] { shapes.key(VariableValues(values)) }
        #expect(key([.string("a"), .int(1)]) == key([.string("b"), .int(2)]))
        #expect(key([.string("a"), .int(1)]) != key([.null, .int(1)]))
    }

    /// Row rules stand in every load of a connection: the page, the other side and the count.
    @Test func rulesStandInEveryLoad() throws {
        let rules = Fixture.rules(
            .tenant,
            rows: [
                "TicketMessage": .compare(Fixture.field("TicketMessage", "internal"), .eq, .literal(.boolean(false)))
            ])
        let query =
            #"{ ticketMessagesConnection(after: "c") { totalCount nodes { id } pageInfo { hasPreviousPage } } tickets { messagesConnection(after: "c") { totalCount nodes { id } pageInfo { hasPreviousPage } } } }"#
        let texts = try texts(query, rules: rules).filter { $0.contains("ticket_messages") }
        #expect(texts.count == 6)
        for text in texts {
            #expect(text.contains(#"(t0."internal" = false)"#) && text.contains(#""tenant_id" = $"#), "\(text)")
        }
    }

    /// Connections that load nothing still have their cursors checked.
    @Test func connectionsAreLimited() throws {
        let query = (0...200).map { "c\($0): messagesConnection(after: \"c\") { __typename }" }.joined(separator: " ")
        let error = #expect(throws: ClientError.self) { try Fixture.plan("{ tickets { \(query) } }") }
        #expect(error?.limit == .loads)
    }

    // MARK: Arguments

    @Test(arguments: ["first: 1, last: 1", "first: 501", "last: 501", "first: -1", "last: -1"])
    func boundsAreKept(_ arguments: String) throws {
        let error = #expect(throws: ClientError.self) {
            try Fixture.plan("{ ticketsConnection(\(arguments)) { nodes { id } } }")
        }
        #expect(error?.code == .badInput && error?.limit == (arguments.contains("501") ? .first : nil))
    }

    @Test func nullIsTheSameAsLeavingOut() throws {
        let plain = try Fixture.plan("{ ticketsConnection(last: 2) { nodes { id } } }")
        let nulls = try Fixture.plan(
            "{ ticketsConnection(first: null, last: 2, after: null, before: null, where: null, orderBy: null) { nodes { id } } }"
        )
        #expect(plain.loads.map(\.sql) == nulls.loads.map(\.sql))
        #expect(nulls.pages[0].isBackward && nulls.pages[0].after == nil)
    }

    @Test func withoutASizeThePageHasTheDefault() throws {
        let page = try Fixture.plan(
            "{ ticketsConnection { nodes { id } } }", rules: Fixture.rules(.tenant, limits: [.defaultFirst: 7])
        ).pages[0]
        #expect(page.size == RowBound(source: .fixed(7), maximum: 500) && !page.isBackward)
    }

    // MARK: Use

    /// What a cursor is bound to is the same however the query is spelled, and differs wherever
    /// rows or their places could.
    @Test func uses() throws {
        func use(_ query: String) throws -> [UInt8] {
            try Fixture.plan("{ \(query) { nodes { id } } }").pages[0].use.structure
        }
        let use0 = try use("ticketsConnection")
        #expect(
            try use("alias: ticketsConnection(first: 3, where: {}, orderBy: [{createdAt: DESC_NULLS_FIRST}])") == use0)
        #expect(
            try use("ticketsConnection(where: {and: [{status: {eq: OPEN}}, {priority: {eq: LOW}}]})")
                != use("ticketsConnection(where: {or: [{status: {eq: OPEN}}, {priority: {eq: LOW}}]})"))
        #expect(
            try use("ticketsConnection(where: {not: {status: {eq: OPEN}}})")
                != use("ticketsConnection(where: {status: {eq: OPEN}})"))
        #expect(try use("ticketsConnection(orderBy: [{createdAt: ASC}])") != use0)
        #expect(try use("sitesConnection(orderBy: [{createdAt: DESC}])") != use0)
    }
}
