-- number_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor, $6 uuid q_workspace, $7 uuid q_customer, $8 uuid q_agent): in the order of their import
SELECT coalesce(jsonb_agg(document(x.n) ORDER BY x.number_id), '[]') AS answer FROM (
  SELECT n, n.number_id FROM number n JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = n.workspace_id AND w.deleted_at IS NULL
   WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.deleted_at IS NULL AND ($3::uuid IS NULL OR n.workspace_id = $3)
     AND ($5::uuid IS NULL OR n.number_id > $5) AND ($6::uuid IS NULL OR n.workspace_id = $6)
     AND ($7::uuid IS NULL OR n.customer_id = $7) AND ($8::uuid IS NULL OR n.agent_id = $8)
   ORDER BY n.number_id LIMIT $4 + 1) x
