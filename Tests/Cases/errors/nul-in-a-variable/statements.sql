SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."id" = $1) AND COALESCE((t0."tenant_id" = $2), false);
SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) AND (CASE WHEN (t0."tenant_id" = $1) THEN (strpos(t0."subject", $2) > 0) ELSE false END) ORDER BY t0."created_at" DESC, t0."id" LIMIT $3;
