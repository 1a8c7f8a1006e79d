-- suppression_look($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 bytea callee_index): what is on the do-not-call list for a callee, in the tenant and in each workspace. A workspace's key sees its own and the tenant's
SELECT jsonb_build_object('data', (SELECT coalesce(jsonb_agg(document(s) ORDER BY s.suppression_id), '[]') FROM suppression s
  WHERE s.bucket = $1 AND s.tenant_id = $2 AND s.callee_index = $4 AND ($3 IS NULL OR s.workspace_id IS NULL OR s.workspace_id = $3))) AS answer
