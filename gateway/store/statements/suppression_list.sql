-- suppression_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor, $6 uuid q_workspace, $7 text q_source): newest first. A workspace's key sees its own, not the tenant's
SELECT coalesce(jsonb_agg(document(p.s) ORDER BY (p.s).suppression_id DESC), '[]') AS answer FROM (
  SELECT s FROM suppression s
   WHERE s.bucket = $1 AND s.tenant_id = $2 AND ($3 IS NULL OR s.workspace_id = $3) AND ($5 IS NULL OR s.suppression_id < $5)
     AND ($6 IS NULL OR s.workspace_id = $6) AND ($7 IS NULL OR s.source = $7)
   ORDER BY s.suppression_id DESC LIMIT $4 + 1) p
