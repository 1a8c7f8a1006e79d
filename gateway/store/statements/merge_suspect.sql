-- merge_suspect($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 timestamptz now, $5 timestamptz noticed, $6 timestamptz send_before, $7 timestamptz verdict_at, $8 timestamptz live_until, $9 text why): no list tells what this account was
-- dialling when the database lost its last transactions. What was due by then may have rung: parked, as if its dial were known,
-- and its callee kept until no such call can last. Also what its policy held: it may have been looked at again (held_again).
WITH s AS MATERIALIZED (
  SELECT c.*, id_at($4) AS dial_id, id_at($4) AS entry_id FROM callbacks c
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.workspace_id = $3 AND (c.state IN ('scheduled', 'claimed') OR (c.state = 'held' AND held_by_policy(c.end_reason))) AND c.due_at < $5
     AND NOT EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callback_id = c.callback_id)
   ORDER BY c.callback_id FOR UPDATE
), live AS (
  INSERT INTO live_dial (bucket, tenant_id, dial_id, callback_id, attempt, state, workspace_id, customer_id, provider, callee_index,
                         send_before, verdict_at, live_until, proof, created_at)
  SELECT $1, $2, s.dial_id, s.callback_id, s.attempt, 'parked', $3, s.customer_id, s.provider,
         CASE WHEN row_number() OVER (PARTITION BY s.callee_index ORDER BY s.due_at, s.callback_id) > 1
                OR EXISTS (SELECT FROM live_dial x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.callee_index = s.callee_index)
              THEN NULL ELSE s.callee_index END, $6, $7, $8, 'suspect', $4 FROM s
  RETURNING dial_id, customer_id
), parked AS (
  UPDATE callbacks c SET state = 'parked', epoch = c.epoch + 1, lease_until = NULL, slot_at = NULL, last_dial = s.dial_id,
         end_reason = 'unknown_outcome'
    FROM s WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = s.callback_id
), undue AS (
  DELETE FROM due d USING s WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'dial' AND d.id = s.callback_id
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, why)
  SELECT $1, $2, s.dial_id, $4, 'parked', s.callback_id, s.attempt, $3, s.customer_id, s.provider, s.callee_index, $6, $7, $8, $9 FROM s
), rings AS (
  INSERT INTO rang (bucket, tenant_id, callee_index, at, ref) SELECT $1, $2, s.callee_index, $4, s.dial_id FROM s
), reserved AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, s.entry_id, s.customer_id, 'reserve', -1, s.dial_id, $4 FROM s WHERE s.customer_id IS NOT NULL
  RETURNING customer_id
), paid AS (
  UPDATE customer u SET balance = u.balance - n.n
    FROM (SELECT customer_id, count(*)::int AS n FROM reserved GROUP BY customer_id) n
   WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = n.customer_id
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id, dial_id)
  SELECT $1, $2, id_at($4), $4, 'dial.parked', 'parked: ' || $9 || '; a person decides', $3, s.number_id, s.agent_id, s.callback_id,
         s.chain_root_id, s.dial_id FROM s
)
SELECT count(*)::int AS parked FROM live
