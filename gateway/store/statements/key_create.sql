-- key_create($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 text kind, $5 bytea hash, $6 text shown, $7 text name, $8 text[] scopes, $9 uuid workspace, $10 uuid number, $11 uuid maker, $12 timestamptz expires, $13 uuid activity, $14 timestamptz now): of a workspace or number that is there, else no row
WITH n AS MATERIALIZED (
  SELECT n.workspace_id FROM number n WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $10 AND n.deleted_at IS NULL
     AND ($9::uuid IS NULL OR n.workspace_id = $9)
), k AS (
  INSERT INTO api_key AS k (bucket, tenant_id, key_id, kind, hash, shown, name, scopes, workspace_id, number_id, created_by, created_at, expires_at)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, coalesce((SELECT workspace_id FROM n), $9), $10, $11, $14, $12
   WHERE ($10::uuid IS NULL OR EXISTS (SELECT FROM n))
     AND ($9::uuid IS NULL OR EXISTS (SELECT FROM workspace w WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $9 AND w.deleted_at IS NULL))
  RETURNING k.workspace_id, document(k) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id)
  SELECT $1, $2, $13, $14, 'key_created', format('%s key %s… made: %s', CASE WHEN $4 = 'api' THEN 'API' ELSE 'outbound' END, $6, $7), k.workspace_id, $10 FROM k
)
SELECT answer FROM k
