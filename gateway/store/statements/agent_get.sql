-- agent_get($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): one agent
SELECT document(a) AS answer FROM agent a WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $4 AND a.deleted_at IS NULL AND ($3::uuid IS NULL OR a.workspace_id = $3)
