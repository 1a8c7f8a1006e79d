-- credentials_tested($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 boolean good, $5 timestamptz now, $6 uuid activity): good ones end a pause
WITH old AS MATERIALIZED (
  SELECT credentials_ok, paused_reason FROM workspace WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $3 FOR UPDATE
), done AS (
  UPDATE workspace w SET credentials_ok = $4, credentials_at = $5, paused_reason = CASE WHEN $4 THEN NULL ELSE w.paused_reason END,
         paused_at = CASE WHEN $4 THEN NULL ELSE w.paused_at END
    FROM old WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $3 RETURNING w.name, w.provider, document(w) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $6, $5, CASE WHEN $4 THEN 'credentials_good' ELSE 'credentials_refused' END,
         CASE WHEN NOT $4 THEN format('%s refuses the key of workspace %s', done.provider, done.name)
              WHEN old.paused_reason IS NOT NULL THEN format('the key of workspace %s works, the pause is over', done.name)
              ELSE format('the key of workspace %s works', done.name) END, $3
    FROM done, old WHERE old.credentials_ok IS DISTINCT FROM $4 OR ($4 AND old.paused_reason IS NOT NULL)
)
SELECT answer, $1::text || ':' || $3::text AS changed FROM done
