-- suppression_find($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 bytea callee_index): the suppression of a callee in a workspace, or with NULL in the whole tenant
SELECT document(s) AS answer FROM suppression s
 WHERE s.bucket = $1 AND s.tenant_id = $2 AND s.callee_index = $4 AND s.workspace_id IS NOT DISTINCT FROM $3
