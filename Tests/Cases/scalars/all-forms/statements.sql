SELECT t0."id", t0."amount", t0."currency", t0."status" FROM "payments" AS t0 WHERE (t0."tenant_id" = $1) ORDER BY t0."id" LIMIT $2;
SELECT t0."id", t0."plugins", t0."ssl_status" FROM "wordpress_sites" AS t0 WHERE (t0."tenant_id" = $1) ORDER BY t0."id" LIMIT $2;
SELECT t0."id", t0."data", t0."kind" FROM "notifications" AS t0 WHERE EXISTS (SELECT 1 FROM "users" AS p0 WHERE (p0."id" = t0."user_id") AND (p0."tenant_id" = $1)) AND ($2::text IS NOT NULL) AND (t0."user_id" = $2) ORDER BY t0."created_at" DESC, t0."id" LIMIT $3;
SELECT t0."amount" FROM "subscriptions" AS t0 WHERE (t0."tenant_id" = $1) ORDER BY t0."created_at" DESC, t0."id" LIMIT $2;
