SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1) AND ((t0."status" = ANY ($2)) OR (NOT (t0."priority" <> $3))) ORDER BY t0."id" LIMIT $4;
