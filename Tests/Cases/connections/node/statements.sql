SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."id" = $1) AND COALESCE((t0."tenant_id" = $2), false);
SELECT t0."id" FROM "ticket_messages" AS t0 WHERE (t0."ticket_id" = $1) AND EXISTS (SELECT 1 FROM "tickets" AS p0 WHERE (p0."id" = t0."ticket_id") AND (p0."tenant_id" = $2)) ORDER BY t0."created_at", t0."id" LIMIT $3;
