-- suppress($1 smallint bucket, $2 uuid tenant, $3 uuid suppression, $4 uuid workspace, $5 bytea callee_index, $6 text source, $7 text reason, $8 timestamptz now, $9 timestamptz expires): and everything that waits for this callee with it
WITH s AS (
  INSERT INTO suppression (bucket, tenant_id, suppression_id, workspace_id, callee_index, source, reason, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (bucket, tenant_id, callee_index, coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'::uuid))
  DO UPDATE SET expires_at = CASE WHEN suppression.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                                  ELSE greatest(suppression.expires_at, excluded.expires_at) END
  RETURNING suppression_id
), c AS (
  UPDATE callbacks SET state = 'suppressed', epoch = epoch + 1, ended_at = $8, end_reason = 'suppressed', lease_until = NULL
   WHERE bucket = $1 AND tenant_id = $2 AND callee_index = $5 AND state IN ('scheduled', 'claimed', 'held') AND ($4 IS NULL OR workspace_id = $4)
  RETURNING callback_id, chain_root_id, workspace_id, number_id, agent_id
), undue AS (
  DELETE FROM due d USING c WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'dial' AND d.id = c.callback_id
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, id_at($8), $8, 'chain.closed', 'chain closed: suppressed', workspace_id, number_id, agent_id, callback_id, chain_root_id FROM c
)
SELECT suppression_id, (SELECT count(*) FROM c) AS cancelled FROM s
