-- dial_revive($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 timestamptz now, $5 uuid entry, $6 uuid workspace): late news of a dial that was believed not
-- placed, or closed and let go: its row again, from the log; the refund taken back; a new claim of the callback, if it has not dialled yet, void.
-- The callee's place in live_dial is taken only if it is free.
WITH latest AS MATERIALIZED (
  SELECT * FROM intents WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 ORDER BY at DESC, (state = 'not_placed') DESC LIMIT 1
), dead AS MATERIALIZED (
  SELECT l.* FROM latest l WHERE l.state IN ('not_placed', 'closed') AND l.workspace_id = $6
     AND NOT EXISTS (SELECT FROM live_dial x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.dial_id = $3)
), cb AS MATERIALIZED (
  SELECT c.* FROM callbacks c JOIN dead ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = dead.callback_id FOR UPDATE OF c
), live AS (
  INSERT INTO live_dial (bucket, tenant_id, dial_id, callback_id, attempt, state, workspace_id, customer_id, provider, callee_index,
                         send_before, verdict_at, live_until, created_at)
  SELECT $1, $2, $3, d.callback_id, d.attempt, 'ambiguous', d.workspace_id, d.customer_id, d.provider,
         CASE WHEN EXISTS (SELECT FROM live_dial x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.callee_index = d.callee_index)
              THEN NULL ELSE d.callee_index END,
         d.send_before, d.verdict_at, d.live_until, $4
    FROM dead d, cb
   WHERE NOT EXISTS (SELECT FROM live_dial x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.callback_id = d.callback_id)
  ON CONFLICT DO NOTHING RETURNING *
), back AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $5, live.customer_id, 'reversal', -1, $3, $4 FROM live
   WHERE live.customer_id IS NOT NULL
     AND EXISTS (SELECT FROM ledger r WHERE r.bucket = $1 AND r.tenant_id = $2 AND r.dial_id = $3 AND r.kind = 'refund')
  ON CONFLICT DO NOTHING RETURNING customer_id
), paid AS (
  UPDATE customer u SET balance = u.balance - 1 FROM back WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = back.customer_id
), voided AS (
  UPDATE callbacks c SET state = 'dialling', epoch = c.epoch + 1, last_dial = $3, lease_until = NULL, slot_at = NULL FROM live
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = live.callback_id AND c.state IN ('scheduled', 'claimed')
  RETURNING c.callback_id
), undue AS (
  DELETE FROM due d USING voided WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'dial' AND d.id = voided.callback_id
)
SELECT dial_id FROM live
