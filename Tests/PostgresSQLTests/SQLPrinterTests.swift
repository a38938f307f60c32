import PostgresSQL
import Testing

@Suite struct SQLPrinterTests {
    private let t0 = Alias("t", 0)

    @Test func listOfRows() {
        let select = Select(
            columns: [OutputColumn(.column(t0, "id")), OutputColumn(.column(t0, "name"), as: "n")],
            from: [.table(TableSource(schema: "app", name: "sites", alias: t0, purpose: .rows(type: "Site")))],
            conditions: [
                .binary(.column(t0, "tenant_id"), .equal, .parameter(1)),
                .isTrue(.equalsAny(.column(t0, "x"), .parameter(2))),
            ],
            order: [
                OrderTerm(.column(t0, "created_at"), descending: true, nullsFirst: false), OrderTerm(.column(t0, "id")),
            ],
            limit: .parameter(3), offset: .parameter(4))
        #expect(
            SQLPrinter.print(select) == """
                SELECT t0."id", t0."name" AS "n" FROM "app"."sites" AS t0 WHERE (t0."tenant_id" = $1) AND COALESCE((t0."x" = ANY ($2)), false) \
                ORDER BY t0."created_at" DESC NULLS LAST, t0."id" LIMIT $3 OFFSET $4
                """)
    }

    @Test func listForEachKey() {
        let inner = Select(
            columns: [OutputColumn(.column(t0, "id"))],
            from: [.table(TableSource(schema: nil, name: "tickets", alias: t0, purpose: .rows(type: "Ticket")))],
            conditions: [.binary(.column(t0, "site_id"), .equal, .column(Alias("k", 0), "key"))], limit: .parameter(2))
        let select = Select(
            columns: [OutputColumn(.column(Alias("k", 0), "ord")), OutputColumn(.column(Alias("c", 0), "id"))],
            from: [.keys(parameter: 1, type: "text", Alias("k", 0)), .lateral(inner, Alias("c", 0))])
        #expect(
            SQLPrinter.print(select) == """
                SELECT k0."ord", c0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \
                (SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."site_id" = k0."key") LIMIT $2) AS c0
                """)
    }

    @Test func groupsStandBeforeTheOrder() {
        let status = Expression.column(t0, "status")
        let select = Select(
            columns: [OutputColumn(status, as: "v0"), OutputColumn(.aggregate(.max, .column(t0, "size")), as: "v1")],
            from: [.table(TableSource(schema: nil, name: "sites", alias: t0, purpose: .rows(type: "Site")))],
            conditions: [.boolean(true)], groups: [status, .column(t0, "tier")], order: [OrderTerm(status)],
            limit: .parameter(1))
        #expect(
            SQLPrinter.print(select) == """
                SELECT t0."status" AS "v0", max(t0."size") AS "v1" FROM "sites" AS t0 WHERE true GROUP BY t0."status", t0."tier" ORDER BY t0."status" LIMIT $1
                """)
    }

    /// No constant ends its own quotes.
    @Test(arguments: Literal.allCases) func literals(_ literal: Literal) {
        #expect(!literal.rawValue.contains { $0 == "'" || $0 == "\\" })
    }

    @Test(arguments: [
        (Expression.and([]), "true"),
        (.or([]), "false"),
        (.or([.boolean(true)]), "true"),
        (.and([.boolean(true), .not(.boolean(false))]), "(true AND (NOT false))"),
        (.binary(.parameter(1), .isNotDistinctFrom, .parameter(2)), "($1 IS NOT DISTINCT FROM $2)"),
        (.differsFromAll(.parameter(1), .parameter(2)), "($1 <> ALL ($2))"),
        (.isNotTrue(.isNull(.cast(.parameter(1), "text"))), "(($1::text IS NULL) IS NOT TRUE)"),
        (
            .binary(.call(.strpos, [.call(.lower, [.parameter(1)]), .parameter(2)]), .greater, .integer(0)),
            "(strpos(lower($1), $2) > 0)"
        ),
        (.binary(.parameter(1), .hasKey, .parameter(2)), "($1 ? $2)"),
        (.aggregate(.count, nil), "count(*)"),
        (.aggregate(.count, .parameter(1)), "count($1)"),
        (.call(.dateTrunc, [.literal(.week), .parameter(1), .literal(.utc)]), "date_trunc('week', $1, 'UTC')"),
        (.cast(.literal(.negativeInfinity), "timestamptz"), "'-infinity'::timestamptz"),
        (
            .call(
                .trimScale,
                [.aggregate(.avg, .choice(.isNull(.parameter(1)), then: .integer(1), otherwise: .parameter(2)))]),
            "trim_scale(avg((CASE WHEN ($1 IS NULL) THEN 1 ELSE $2 END)))"
        ),
    ])
    func expressions(_ expression: Expression, _ expected: String) {
        #expect(SQLPrinter.print(expression) == expected)
    }

    /// No name, whatever it holds, ends its own quotes.
    @Test(arguments: [
        ("id", "\"id\""), ("a\"b", "\"a\"\"b\""), ("\"; DROP TABLE x; --", "\"\"\"; DROP TABLE x; --\""),
        ("a\0b", "\"ab\""), ("è", "\"è\""),
    ])
    func identifiers(_ name: String, _ quoted: String) {
        #expect(quoteIdentifier(name) == quoted)
    }
}
