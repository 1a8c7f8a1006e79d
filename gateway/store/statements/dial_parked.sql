-- dial_parked($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 timestamptz now, $5 text proof): T9. Nothing proves either way: a person decides. The callee stays taken until live_until
WITH d AS (
  UPDATE live_dial SET state = 'parked', proof = $5
   WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 AND state = 'ambiguous' AND fence_ok($1) RETURNING *
), undue AS (
  DELETE FROM due WHERE bucket = $1 AND tenant_id = $2 AND kind = 'look' AND id = $3 AND EXISTS (SELECT FROM d)
), cb AS (
  UPDATE callbacks c SET state = 'parked', end_reason = 'unknown_outcome'
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d) AND c.last_dial = $3 AND c.state = 'dialling'
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, why)
  SELECT bucket, tenant_id, dial_id, $4, 'parked', callback_id, attempt, workspace_id, customer_id, provider, callee_index,
         send_before, verdict_at, live_until, $5 FROM d
  ON CONFLICT DO NOTHING
)
SELECT d.callback_id, d.workspace_id, c.chain_root_id, c.number_id, c.agent_id, c.attempt FROM d
  JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d)
