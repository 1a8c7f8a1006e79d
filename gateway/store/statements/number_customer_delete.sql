-- number_customer_delete($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now, $6 uuid new_id): nobody's number any more: its calls take no credits
WITH old AS MATERIALIZED (
  SELECT customer_id, workspace_id FROM number WHERE bucket = $1 AND tenant_id = $2 AND number_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) FOR UPDATE
), done AS (
  UPDATE number n SET customer_id = NULL, version = n.version + 1 FROM old
   WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $4 AND old.customer_id IS NOT NULL
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, customer_id)
  SELECT $1, $2, $6, $5, 'number_unassigned', 'number taken from its customer', workspace_id, $4, customer_id FROM old WHERE customer_id IS NOT NULL
)
SELECT NULL::jsonb AS answer FROM old
