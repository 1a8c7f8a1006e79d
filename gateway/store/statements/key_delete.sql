-- key_delete($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now, $6 uuid new_id): an API key opens nothing from now on
WITH k AS (
  UPDATE api_key SET revoked_at = $5
   WHERE bucket = $1 AND tenant_id = $2 AND key_id = $4 AND kind = 'api' AND revoked_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3)
  RETURNING shown, name, workspace_id
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $6, $5, 'key_revoked', format('API key %s… revoked: %s', shown, name), workspace_id FROM k
)
SELECT NULL::jsonb AS answer FROM k
