SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) ORDER BY t0."created_at" DESC, t0."id" LIMIT $2;
