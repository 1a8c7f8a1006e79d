-- slug_find($1 smallint bucket, $2 bytea hash): whose webhook this is, and with what it is verified. gone: its agent or workspace was deleted
SELECT s.tenant_id, s.workspace_id, s.agent_id, s.retire_at, w.provider, w.settings AS workspace_settings, w.secrets AS workspace_secrets,
       (w.deleted_at IS NOT NULL OR a.deleted_at IS NOT NULL) IS TRUE AS gone, a.settings AS agent_settings, a.secrets AS agent_secrets, t.keys, t.plan, w.policy_name, w.policy AS workspace_policy, a.policy AS agent_policy
  FROM slug s
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = s.tenant_id AND t.deleted_at IS NULL AND t.keys IS NOT NULL
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = s.tenant_id AND w.workspace_id = s.workspace_id
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = s.tenant_id AND a.agent_id = s.agent_id
 WHERE s.bucket = $1 AND s.hash = $2
