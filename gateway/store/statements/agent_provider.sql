-- agent_provider($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): whose agent it is
SELECT w.provider FROM agent a
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = a.workspace_id AND w.deleted_at IS NULL
 WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $4 AND a.deleted_at IS NULL AND ($3::uuid IS NULL OR a.workspace_id = $3)
