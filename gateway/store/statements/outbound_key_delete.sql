-- outbound_key_delete($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 uuid id2, $6 timestamptz now, $7 uuid new_id): places no calls from now on
WITH k AS (
  UPDATE api_key SET revoked_at = $6
   WHERE bucket = $1 AND tenant_id = $2 AND key_id = $5 AND number_id = $4 AND revoked_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3)
  RETURNING shown, name, workspace_id
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id)
  SELECT $1, $2, $7, $6, 'key_revoked', format('outbound key %s… revoked: %s', shown, name), workspace_id, $4 FROM k
)
SELECT NULL::jsonb AS answer FROM k
