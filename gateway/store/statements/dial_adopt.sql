-- dial_adopt($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 uuid callback, $5 int attempt, $6 timestamptz now, $7 uuid entry, $8 uuid workspace, $9 timestamptz send_before, $10 timestamptz verdict_at, $11 timestamptz live_until, $12 uuid entry2, $13 uuid chain): T13, and T5 and T8 of a dial without any row: a failover has
-- lost it, and the provider knows of it. Its row is made from the metadata: intent, sent, reserve. The callback follows it, unless
-- it is at its end or on a newer dial. What the callback was on before has ended in what was lost, though it may be parked by now: it goes back as not placed. One
-- that is placed or ended is decided first; then no row comes back here, and the caller comes again. After callback_lock.
-- Of a next attempt the row may be lost as well: it is made anew from the chain's attempt before, whose decision then finds it. Where that decision was
-- taken once more, under another id, the attempt is that row's. What a person cancelled since stays cancelled: nothing follows the attempt that is made anew.
WITH old AS MATERIALIZED (
  SELECT c.* FROM callbacks c
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND (c.callback_id = $4 OR c.chain_root_id = $13) AND c.workspace_id = $8 AND c.attempt = $5
     AND NOT EXISTS (SELECT FROM intents i WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.dial_id = $3)
     AND NOT EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callback_id = c.callback_id
                        AND (l.state IN ('placed', 'closed', 'ended') OR (l.dial_id > $3 AND l.proof IS DISTINCT FROM 'suspect')))
   FOR UPDATE
), fresh AS (
  INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, agent_id, customer_id, provider,
                         state, epoch, due_at, reason, is_final_attempt, once_spent, callee_index, payload, last_dial, key_id, created_at,
                         cancel_requested_at, cancelled_by, callee_zones, callee_states, callee_country, callee_unknown, zone_source, begun)
  SELECT $1, $2, $4, p.chain_root_id, $5, p.workspace_id, p.number_id, p.agent_id, p.customer_id, p.provider,
         'dialling', 1, $6, 'retry', false, p.once_spent, p.callee_index, p.payload, $3, p.key_id, $6,
         p.cancel_requested_at, p.cancelled_by, p.callee_zones, p.callee_states, p.callee_country, p.callee_unknown, p.zone_source, p.begun
    FROM callbacks p
   WHERE p.bucket = $1 AND p.tenant_id = $2 AND p.chain_root_id = $13 AND p.workspace_id = $8 AND p.attempt < $5
     AND NOT EXISTS (SELECT FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.chain_root_id = $13 AND c.attempt = $5)
     AND NOT EXISTS (SELECT FROM intents i WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.dial_id = $3)
   ORDER BY p.attempt DESC LIMIT 1
  ON CONFLICT DO NOTHING RETURNING *
), cb AS MATERIALIZED (
  TABLE old UNION ALL TABLE fresh
), before AS (
  -- The row itself becomes the adopted dial's, so that the law of one per callback holds at every moment.
  SELECT l.* FROM live_dial l JOIN cb ON l.bucket = $1 AND l.tenant_id = $2 AND l.callback_id = cb.callback_id FOR UPDATE OF l
), turned AS (
  UPDATE live_dial l SET dial_id = $3, attempt = $5, state = 'ambiguous', send_before = $9, verdict_at = $10, live_until = $11,
         lease_until = NULL, sent_at = $9, looks = 0, proof = NULL, provider_call_id = NULL, created_at = $6
    FROM before b WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.dial_id = b.dial_id
  RETURNING l.*
), live AS (
  INSERT INTO live_dial (bucket, tenant_id, dial_id, callback_id, attempt, state, workspace_id, customer_id, provider, callee_index,
                         send_before, verdict_at, live_until, sent_at, created_at)
  SELECT $1, $2, $3, cb.callback_id, $5, 'ambiguous', cb.workspace_id, cb.customer_id, cb.provider,
         CASE WHEN EXISTS (SELECT FROM live_dial x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.callee_index = cb.callee_index)
              THEN NULL ELSE cb.callee_index END, $9, $10, $11, $9, $6
    FROM cb WHERE NOT EXISTS (SELECT FROM before)
  ON CONFLICT DO NOTHING RETURNING *
), made AS (
  TABLE turned UNION ALL TABLE live
), rings AS (
  INSERT INTO rang (bucket, tenant_id, callee_index, at, ref) SELECT $1, $2, cb.callee_index, $9, $3 FROM made m, cb WHERE cb.callee_index IS NOT NULL
  ON CONFLICT DO NOTHING
), unrung AS (
  DELETE FROM rang r USING before b WHERE r.bucket = $1 AND r.tenant_id = $2 AND r.callee_index = (SELECT callee_index FROM cb) AND r.ref = b.dial_id
), looks AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at) SELECT $1, $2, 'look', $3, $6 FROM made ON CONFLICT DO NOTHING
), undue AS (
  DELETE FROM due d USING before b WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind IN ('look', 'ask') AND d.id = b.dial_id
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, why)
  SELECT $1, $2, $3, $6, s.state, m.callback_id, $5, m.workspace_id, m.customer_id, m.provider, cb.callee_index, $9, $10, $11,
         'lost by the database, made anew from what the provider knows'
    FROM made m, cb, (VALUES ('intent'), ('sent')) s (state)
  ON CONFLICT DO NOTHING
), logged_before AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, why)
  SELECT $1, $2, b.dial_id, $6, 'not_placed', b.callback_id, b.attempt, b.workspace_id, b.customer_id, b.provider, cb.callee_index,
         b.send_before, b.verdict_at, b.live_until, 'its callback is known to have gone on to another dial' FROM before b, cb
  ON CONFLICT DO NOTHING
), reserved AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $7, m.customer_id, 'reserve', -1, $3, $6 FROM made m WHERE m.customer_id IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING customer_id, amount
), refunded AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $12, b.customer_id, 'refund', 1, b.dial_id, $6 FROM before b
   WHERE EXISTS (SELECT FROM ledger r WHERE r.bucket = $1 AND r.tenant_id = $2 AND r.dial_id = b.dial_id AND r.kind = 'reserve')
  ON CONFLICT DO NOTHING RETURNING customer_id, amount
), paid AS (
  UPDATE customer u SET balance = u.balance + s.amount
    FROM (SELECT customer_id, sum(amount)::int AS amount FROM (TABLE reserved UNION ALL TABLE refunded) x GROUP BY customer_id) s
   WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = s.customer_id AND s.amount <> 0
), followed AS (
  UPDATE callbacks c SET state = 'dialling', epoch = c.epoch + 1, last_dial = $3, lease_until = NULL, slot_at = NULL, end_reason = NULL
    FROM made m
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = m.callback_id
     AND c.state IN ('scheduled', 'claimed', 'held', 'dialling', 'parked') AND (c.last_dial IS NULL OR c.last_dial < $3 OR c.state = 'parked')
  RETURNING c.callback_id
), undialled AS (
  DELETE FROM due d USING followed f WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'dial' AND d.id = f.callback_id
)
SELECT m.dial_id, cb.chain_root_id, cb.number_id, cb.agent_id FROM made m, cb
