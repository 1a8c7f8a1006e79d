-- dial_not_placed($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 text[] from_states, $5 text why, $6 timestamptz now, $7 uuid entry, $8 int delay_s, $9 text end_reason): T6. Refunds, frees the
-- callee, and gives the callback back: cancelled, suppressed, or scheduled again. delay_s < 0: a back-off by its repeats, and
-- expired after ten. end_reason, if given, ends the callback: the provider said why no call to it can be made. What a list proved (T11, from ambiguous) counts only in the database that was dialled from.
WITH d AS (
  DELETE FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 AND state = ANY ($4)
     AND (state IN ('intent', 'sent') OR (state = 'ambiguous' AND fence_ok($1)))
  RETURNING *
), undue AS (
  DELETE FROM due WHERE bucket = $1 AND tenant_id = $2 AND kind IN ('look', 'ask', 'decide') AND id = $3 AND EXISTS (SELECT FROM d)
), unrung AS (
  DELETE FROM rang r WHERE r.bucket = $1 AND r.tenant_id = $2 AND r.ref = $3 AND r.callee_index = (
    SELECT c.callee_index FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d))
), refunded AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $7, customer_id, 'refund', 1, $3, $6 FROM d WHERE customer_id IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING customer_id
), paid AS (
  UPDATE customer u SET balance = u.balance + 1 FROM refunded r WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = r.customer_id
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, why)
  SELECT d.bucket, d.tenant_id, d.dial_id, $6, 'not_placed', d.callback_id, d.attempt, d.workspace_id, d.customer_id, d.provider,
         c.callee_index, d.send_before, d.verdict_at, d.live_until, $5
    FROM d JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d)
  ON CONFLICT DO NOTHING
), back AS MATERIALIZED (
  SELECT c.callback_id, CASE
           WHEN c.cancel_requested_at IS NOT NULL THEN 'cancelled'
           WHEN suppressed($1, $2, c.workspace_id, c.callee_index, $6) THEN 'suppressed'
           WHEN $9 IS NOT NULL OR ($8 < 0 AND c.repeats >= 10) THEN 'expired' ELSE 'scheduled' END AS state,
         $6 + make_interval(secs => CASE WHEN $8 >= 0 THEN $8 ELSE 60 * power(2, least(c.repeats, 6)) END) AS due_at
    FROM d JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d) AND c.last_dial = $3
     AND c.state = 'dialling' FOR UPDATE OF c
), moved AS (
  UPDATE callbacks c SET state = back.state, epoch = c.epoch + 1, repeats = c.repeats + CASE WHEN $8 < 0 THEN 1 ELSE 0 END,
         due_at = CASE WHEN back.state = 'scheduled' THEN back.due_at ELSE c.due_at END, first_due_at = coalesce(c.first_due_at, c.due_at),
         ended_at = CASE WHEN back.state = 'scheduled' THEN NULL ELSE $6 END,
         end_reason = CASE back.state WHEN 'scheduled' THEN NULL WHEN 'expired' THEN coalesce($9, 'not_placed') ELSE back.state END
    FROM back WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM back)
  RETURNING c.*
), due_again AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch)
  SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM moved WHERE state = 'scheduled'
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
)
SELECT d.callback_id, d.workspace_id, m.state, m.due_at, m.chain_root_id, m.number_id, m.agent_id FROM d LEFT JOIN moved m ON true
