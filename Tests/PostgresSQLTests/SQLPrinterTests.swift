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
                .opaque(.equalsAny(.column(t0, "x"), .parameter(2))),
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
            from: [.keys([BatchKey(parameter: 1, type: "text")], Alias("k", 0)), .lateral(inner, Alias("c", 0))])
        #expect(
            SQLPrinter.print(select) == """
                SELECT k0."ord", c0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL \
                (SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."site_id" = k0."key") LIMIT $2) AS c0
                """)
    }

    @Test func keysOfSeveralColumns() {
        let k0 = Alias("k", 0)
        let inner = Select(
            columns: [OutputColumn(.integer(1))], from: [],
            conditions: [
                .isIn(
                    [.column(k0, "key"), .column(k0, "key2")], Select(columns: [OutputColumn(.integer(2))], from: []))
            ])
        let select = Select(
            columns: [OutputColumn(.column(k0, "ord"))],
            from: [
                .keys([BatchKey(parameter: 1, type: "text"), BatchKey(parameter: 2, type: "int4")], k0),
                .lateral(inner, Alias("c", 0)),
            ])
        #expect(
            SQLPrinter.print(select) == """
                SELECT k0."ord" FROM unnest($1::text[], $2::int4[]) WITH ORDINALITY AS k0(key, key2, ord) CROSS JOIN LATERAL \
                (SELECT 1 WHERE ((k0."key", k0."key2") IN (SELECT 2))) AS c0
                """)
    }

    @Test func statementsThatWrite() {
        let target = TableSource(schema: "app", name: "sites", alias: t0, purpose: .written(type: "Site"))
        let test = Expression.binary(.column(t0, "id"), .equal, .parameter(1))
        let insert = Insert(
            into: target, columns: ["id", "name"],
            source: Select(
                columns: [OutputColumn(.parameter(1)), OutputColumn(.parameter(2))], from: [],
                conditions: [.boolean(true)]),
            returning: [OutputColumn(.column(t0, "id"), as: "key")])
        #expect(
            SQLPrinter.print(.insert(insert)) == """
                INSERT INTO "app"."sites" AS t0 ("id", "name") SELECT $1, $2 WHERE true RETURNING t0."id" AS "key"
                """)
        let update = Update(
            target, set: [Assignment("name", .parameter(2)), Assignment("size", .integer(3))],
            from: [.keys([BatchKey(parameter: 3, type: "text")], Alias("k", 0))], conditions: [test],
            stated: StatedConditions(behind: [.boolean(true)], known: [test]), returning: [OutputColumn(.integer(1))])
        #expect(
            SQLPrinter.print(.update(update)) == """
                UPDATE "app"."sites" AS t0 SET "name" = $2, "size" = 3 FROM unnest($3::text[]) WITH ORDINALITY AS k0(key, ord) \
                WHERE (t0."id" = $1) AND (CASE WHEN (t0."id" = $1) THEN true ELSE false END) RETURNING 1
                """)
        #expect(
            SQLPrinter.print(.delete(Delete(from: target, conditions: [test]))) == """
                DELETE FROM "app"."sites" AS t0 WHERE (t0."id" = $1)
                """)
    }

    /// What is replaced is replaced wherever it stands.
    @Test func partsAreReplacedEverywhere() {
        let target = TableSource(schema: nil, name: "a", alias: t0, purpose: .written(type: "A"))
        let nested = Expression.exists(Select(columns: [OutputColumn(.parameter(1))], from: []))
        let trees: [SQLTree] = [
            .insert(
                Insert(
                    into: target, columns: ["x"],
                    source: Select(columns: [OutputColumn(nested)], from: [], conditions: [nested]),
                    returning: [OutputColumn(nested)])),
            .update(
                Update(
                    target, set: [Assignment("x", nested)],
                    from: [.lateral(Select(columns: [OutputColumn(nested)], from: []), Alias("c", 0))],
                    conditions: [nested], stated: StatedConditions(outside: [nested]),
                    returning: [OutputColumn(nested)])),
            .delete(Delete(from: target, conditions: [nested], returning: [OutputColumn(nested)])),
        ]
        for tree in trees {
            #expect(SQLPrinter.print(tree).contains("$1"))
            let replaced = tree.replacing { $0 == .parameter(1) ? .parameter(7) : nil }
            #expect(!SQLPrinter.print(replaced).contains("$1"), "\(SQLPrinter.print(replaced))")
        }
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

    /// No name ends its own quotes, whatever it contains.
    @Test(arguments: [
        ("id", "\"id\""), ("a\"b", "\"a\"\"b\""), ("\"; DROP TABLE x; --", "\"\"\"; DROP TABLE x; --\""),
        ("a\0b", "\"ab\""), ("è", "\"è\""),
    ])
    func identifiers(_ name: String, _ quoted: String) {
        #expect(quoteIdentifier(name) == quoted)
    }
}
