-- credentials_put($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 int version, $5 jsonb settings, $6 bytea secrets, $7 text[] secret_names, $8 text names, $9 uuid activity, $10 timestamptz now): if nobody changed the workspace since it was read
WITH done AS (
  UPDATE workspace w SET settings = $5, secrets = $6, secret_names = $7, credentials_ok = NULL, credentials_at = $10, credentials_set_at = $10, version = w.version + 1
   WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $3 AND w.deleted_at IS NULL AND w.version = $4 RETURNING w.name, document(w) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $9, $10, 'credentials_changed', format('credentials of workspace %s set: %s', name, $8), $3 FROM done
)
SELECT (SELECT answer FROM done) AS answer, CASE WHEN NOT EXISTS (SELECT FROM done) THEN 'conflict' END AS problem,
       'somebody else changed this workspace at the same time' AS detail, $1::text || ':' || $3::text AS changed
