-- key_find($1 smallint bucket, $2 bytea hash, $3 text kind, $4 timestamptz now): whose key this is; notes its use at most once a minute
WITH k AS MATERIALIZED (
  SELECT k.tenant_id, k.key_id, k.scopes, k.workspace_id, k.number_id, k.last_used_at, t.keys
    FROM api_key k
    JOIN tenant t ON t.bucket = $1 AND t.tenant_id = k.tenant_id AND t.deleted_at IS NULL AND t.keys IS NOT NULL
    LEFT JOIN workspace w ON w.bucket = $1 AND w.tenant_id = k.tenant_id AND w.workspace_id = k.workspace_id
   WHERE k.bucket = $1 AND k.hash = $2 AND k.kind = $3 AND k.revoked_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > $4) AND w.deleted_at IS NULL
), used AS (
  UPDATE api_key u SET last_used_at = $4 FROM k
   WHERE u.bucket = $1 AND u.tenant_id = k.tenant_id AND u.key_id = k.key_id
     AND (k.last_used_at IS NULL OR k.last_used_at < $4 - interval '1 minute')
)
SELECT tenant_id, key_id, scopes, workspace_id, number_id, keys FROM k
