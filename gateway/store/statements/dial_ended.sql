-- dial_ended($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 text provider_call, $5 timestamptz ended, $6 timestamptz now, $7 timestamptz decide_at, $8 uuid workspace): T8, first half: the call is over and its callee free.
-- The second half, decide, settles it. An event that is final after an earlier one only brings the decision forward.
WITH d AS (
  UPDATE live_dial SET state = 'ended', ended_at = $5, callee_index = NULL, lease_until = NULL,
         provider_call_id = coalesce(provider_call_id, $4)
   WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 AND state <> 'ended' AND workspace_id = $8
     -- The end of another call that bears this dial's id is not this dial's end.
     AND ($4 IS NULL OR provider_call_id IS NULL OR provider_call_id = $4) RETURNING *
), undue AS (
  DELETE FROM due WHERE bucket = $1 AND tenant_id = $2 AND kind IN ('look', 'ask') AND id = $3 AND EXISTS (SELECT FROM d)
), decide AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at)
  SELECT $1, $2, 'decide', $3, $7 FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 AND workspace_id = $8
     AND (EXISTS (SELECT FROM d) OR (state = 'ended' AND ($4 IS NULL OR provider_call_id IS NULL OR provider_call_id = $4)))
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = least(due.due_at, excluded.due_at)
), unparked AS (
  UPDATE callbacks c SET state = 'dialling', end_reason = NULL
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d) AND c.last_dial = $3 AND c.state = 'parked'
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, provider_call_id)
  SELECT bucket, tenant_id, dial_id, $6, 'ended', callback_id, attempt, workspace_id, customer_id, provider, NULL,
         send_before, verdict_at, live_until, provider_call_id FROM d
  ON CONFLICT DO NOTHING
)
SELECT callback_id FROM d
