SELECT t0."id" FROM "tenants" AS t0 ORDER BY t0."id" LIMIT $1;
SELECT k0."ord", c0."v0" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT count(*) AS "v0" FROM "wordpress_sites" AS t0 WHERE (t0."tenant_id" = k0."key")) AS c0;
SELECT k0."ord", c0."id", c0."php_version" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT t0."id", t0."php_version" FROM "wordpress_sites" AS t0 WHERE (t0."tenant_id" = k0."key") ORDER BY t0."php_version" DESC NULLS LAST, t0."id" LIMIT $2) AS c0 LIMIT $3;
