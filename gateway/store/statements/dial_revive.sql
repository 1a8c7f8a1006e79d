-- dial_revive($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 timestamptz now, $5 uuid entry, $6 uuid workspace): late news of a dial that was believed not
-- placed, or closed and let go: its row again, from the log; the refund taken back; a new claim of the callback, if it has not dialled yet, void.
-- The callee's place in live_dial is taken only if it is free. If the callback is on another dial by now, that one decides, and
-- this one is settled here: it did ring. What its callee wants is heard all the same, by whoever brings the news.
WITH dead AS MATERIALIZED (
  -- By what a revival brings, and not by time: two workers' clocks differ.
  SELECT i.* FROM intents i WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.dial_id = $3 AND i.workspace_id = $6 AND i.state IN ('not_placed', 'closed')
     AND NOT EXISTS (SELECT FROM intents x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.dial_id = $3 AND x.state IN ('placed', 'ended', 'decided'))
     AND NOT EXISTS (SELECT FROM live_dial x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.dial_id = $3)
   ORDER BY i.at DESC LIMIT 1
), cb AS MATERIALIZED (
  SELECT c.* FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM dead) FOR UPDATE
), other AS MATERIALIZED (
  SELECT d.* FROM dead d, cb WHERE EXISTS (SELECT FROM live_dial x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.callback_id = (SELECT callback_id FROM dead))
), live AS (
  INSERT INTO live_dial (bucket, tenant_id, dial_id, callback_id, attempt, state, workspace_id, customer_id, provider, callee_index,
                         send_before, verdict_at, live_until, created_at)
  SELECT $1, $2, $3, d.callback_id, d.attempt, 'ambiguous', d.workspace_id, d.customer_id, d.provider,
         CASE WHEN EXISTS (SELECT FROM live_dial x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.callee_index = d.callee_index)
              THEN NULL ELSE d.callee_index END,
         d.send_before, d.verdict_at, d.live_until, $4
    FROM dead d, cb WHERE NOT EXISTS (SELECT FROM other)
  ON CONFLICT DO NOTHING RETURNING *
), rings AS (
  -- A dial that was closed has never left it. Whom a forgotten chain called nobody knows.
  INSERT INTO rang (bucket, tenant_id, callee_index, at, ref)
  SELECT $1, $2, cb.callee_index, d.send_before, $3 FROM dead d, cb
   WHERE d.state = 'not_placed' AND cb.callee_index IS NOT NULL AND (EXISTS (SELECT FROM live) OR EXISTS (SELECT FROM other))
  ON CONFLICT DO NOTHING
), paying AS MATERIALIZED (
  SELECT customer_id FROM live WHERE customer_id IS NOT NULL UNION ALL SELECT customer_id FROM other WHERE customer_id IS NOT NULL
), back AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $5, p.customer_id, 'reversal', -1, $3, $4 FROM paying p
   WHERE EXISTS (SELECT FROM ledger r WHERE r.bucket = $1 AND r.tenant_id = $2 AND r.dial_id = $3 AND r.kind = 'refund')
  ON CONFLICT DO NOTHING RETURNING customer_id
), paid AS (
  UPDATE customer u SET balance = u.balance - 1 FROM back WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = back.customer_id
), settled AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  -- The id beside the reversal's.
  SELECT $1, $2, overlay($5::uuid::text PLACING translate(right($5::uuid::text, 1), '0123456789abcdef', '123456789abcdef0') FROM 36)::uuid,
         o.customer_id, 'settle', 0, $3, $4 FROM other o
   WHERE EXISTS (SELECT FROM ledger r WHERE r.bucket = $1 AND r.tenant_id = $2 AND r.dial_id = $3 AND r.kind = 'reserve')
  ON CONFLICT DO NOTHING
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider,
                       send_before, verdict_at, live_until, why)
  SELECT $1, $2, $3, $4, 'decided', o.callback_id, o.attempt, o.workspace_id, o.customer_id, o.provider,
         o.send_before, o.verdict_at, o.live_until, 'it did ring, and another dial had followed' FROM other o
  ON CONFLICT DO NOTHING
), voided AS (
  UPDATE callbacks c SET state = 'dialling', epoch = c.epoch + 1, last_dial = $3, lease_until = NULL, slot_at = NULL
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM live) AND c.state IN ('scheduled', 'claimed', 'held')
  RETURNING c.callback_id
), undue AS (
  DELETE FROM due d WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'dial' AND d.id = (SELECT callback_id FROM voided)
)
-- Somebody dialled this callback, or its callee, at this very moment: the caller comes again.
SELECT must(NOT EXISTS (SELECT FROM cb) OR EXISTS (SELECT FROM live) OR EXISTS (SELECT FROM other), 'another dial has just begun') AS known
