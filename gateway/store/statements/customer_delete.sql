-- customer_delete($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 timestamptz now, $5 uuid new_id): its numbers are nobody's then; the ledger stays
WITH done AS (
  UPDATE customer SET deleted_at = $4, version = version + 1
   WHERE bucket = $1 AND tenant_id = $2 AND customer_id = $3 AND deleted_at IS NULL RETURNING name
), freed AS (
  UPDATE number n SET customer_id = NULL, version = n.version + 1 FROM done
   WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.customer_id = $3
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, customer_id)
  SELECT $1, $2, $5, $4, 'customer_deleted', format('customer %s deleted', name), $3 FROM done
)
SELECT NULL::jsonb AS answer FROM done
