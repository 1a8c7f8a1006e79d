-- workspace_get($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): one workspace; which secrets are set, never what they are
SELECT document(w) AS answer FROM workspace w
 WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $4 AND w.deleted_at IS NULL AND ($3::uuid IS NULL OR w.workspace_id = $3)
