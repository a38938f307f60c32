SELECT t0."name" FROM "users" AS t0 WHERE (t0."id" = $1) AND COALESCE((t0."tenant_id" = $2), false) AND ($1::text IS NOT NULL) AND ((t0."id" = $1) OR (t0."role" <> $3));
SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) AND ($2::text IS NOT NULL) AND (t0."creator_id" = $2) ORDER BY t0."created_at" DESC, t0."id" LIMIT $3;
