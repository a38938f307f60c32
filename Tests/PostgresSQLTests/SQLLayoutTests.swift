import PostgresSQL
import Testing

@Suite struct SQLLayoutTests {
    private static let statement = """
        SELECT k0."ord", c0."domain" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT t0."domain" FROM "sites" AS t0 \
        WHERE (t0."id" = k0."key") AND COALESCE((t0."tenant_id" = $2), false) AND (CASE WHEN (t0."a" IS NOT DISTINCT FROM $3) THEN EXISTS (SELECT 1 FROM "x (y" AS t1 \
        WHERE (t1."say ""AND"" so" = 'FROM a') AND true) ELSE false END) OFFSET 0) AS c0 WHERE t0."b" IS NOT DISTINCT FROM $4 ORDER BY t0."b" DESC NULLS LAST, t0."id" LIMIT $5
        """

    @Test func aClauseAndAConditionStandOnALineOfTheirOwn() {
        #expect(
            SQLLayout.lines(Self.statement).joined(separator: "\n") == """
                SELECT k0."ord", c0."domain"
                FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord)
                CROSS JOIN LATERAL (
                  SELECT t0."domain"
                  FROM "sites" AS t0
                  WHERE (t0."id" = k0."key")
                    AND COALESCE((t0."tenant_id" = $2), false)
                    AND (CASE WHEN (t0."a" IS NOT DISTINCT FROM $3) THEN EXISTS (
                      SELECT 1
                      FROM "x (y" AS t1
                      WHERE (t1."say ""AND"" so" = 'FROM a')
                        AND true
                    ) ELSE false END)
                  OFFSET 0
                ) AS c0
                WHERE t0."b" IS NOT DISTINCT FROM $4
                ORDER BY t0."b" DESC NULLS LAST, t0."id"
                LIMIT $5
                """)
    }

    @Test func nothingButWhiteSpaceChanges() {
        let text = SQLLayout.lines(Self.statement).joined(separator: " ")
        #expect(text.filter { $0 != " " } == Self.statement.filter { $0 != " " })
    }

    @Test func partsAreToldApart() {
        let marks: (String, SQLLayout.Part) -> String = { text, part in
            switch part {
            case .keyword: "K"
            case .name: "N"
            case .parameter: "P"
            case .literal: "L"
            case .other: text
            }
        }
        #expect(
            SQLLayout.lines(
                #"/* FROM */ SELECT a0."x ""y" AS b, 1 WHERE (a0."é" = 'it''s') AND ($12::int4 > 3)"#, paint: marks)
                == [
                    "/* FROM */ K a0.NN K b, L", "K (a0.N = LL)", "  K (P::int4 > L)",
                ])
    }
}
