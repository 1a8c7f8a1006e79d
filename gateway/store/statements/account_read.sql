-- account_read($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): what a workspace's provider is asked with
SELECT provider, name, settings, secrets, version FROM workspace
 WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3)
