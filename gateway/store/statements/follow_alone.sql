-- follow_alone($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 bytea callee_index, $5 boolean waiting): after callee_lock: what waits for the callee is what was looked at (follow_context), or no chain is begun and the caller looks again. waiting: something did, and it is closed
SELECT must(NOT EXISTS (
  SELECT FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callee_index = $4 AND c.state IN ('scheduled', 'claimed', 'held', 'dialling')
     AND c.workspace_id = $3 AND NOT ($5 AND (c.cancel_requested_at IS NOT NULL OR (c.begun = 'api' AND c.attempt = 1 AND c.last_dial IS NULL)))),
  'a chain to this callee has begun') AS alone
