-- workspace_is($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): is there this workspace, and may the key see it?
SELECT w.workspace_id FROM workspace w
 WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $4 AND ($3 IS NULL OR w.workspace_id = $3) AND w.deleted_at IS NULL
