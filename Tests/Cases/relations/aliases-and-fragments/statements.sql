SELECT t0."domain", t0."plugins" FROM "wordpress_sites" AS t0 WHERE (t0."id" = $1) AND COALESCE((t0."tenant_id" = $2), false);
SELECT t0."id", t0."subject" FROM "tickets" AS t0 WHERE (t0."site_id" = $1) AND COALESCE((t0."tenant_id" = $2), false) ORDER BY t0."created_at" DESC, t0."id" LIMIT $3;
SELECT t0."domain", t0."plugins", t0."id" FROM "wordpress_sites" AS t0 WHERE (t0."id" = $1) AND COALESCE((t0."tenant_id" = $2), false);
SELECT t0."id", t0."subject" FROM "tickets" AS t0 WHERE (t0."site_id" = $1) AND COALESCE((t0."tenant_id" = $2), false) ORDER BY t0."created_at" DESC, t0."id" LIMIT $3;
SELECT t0."id" FROM "wordpress_sites" AS t0 WHERE (t0."id" = $1) AND COALESCE((t0."tenant_id" = $2), false);
