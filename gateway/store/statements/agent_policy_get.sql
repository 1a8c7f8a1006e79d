-- agent_policy_get($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): what an agent says instead of its workspace
SELECT jsonb_build_object('policy_name', w.policy_name, 'overrides', a.policy, 'version', a.version) AS answer,
       (SELECT plan FROM tenant WHERE bucket = $1 AND tenant_id = $2) AS plan, w.policy_name, w.policy AS workspace_policy, a.policy AS agent_policy
  FROM agent a JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = a.workspace_id AND w.deleted_at IS NULL
 WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $4 AND a.deleted_at IS NULL AND ($3::uuid IS NULL OR a.workspace_id = $3)
