-- chains_close($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 bytea callee_index, $5 uuid chain, $6 boolean orders, $7 text why, $8 timestamptz now, $9 uuid call, $10 jsonb record): what waits for this callee in the workspace is called off, but for this chain; without `orders` what somebody ordered stays until it was dialled.
-- A dial under way goes on, and nothing follows it. Each chain that ends says so.
WITH c AS (
  UPDATE callbacks SET state = 'cancelled', epoch = epoch + 1, lease_until = NULL, ended_at = $8, end_reason = $7,
         cancel_requested_at = coalesce(cancel_requested_at, $8), cancelled_by = coalesce(cancelled_by, $7)
   WHERE bucket = $1 AND tenant_id = $2 AND callee_index = $4 AND state IN ('scheduled', 'claimed', 'held')
     AND workspace_id = $3 AND chain_root_id IS DISTINCT FROM $5
     AND ($6 OR NOT (begun = 'api' AND attempt = 1 AND last_dial IS NULL))
  RETURNING callback_id, chain_root_id, workspace_id, number_id, agent_id, attempt
), undue AS (
  DELETE FROM due d USING c CROSS JOIN LATERAL (
    SELECT ctid AS place FROM due x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.kind = 'dial' AND x.id = c.callback_id LIMIT 1) w
   WHERE d.bucket = $1 AND d.ctid = w.place
), on_the_line AS (
  UPDATE callbacks SET cancel_requested_at = $8, cancelled_by = $7
   WHERE bucket = $1 AND tenant_id = $2
     AND callback_id = (SELECT l.callback_id FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callee_index = $4)
     AND state = 'dialling' AND workspace_id = $3 AND chain_root_id IS DISTINCT FROM $5 AND cancel_requested_at IS NULL
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, id_at($8), $8, 'chain.closed', 'chain closed: ' || $7, workspace_id, number_id, agent_id, callback_id, chain_root_id FROM c
), kept AS (
  INSERT INTO decision (bucket, tenant_id, decision_id, at, kind, verdict, callback_id, chain_root_id, call_id, workspace_id, agent_id, record)
  SELECT $1, $2, id_at($8), $8, 'chain', $7, callback_id, chain_root_id, $9, workspace_id, agent_id, $10 FROM c
)
SELECT count(*)::int AS closed FROM c
