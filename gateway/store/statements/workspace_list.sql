-- workspace_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor): oldest first
SELECT coalesce(jsonb_agg(document(x.w) ORDER BY x.workspace_id), '[]') AS answer FROM (
  SELECT w, w.workspace_id FROM workspace w
   WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.deleted_at IS NULL AND ($3::uuid IS NULL OR w.workspace_id = $3)
     AND ($5::uuid IS NULL OR w.workspace_id > $5)
   ORDER BY w.workspace_id LIMIT $4 + 1) x
