-- workspace_policy_get($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): the named policy and what the workspace says instead
SELECT jsonb_build_object('policy_name', policy_name, 'overrides', policy, 'version', version) AS answer,
       (SELECT plan FROM tenant WHERE bucket = $1 AND tenant_id = $2) AS plan, policy_name, policy AS workspace_policy, NULL::jsonb AS agent_policy
  FROM workspace WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3)
