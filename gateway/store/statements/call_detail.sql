-- call_detail($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): what is kept of one call, sealed
SELECT k.detail, k.callback_id FROM call k WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.call_id = $4 AND ($3 IS NULL OR k.workspace_id = $3)
