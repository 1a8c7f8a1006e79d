-- suppress($1 smallint bucket, $2 uuid tenant, $3 uuid suppression, $4 uuid workspace, $5 bytea callee_index, $6 text source, $7 text reason, $8 timestamptz now, $9 timestamptz expires): and everything that waits for this callee with it
-- Rows are locked in the order suppression, callbacks by their ids.
WITH s AS (
  INSERT INTO suppression (bucket, tenant_id, suppression_id, workspace_id, callee_index, source, reason, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (bucket, tenant_id, callee_index, coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'::uuid))
  DO UPDATE SET expires_at = CASE WHEN suppression.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                                  ELSE greatest(suppression.expires_at, excluded.expires_at) END
  RETURNING suppression_id
), found AS MATERIALIZED (
  SELECT callback_id FROM callbacks
   WHERE bucket = $1 AND tenant_id = $2 AND callee_index = $5 AND state IN ('scheduled', 'claimed', 'held') AND ($4 IS NULL OR workspace_id = $4)
     AND EXISTS (SELECT FROM s)
), waits AS MATERIALIZED (
  SELECT x.callback_id FROM (SELECT callback_id FROM found ORDER BY callback_id) f CROSS JOIN LATERAL (
    SELECT callback_id FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = f.callback_id AND state IN ('scheduled', 'claimed', 'held') FOR UPDATE) x
), c AS (
  UPDATE callbacks SET state = 'suppressed', epoch = epoch + 1, ended_at = $8, end_reason = 'suppressed', lease_until = NULL
   WHERE bucket = $1 AND tenant_id = $2 AND callee_index = $5 AND state IN ('scheduled', 'claimed', 'held')
     AND callback_id = ANY (ARRAY(SELECT callback_id FROM waits))
  RETURNING callback_id, chain_root_id, workspace_id, number_id, agent_id
), undue AS (
  DELETE FROM due d USING c CROSS JOIN LATERAL (
    SELECT ctid AS place FROM due x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.kind = 'dial' AND x.id = c.callback_id LIMIT 1) w
   WHERE d.bucket = $1 AND d.ctid = w.place
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, id_at($8), $8, 'chain.closed', 'chain closed: suppressed', workspace_id, number_id, agent_id, callback_id, chain_root_id FROM c
)
SELECT suppression_id, (SELECT count(*) FROM c) AS cancelled FROM s
