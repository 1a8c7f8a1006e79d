-- agent_slug($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now): the URL for one agent's webhooks; without a slug it has none yet
SELECT a.workspace_id, w.provider, s.slug_id, jsonb_build_object('url', sealed('webhook:' || w.provider, 'slug', 'token', s.slug_id, s.token),
         'created_at', utc(s.created_at), 'verification_status', a.verification_status, 'previous_until', (
           SELECT utc(max(o.retire_at)) FROM slug o WHERE o.bucket = $1 AND o.tenant_id = $2 AND o.agent_id = $4 AND o.retire_at > $5)) AS answer
  FROM agent a
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = a.workspace_id AND w.deleted_at IS NULL
  LEFT JOIN slug s ON s.bucket = $1 AND s.tenant_id = $2 AND s.workspace_id = a.workspace_id AND s.agent_id = a.agent_id AND s.retire_at IS NULL
 WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $4 AND a.deleted_at IS NULL AND ($3::uuid IS NULL OR a.workspace_id = $3)
