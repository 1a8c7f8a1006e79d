-- slug_retire($1 smallint bucket, $2 uuid tenant, $3 uuid owner_workspace, $4 uuid agent, $5 timestamptz retire_at): the current URL of an owner works until then
UPDATE slug SET retire_at = $5
 WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $3 AND agent_id IS NOT DISTINCT FROM $4 AND retire_at IS NULL
