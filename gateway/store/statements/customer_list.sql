-- customer_list($1 smallint bucket, $2 uuid tenant, $3 int page_limit, $4 uuid page_cursor): customers belong to the tenant, whatever the workspace
SELECT coalesce(jsonb_agg(document(x.c) ORDER BY x.customer_id), '[]') AS answer FROM (
  SELECT c, c.customer_id FROM customer c
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.deleted_at IS NULL AND ($4::uuid IS NULL OR c.customer_id > $4)
   ORDER BY c.customer_id LIMIT $3 + 1) x
