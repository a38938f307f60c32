SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."priority" <= $1) AND ((t0."priority" < $1) OR ((t0."priority" = $1) AND (t0."id" > $2))) ORDER BY t0."priority" DESC, t0."id" LIMIT $3;
SELECT t0."id" FROM "tickets" AS t0 WHERE (t0."priority" >= $1) AND ((t0."priority" > $1) OR ((t0."priority" = $1) AND (t0."id" <= $2))) ORDER BY t0."priority", t0."id" DESC LIMIT $3;
