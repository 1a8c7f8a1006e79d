-- dial_sent($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 timestamptz now): T3, a transaction of its own: cancel and suppression
-- once more, because T2's snapshot was older than its commit
WITH d AS (
  UPDATE live_dial l SET state = 'sent', sent_at = $4
   WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.dial_id = $3 AND l.state = 'intent' AND $4 < l.send_before AND fence_ok($1)
     AND (SELECT c.cancel_requested_at IS NULL AND NOT suppressed($1, $2, l.workspace_id, c.callee_index, $4)
            FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = l.callback_id)
  RETURNING l.*
)
INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                     send_before, verdict_at, live_until)
SELECT bucket, tenant_id, dial_id, $4, 'sent', callback_id, attempt, workspace_id, customer_id, provider, callee_index,
       send_before, verdict_at, live_until FROM d
RETURNING dial_id
