-- customer_delete($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 timestamptz now, $5 uuid new_id): not while numbers are assigned to it: they would dial without a limit; the ledger stays
WITH held AS (
  SELECT count(*) AS n FROM number WHERE bucket = $1 AND tenant_id = $2 AND customer_id = $3 AND deleted_at IS NULL
), done AS (
  UPDATE customer SET deleted_at = $4, version = version + 1
   WHERE bucket = $1 AND tenant_id = $2 AND customer_id = $3 AND deleted_at IS NULL AND (SELECT n FROM held) = 0 RETURNING name
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, customer_id)
  SELECT $1, $2, $5, $4, 'customer_deleted', format('customer %s deleted', name), $3 FROM done
)
SELECT NULL::jsonb AS answer, CASE WHEN NOT EXISTS (SELECT FROM done) THEN 'conflict' END AS problem,
       format('%s numbers are assigned to this customer: take them away first', held.n) AS detail
  FROM customer c, held WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.customer_id = $3 AND c.deleted_at IS NULL
