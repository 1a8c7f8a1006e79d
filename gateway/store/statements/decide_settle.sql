-- decide_settle($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 boolean counted, $5 uuid entry, $6 timestamptz now, $7 text outcome, $8 uuid entry2): T8, second half: the dial leaves
-- live_dial; its reserve is spent if the outcome counts as an attempt, else given back. A dial that was settled before
-- (a person closed it) or refunded and taken back is settled once; of the latter the settlement itself gives back what does not count.
WITH d AS (
  DELETE FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 AND state = 'ended' RETURNING *
), undue AS (
  DELETE FROM due WHERE bucket = $1 AND tenant_id = $2 AND kind IN ('decide', 'ask', 'look') AND id = $3
), before AS MATERIALIZED (
  SELECT bool_or(kind = 'settle') AS settled, bool_or(kind = 'refund') AS refunded, bool_or(kind = 'reserve') AS reserved,
         bool_or(kind = 'reversal') AS reversed
    FROM ledger WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3
), entry AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $5, d.customer_id, CASE WHEN $4 OR b.refunded THEN 'settle' ELSE 'refund' END,
         CASE WHEN $4 THEN 0 ELSE 1 END, $3, $6
    FROM d, before b WHERE d.customer_id IS NOT NULL AND b.reserved AND NOT b.settled
     -- Given back already, and to be given back: nothing to do.
     AND ($4 OR NOT b.refunded OR b.reversed)
  ON CONFLICT DO NOTHING RETURNING customer_id, amount
), taken_back AS (
  -- Given back when a person dialled again, and it did ring: the refund is taken back before it is settled.
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $8, d.customer_id, 'reversal', -1, $3, $6 FROM d, before b
   WHERE d.customer_id IS NOT NULL AND $4 AND b.refunded AND NOT b.reversed AND NOT b.settled
  ON CONFLICT DO NOTHING RETURNING customer_id, amount
), paid AS (
  UPDATE customer u SET balance = u.balance + s.amount
    FROM (SELECT customer_id, sum(amount)::int AS amount FROM (TABLE entry UNION ALL TABLE taken_back) x GROUP BY customer_id) s
   WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = s.customer_id AND s.amount <> 0
), again AS (
  -- What has come of it since its chain was forgotten (chain_forget) goes the same way.
  UPDATE callbacks r SET forgotten_at = NULL
   WHERE r.bucket = $1 AND r.tenant_id = $2 AND r.forgotten_at IS NOT NULL AND r.callback_id = (
     SELECT c.chain_root_id FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d))
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider,
                       send_before, verdict_at, live_until, provider_call_id, why)
  SELECT bucket, tenant_id, dial_id, $6, 'decided', callback_id, attempt, workspace_id, customer_id, provider,
         send_before, verdict_at, live_until, provider_call_id, $7 FROM d
  ON CONFLICT DO NOTHING
)
SELECT dial_id FROM d
