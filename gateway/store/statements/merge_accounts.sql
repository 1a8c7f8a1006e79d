-- merge_accounts($1 smallint bucket, $2 timestamptz lost_from): every account whose list may know of dials that the database lost
SELECT w.tenant_id, w.workspace_id, w.provider, w.settings, w.secrets, t.keys, w.created_at,
       coalesce(w.credentials_set_at >= $2, false) AS other_credentials
  FROM workspace w JOIN tenant t ON t.bucket = $1 AND t.tenant_id = w.tenant_id
 WHERE w.bucket = $1 AND w.deleted_at IS NULL AND t.deleted_at IS NULL AND t.keys IS NOT NULL
 ORDER BY w.tenant_id, w.workspace_id
