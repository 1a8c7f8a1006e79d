-- chains_close($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 bytea callee_index, $5 uuid chain, $6 text why, $7 timestamptz now, $8 uuid call, $9 jsonb record): what waits for this callee in the workspace is called off, but for this chain, and for what somebody ordered and nobody has dialled yet.
-- A dial under way goes on, and nothing follows it, nor one that has ended and is not decided about. Each chain that ends says so.
-- Whoever takes several callbacks takes them in the order of their ids.
WITH found AS MATERIALIZED (
  SELECT callback_id FROM callbacks
   WHERE bucket = $1 AND tenant_id = $2 AND callee_index = $4 AND state IN ('scheduled', 'claimed', 'held', 'dialling')
     AND workspace_id = $3 AND chain_root_id IS DISTINCT FROM $5
     AND NOT (begun = 'api' AND attempt = 1 AND last_dial IS NULL)
), waits AS MATERIALIZED (
  SELECT x.callback_id FROM (SELECT callback_id FROM found ORDER BY callback_id) f CROSS JOIN LATERAL (
    SELECT callback_id FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = f.callback_id AND state IN ('scheduled', 'claimed', 'held', 'dialling') FOR UPDATE) x
), moved AS (
  -- By the state that was locked: a claim may have become a dial since this statement's snapshot.
  UPDATE callbacks SET state = CASE state WHEN 'dialling' THEN state ELSE 'cancelled' END, epoch = epoch + CASE state WHEN 'dialling' THEN 0 ELSE 1 END,
         lease_until = NULL, ended_at = CASE state WHEN 'dialling' THEN ended_at ELSE $7 END, end_reason = CASE state WHEN 'dialling' THEN end_reason ELSE $6 END,
         cancel_requested_at = coalesce(cancel_requested_at, $7), cancelled_by = coalesce(cancelled_by, $6)
   WHERE bucket = $1 AND tenant_id = $2 AND callee_index = $4 AND state IN ('scheduled', 'claimed', 'held', 'dialling')
     AND callback_id = ANY (ARRAY(SELECT callback_id FROM waits))
  RETURNING callback_id, chain_root_id, workspace_id, number_id, agent_id, attempt, state
), c AS MATERIALIZED (
  SELECT * FROM moved WHERE state = 'cancelled'
), undue AS (
  DELETE FROM due d USING c CROSS JOIN LATERAL (
    SELECT ctid AS place FROM due x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.kind = 'dial' AND x.id = c.callback_id LIMIT 1) w
   WHERE d.bucket = $1 AND d.ctid = w.place
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, id_at($7), $7, 'chain.closed', 'chain closed: ' || $6, workspace_id, number_id, agent_id, callback_id, chain_root_id FROM c
), kept AS (
  INSERT INTO decision (bucket, tenant_id, decision_id, at, kind, verdict, callback_id, chain_root_id, call_id, workspace_id, agent_id, record)
  SELECT $1, $2, id_at($7), $7, 'chain', $6, callback_id, chain_root_id, $8, workspace_id, agent_id, $9 FROM c
)
SELECT count(*)::int AS closed FROM c
