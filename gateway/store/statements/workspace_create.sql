-- workspace_create($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 text name, $5 text provider, $6 text timezone, $7 text policy_name, $8 text variable_prefix, $9 int dials_per_minute, $10 uuid slug, $11 bytea hash, $12 bytea token, $13 uuid activity, $14 timestamptz now): with the slug of its webhook URL
WITH w AS (
  INSERT INTO workspace AS w (bucket, tenant_id, workspace_id, name, provider, timezone, policy_name, variable_prefix, dials_per_minute, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $14) RETURNING document(w) AS answer
), s AS (
  INSERT INTO slug (bucket, tenant_id, slug_id, workspace_id, hash, token, created_at) VALUES ($1, $2, $10, $3, $11, $12, $14)
), a AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  VALUES ($1, $2, $13, $14, 'workspace_created', format('workspace %s made for %s', $4, $5), $3)
)
SELECT answer FROM w
