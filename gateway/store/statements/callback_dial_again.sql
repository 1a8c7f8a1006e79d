-- callback_dial_again($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 int epoch, $5 uuid next, $6 boolean is_final, $7 boolean explicit, $8 uuid key, $9 uuid entry, $10 timestamptz now, $11 uuid activity, $12 text told): T12, dial again:
-- the parked dial is closed and its reserve given back; a new attempt, which names the person's key, is due at once. Only
-- when no dial of this callee can be a call any more, and if nothing has moved since callback_context.
WITH parked AS MATERIALIZED (
  SELECT l.* FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callback_id = $3 AND l.state = 'parked' FOR UPDATE
), was AS MATERIALIZED (
  SELECT c.* FROM callbacks c
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $3 AND c.state = 'parked' AND c.epoch = $4 AND fence_ok($1)
     AND EXISTS (SELECT FROM parked WHERE parked.dial_id = c.last_dial) FOR UPDATE
), good AS MATERIALIZED (
  SELECT was.* FROM was WHERE NOT EXISTS (
    SELECT FROM live_dial l JOIN callbacks o ON o.bucket = $1 AND o.tenant_id = $2 AND o.callback_id = l.callback_id
     WHERE l.bucket = $1 AND l.tenant_id = $2 AND o.callee_index = was.callee_index AND l.state <> 'ended' AND l.live_until >= $10)
), dial AS (
  UPDATE live_dial l SET state = 'closed', callee_index = NULL FROM good
   WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.dial_id = good.last_dial AND l.state = 'parked'
  RETURNING l.*
), refunded AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $9, dial.customer_id, 'refund', 1, dial.dial_id, $10 FROM dial
   WHERE EXISTS (SELECT FROM ledger e WHERE e.bucket = $1 AND e.tenant_id = $2 AND e.dial_id = dial.dial_id AND e.kind = 'reserve')
     AND NOT EXISTS (SELECT FROM ledger e WHERE e.bucket = $1 AND e.tenant_id = $2 AND e.dial_id = dial.dial_id AND e.kind = 'settle')
  ON CONFLICT DO NOTHING RETURNING customer_id
), paid AS (
  UPDATE customer u SET balance = u.balance + 1 FROM refunded WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = refunded.customer_id
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, why)
  SELECT $1, $2, dial.dial_id, $10, 'closed', dial.callback_id, dial.attempt, dial.workspace_id, dial.customer_id, dial.provider,
         good.callee_index, dial.send_before, dial.verdict_at, dial.live_until, 'dialled again by key ' || $8::uuid FROM dial, good
  ON CONFLICT DO NOTHING
), before AS (
  UPDATE callbacks c SET state = 'completed', epoch = c.epoch + 1, ended_at = $10, end_reason = 'dialled_again' FROM good
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = good.callback_id
), c AS (
  INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, agent_id, customer_id, provider,
                         state, due_at, reason, explicit, is_final_attempt, once_spent, callee_index, payload, key_id, created_at,
                         callee_zones, callee_states, callee_country, callee_unknown, zone_source, begun, override_key)
  SELECT $1, $2, $5, chain_root_id, attempt + 1, workspace_id, number_id, agent_id, customer_id, provider,
         'scheduled', $10, reason, $7, $6, once_spent, callee_index, payload, $8::uuid, $10,
         callee_zones, callee_states, callee_country, callee_unknown, zone_source, begun, CASE WHEN $7 THEN $8::uuid END FROM good
  RETURNING callbacks AS r
), due_now AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT $1, $2, 'dial', $5, $10, (c.r).epoch FROM c
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, $11, $10, 'callback.dial_again', 'attempt ' || good.attempt || ' ' || $12,
         good.workspace_id, good.number_id, good.agent_id, $5, good.chain_root_id FROM good
)
SELECT document(c.r) AS answer FROM c
