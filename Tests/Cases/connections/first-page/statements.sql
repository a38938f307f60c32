SELECT count(*) AS "v0" FROM "tickets" AS t0;
SELECT t0."priority", t0."id" FROM "tickets" AS t0 ORDER BY t0."priority" DESC, t0."id" LIMIT $1;
SELECT k0."ord", c0."id" FROM unnest($1::text[]) WITH ORDINALITY AS k0(key, ord) CROSS JOIN LATERAL (SELECT t0."id" FROM "ticket_messages" AS t0 WHERE (t0."ticket_id" = k0."key") ORDER BY t0."created_at", t0."id" LIMIT $2) AS c0 LIMIT $3;
