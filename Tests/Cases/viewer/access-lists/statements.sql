SELECT t0."id" FROM "tenants" AS t0 WHERE (t0."id" = $1) ORDER BY t0."created_at" DESC, t0."id" LIMIT $2;
SELECT k0."ord", c0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = k0."key") AND COALESCE((t0."tenant_id" = $2), false) ORDER BY t0."created_at" DESC, t0."id" LIMIT $3) AS c0 LIMIT $4;
SELECT t0."id" FROM "domains" AS t0 WHERE (t0."tenant_id" = $1) ORDER BY t0."name", t0."id" LIMIT $2;
SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."id" = $1) AND COALESCE((t0."tenant_id" = $2), false);
