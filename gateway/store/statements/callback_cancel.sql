-- callback_cancel($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 uuid key, $6 timestamptz now, $7 uuid new_id, $8 uuid new_id2): a person wants no further call of this callback.
-- What waits is cancelled at once. A dial under way goes on, and nothing follows it. What is parked is closed (T12): its
-- reserve is spent, since its phone may have rung. Rows are locked in the order live_dial, callbacks, as everywhere.
WITH parked AS MATERIALIZED (
  -- In any state: whoever parks it at this moment is waited for, and what is returned is what they wrote.
  SELECT l.dial_id, l.state FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callback_id = $4 FOR UPDATE
), was AS MATERIALIZED (
  SELECT c.* FROM callbacks c
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND ($3 IS NULL OR c.workspace_id = $3)
     AND (EXISTS (SELECT FROM parked) OR NOT EXISTS (SELECT FROM parked)) FOR UPDATE
), good AS MATERIALIZED (
  SELECT was.* FROM was WHERE state IN ('scheduled', 'claimed', 'held', 'dialling') OR (state = 'parked' AND fence_ok($1))
), c AS (
  UPDATE callbacks c SET cancel_requested_at = coalesce(c.cancel_requested_at, $6), cancelled_by = coalesce(c.cancelled_by, $5::uuid::text),
         state = CASE WHEN good.state = 'parked' THEN 'completed' WHEN good.state = 'dialling' THEN c.state ELSE 'cancelled' END,
         epoch = c.epoch + CASE WHEN good.state = 'dialling' THEN 0 ELSE 1 END,
         lease_until = NULL, ended_at = CASE WHEN good.state = 'dialling' THEN NULL ELSE $6 END,
         end_reason = CASE good.state WHEN 'parked' THEN 'closed' WHEN 'dialling' THEN c.end_reason ELSE 'cancelled' END
    FROM good WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4
  RETURNING c AS r
), undue AS (
  DELETE FROM due d USING good WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'dial' AND d.id = $4
), dial AS (
  UPDATE live_dial l SET state = 'closed' FROM good, parked p
   WHERE l.bucket = $1 AND l.tenant_id = $2 AND good.state = 'parked' AND l.dial_id = (SELECT dial_id FROM parked) AND p.dial_id = good.last_dial
     AND p.state = 'parked'
  RETURNING l.*
), settled AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $8, dial.customer_id, 'settle', 0, dial.dial_id, $6 FROM dial
   WHERE EXISTS (SELECT FROM ledger e WHERE e.bucket = $1 AND e.tenant_id = $2 AND e.dial_id = (SELECT dial_id FROM parked) AND e.kind = 'reserve')
  ON CONFLICT DO NOTHING
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, why)
  SELECT $1, $2, dial_id, $6, 'closed', callback_id, attempt, workspace_id, customer_id, provider, callee_index,
         send_before, verdict_at, live_until, 'by key ' || $5::uuid FROM dial
  ON CONFLICT DO NOTHING
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id, dial_id)
  SELECT $1, $2, $7, $6, CASE WHEN state = 'parked' THEN 'callback.closed' ELSE 'callback.cancelled' END,
         'attempt ' || attempt || CASE state WHEN 'parked' THEN ' closed by a person: nobody can prove whether its phone rang'
                                             WHEN 'dialling' THEN ' cancelled by a person: its call goes on, nothing follows'
                                             ELSE ' cancelled by a person' END,
         workspace_id, number_id, agent_id, callback_id, chain_root_id, CASE WHEN state IN ('dialling', 'parked') THEN last_dial END
    FROM good WHERE state <> 'dialling' OR cancel_requested_at IS NULL
)
SELECT (SELECT document(c.r) FROM c) AS answer,
       CASE WHEN EXISTS (SELECT FROM good) THEN NULL WHEN was.state = 'parked' THEN 'unavailable' ELSE 'wrong_state' END AS problem,
       CASE WHEN was.state = 'parked' THEN 'the gateway recovers from a failover of its database: nothing is decided until then'
            ELSE 'the callback is ' || was.state || ': there is nothing to cancel' END AS detail
  FROM was
