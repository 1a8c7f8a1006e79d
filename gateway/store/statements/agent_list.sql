-- agent_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor, $6 uuid q_workspace, $7 boolean q_enabled): in the order in which they were first seen
SELECT coalesce(jsonb_agg(document(x.a) ORDER BY x.agent_id), '[]') AS answer FROM (
  SELECT a, a.agent_id FROM agent a JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = a.workspace_id AND w.deleted_at IS NULL
   WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.deleted_at IS NULL AND ($3::uuid IS NULL OR a.workspace_id = $3)
     AND ($5::uuid IS NULL OR a.agent_id > $5) AND ($6::uuid IS NULL OR a.workspace_id = $6) AND ($7::boolean IS NULL OR a.enabled = $7)
   ORDER BY a.agent_id LIMIT $4 + 1) x
