SELECT t0."id", t0."site_id", t0."creator_id", t0."assignee_id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) ORDER BY t0."id" LIMIT $2;
SELECT k0."ord", t0."domain" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN "wordpress_sites" AS t0 WHERE (t0."id" = k0."key") AND ((t0."tenant_id" = $2) IS TRUE);
SELECT k0."ord", t0."name" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN "users" AS t0 WHERE (t0."id" = k0."key") AND ((t0."tenant_id" = $2) IS TRUE);
SELECT k0."ord", t0."name", t0."email" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN "users" AS t0 WHERE (t0."id" = k0."key") AND ((t0."tenant_id" = $2) IS TRUE);
