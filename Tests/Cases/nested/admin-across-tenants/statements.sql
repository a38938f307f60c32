SELECT t0."id", t0."parent_id" FROM "tenants" AS t0 ORDER BY t0."id" LIMIT $1;
SELECT k0."ord", c0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT t0."id" FROM "tenants" AS t0 WHERE (t0."id" = k0."key") OFFSET 0) AS c0;
SELECT k0."ord", c0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT t0."id" FROM "tenants" AS t0 WHERE (t0."parent_id" = k0."key") ORDER BY t0."id" LIMIT $2) AS c0 LIMIT $3;
SELECT k0."ord", c0."amount", c0."currency" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT t0."amount", t0."currency" FROM "subscriptions" AS t0 WHERE (t0."tenant_id" = k0."key")) AS c0;
