-- dial_placed($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 text provider_call, $5 timestamptz now, $6 timestamptz ask_at, $7 uuid workspace): T5. A parked
-- callback is a person's no longer: its dial is placed, and its end will decide.
WITH d AS (
  UPDATE live_dial SET state = 'placed', provider_call_id = $4, placed_at = $5, lease_until = NULL
   WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 AND workspace_id = $7
     AND state IN ('intent', 'sent', 'ambiguous', 'parked', 'closed')
  RETURNING *
), look_done AS (
  DELETE FROM due WHERE bucket = $1 AND tenant_id = $2 AND kind = 'look' AND id = $3 AND EXISTS (SELECT FROM d)
), ask AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at) SELECT $1, $2, 'ask', $3, least($6, live_until) FROM d ON CONFLICT DO NOTHING
), unparked AS (
  UPDATE callbacks c SET state = 'dialling', end_reason = NULL
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d) AND c.last_dial = $3 AND c.state = 'parked'
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, provider_call_id)
  SELECT bucket, tenant_id, dial_id, $5, 'placed', callback_id, attempt, workspace_id, customer_id, provider, callee_index,
         send_before, verdict_at, live_until, $4 FROM d
  ON CONFLICT DO NOTHING
)
SELECT d.callback_id, d.workspace_id, c.chain_root_id, c.number_id, c.agent_id, c.attempt FROM d
  JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d)
