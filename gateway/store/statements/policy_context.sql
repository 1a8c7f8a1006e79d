-- policy_context($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid workspace_asked, $5 uuid agent): whose words a policy would be made of. An agent brings its workspace; no row: what was asked for is not there
SELECT t.plan, w.timezone, w.provider, w.policy_name, w.policy AS workspace_policy, a.policy AS agent_policy
  FROM tenant t
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $5 AND a.deleted_at IS NULL
  LEFT JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = coalesce($4, a.workspace_id, $3) AND w.deleted_at IS NULL
 WHERE t.bucket = $1 AND t.tenant_id = $2 AND ($5 IS NULL OR a.agent_id IS NOT NULL) AND ($4 IS NULL OR w.workspace_id IS NOT NULL)
   AND ($3 IS NULL OR w.workspace_id = $3) AND (a.agent_id IS NULL OR a.workspace_id = w.workspace_id)
