SELECT count(*) AS "v0" FROM "tickets" AS t0 WHERE (t0."tenant_id" = $1);
