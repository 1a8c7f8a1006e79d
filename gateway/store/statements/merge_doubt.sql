-- merge_doubt($1 smallint bucket, $2 timestamptz now): intents that were begun before: the commit that is missing may have marked them as sent. Ambiguous, and looked at next
WITH d AS (
  UPDATE live_dial SET state = 'ambiguous', lease_until = NULL WHERE bucket = $1 AND state IN ('intent', 'sent') RETURNING *
), look AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at) SELECT bucket, tenant_id, 'look', dial_id, $2 FROM d ON CONFLICT DO NOTHING
)
INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                     send_before, verdict_at, live_until, why)
SELECT bucket, tenant_id, dial_id, $2, 'ambiguous', callback_id, attempt, workspace_id, customer_id, provider, callee_index,
       send_before, verdict_at, live_until, 'the database lost its last transactions' FROM d
ON CONFLICT DO NOTHING
