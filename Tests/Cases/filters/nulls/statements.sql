SELECT t0."id", t0."parent_id" FROM "tenants" AS t0 ORDER BY t0."created_at" DESC, t0."id" LIMIT $1;
SELECT t0."id" FROM "tenants" AS t0 WHERE EXISTS (SELECT 1 FROM "tenants" AS t1 WHERE (t1."id" = t0."parent_id") AND (NOT (t1."name" = $1))) ORDER BY t0."created_at" DESC, t0."id" LIMIT $2;
SELECT t0."id" FROM "tenants" AS t0 WHERE (NOT (t0."parent_id" = $1)) ORDER BY t0."created_at" DESC, t0."id" LIMIT $2;
SELECT t0."id" FROM "tenants" AS t0 WHERE (NOT EXISTS (SELECT 1 FROM "tenants" AS t1 WHERE (t1."id" = t0."parent_id"))) ORDER BY t0."created_at" DESC, t0."id" LIMIT $1;
SELECT t0."id" FROM "tenants" AS t0 WHERE (t0."parent_id" IS NULL) ORDER BY t0."created_at" DESC, t0."id" LIMIT $1;
SELECT t0."id" FROM "tenants" AS t0 WHERE (t0."parent_id" = $1) ORDER BY t0."created_at" DESC, t0."id" LIMIT $2;
SELECT t0."id" FROM "tenants" AS t0 WHERE (t0."parent_id" IS DISTINCT FROM $1) ORDER BY t0."created_at" DESC, t0."id" LIMIT $2;
SELECT t0."id" FROM "tenants" AS t0 WHERE ((t0."parent_id" IS DISTINCT FROM $1) AND EXISTS (SELECT 1 FROM "tenants" AS t1 WHERE (t1."id" = t0."parent_id") AND (NOT (NOT EXISTS (SELECT 1 FROM "tenants" AS t2 WHERE (t2."parent_id" = t1."id") OFFSET 0))))) ORDER BY t0."created_at" DESC, t0."id" LIMIT $2;
