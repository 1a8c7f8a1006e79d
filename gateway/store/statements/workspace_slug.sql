-- workspace_slug($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now): the URL for all webhooks of an account; owner: whether there is such a workspace
SELECT w.workspace_id, w.provider, s.slug_id, jsonb_build_object('url', sealed('webhook:' || w.provider, 'slug', 'token', s.slug_id, s.token),
         'created_at', utc(s.created_at), 'previous_until', (
           SELECT utc(max(o.retire_at)) FROM slug o WHERE o.bucket = $1 AND o.tenant_id = $2 AND o.workspace_id = $4 AND o.agent_id IS NULL AND o.retire_at > $5)) AS answer
  FROM workspace w
  LEFT JOIN slug s ON s.bucket = $1 AND s.tenant_id = $2 AND s.workspace_id = w.workspace_id AND s.agent_id IS NULL AND s.retire_at IS NULL
 WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $4 AND w.deleted_at IS NULL AND ($3::uuid IS NULL OR w.workspace_id = $3)
