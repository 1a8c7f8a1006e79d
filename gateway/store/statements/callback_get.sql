-- callback_get($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): one callback
SELECT document(c) AS answer FROM callbacks c
 WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND ($3 IS NULL OR c.workspace_id = $3)
