-- number_get($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): one number
SELECT document(n) AS answer FROM number n
 WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $4 AND n.deleted_at IS NULL AND ($3::uuid IS NULL OR n.workspace_id = $3)
