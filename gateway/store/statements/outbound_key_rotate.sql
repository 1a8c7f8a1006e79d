-- outbound_key_rotate($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid number, $5 uuid old, $6 uuid id, $7 bytea hash, $8 text shown, $9 uuid maker, $10 uuid activity, $11 timestamptz now): a new key in place of an old one, which ends at once
WITH o AS (
  UPDATE api_key SET revoked_at = $11
   WHERE bucket = $1 AND tenant_id = $2 AND key_id = $5 AND number_id = $4 AND revoked_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3)
  RETURNING *
), k AS (
  INSERT INTO api_key AS k (bucket, tenant_id, key_id, kind, hash, shown, name, scopes, workspace_id, number_id, created_by, created_at, expires_at)
  SELECT $1, $2, $6, 'outbound', $7, $8, o.name, o.scopes, o.workspace_id, $4, $9, $11, o.expires_at FROM o
  RETURNING document(k) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id)
  SELECT $1, $2, $10, $11, 'key_rotated', format('outbound key %s… made in place of %s…: %s', $8, o.shown, o.name), o.workspace_id, $4 FROM o
)
SELECT answer FROM k
