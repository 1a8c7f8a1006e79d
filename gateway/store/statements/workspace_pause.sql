-- workspace_pause($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 text reason, $5 timestamptz now): what a retry cannot mend stops all dials of the account
UPDATE workspace SET paused_reason = $4, paused_at = $5 WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $3 AND paused_reason IS NULL
