SELECT t0."id", t0."creator_id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) ORDER BY t0."id" LIMIT $2;
SELECT k0."ord", t0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN "users" AS t0 WHERE (t0."id" = k0."key") AND ((t0."tenant_id" = $2) IS TRUE);
SELECT k0."ord", c0."id", c0."creator_id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT t0."id", t0."creator_id" FROM "tickets" AS t0 WHERE (t0."creator_id" = k0."key") AND ((t0."tenant_id" = $2) IS TRUE) ORDER BY t0."id" DESC LIMIT $3) AS c0 LIMIT $4;
SELECT k0."ord", t0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN "users" AS t0 WHERE (t0."id" = k0."key") AND ((t0."tenant_id" = $2) IS TRUE);
