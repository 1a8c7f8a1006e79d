-- policy_absent($1 smallint bucket, $2 text[] policies, $3 text[] packs, $4 int most): workspaces and agents whose own words name a policy or a pack that is none of these
SELECT w.tenant_id, w.workspace_id, NULL::uuid AS agent_id, t.plan, w.policy_name, w.policy AS workspace_policy, NULL::jsonb AS agent_policy
  FROM workspace w JOIN tenant t ON t.bucket = $1 AND t.tenant_id = w.tenant_id AND t.deleted_at IS NULL
 WHERE w.bucket = $1 AND w.deleted_at IS NULL
   AND (w.policy_name <> ALL ($2) OR (jsonb_typeof(w.policy->'jurisdictions') = 'array' AND NOT w.policy->'jurisdictions' <@ to_jsonb($3::text[])))
 UNION ALL
SELECT a.tenant_id, a.workspace_id, a.agent_id, t.plan, w.policy_name, w.policy, a.policy
  FROM agent a JOIN tenant t ON t.bucket = $1 AND t.tenant_id = a.tenant_id AND t.deleted_at IS NULL
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = a.tenant_id AND w.workspace_id = a.workspace_id AND w.deleted_at IS NULL
 WHERE a.bucket = $1 AND a.deleted_at IS NULL AND jsonb_typeof(a.policy->'jurisdictions') = 'array'
   AND NOT a.policy->'jurisdictions' <@ to_jsonb($3::text[])
 LIMIT $4
