-- slug_create($1 smallint bucket, $2 uuid tenant, $3 uuid slug, $4 uuid owner_workspace, $5 uuid agent, $6 bytea hash, $7 bytea token, $8 timestamptz now, $9 uuid activity, $10 text kind, $11 text text): unless somebody made one at the same time
WITH s AS (
  INSERT INTO slug (bucket, tenant_id, slug_id, workspace_id, agent_id, hash, token, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT DO NOTHING RETURNING slug_id
)
INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, agent_id)
SELECT $1, $2, $9, $8, $10, $11, $4, $5 FROM s
