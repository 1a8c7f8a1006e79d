-- number_known($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 bytea[] provider_indexes): which of a workspace's numbers are imported
SELECT provider_index, number_id, deleted_at IS NOT NULL AS deleted FROM number
 WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $3 AND provider_index = ANY ($4)
