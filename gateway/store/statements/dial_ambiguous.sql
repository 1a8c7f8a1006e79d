-- dial_ambiguous($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 text why, $5 timestamptz now, $6 timestamptz look_at): T7. Whether a phone rings is not known: never a second send
WITH d AS (
  UPDATE live_dial SET state = 'ambiguous', lease_until = NULL
   WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 AND state = 'sent' RETURNING *
), look AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at) SELECT $1, $2, 'look', $3, $6 FROM d ON CONFLICT DO NOTHING
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until, why)
  SELECT bucket, tenant_id, dial_id, $5, 'ambiguous', callback_id, attempt, workspace_id, customer_id, provider, callee_index,
         send_before, verdict_at, live_until, $4 FROM d
  ON CONFLICT DO NOTHING
)
SELECT d.callback_id, d.workspace_id, c.chain_root_id, c.number_id, c.agent_id, c.attempt FROM d
  JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM d)
