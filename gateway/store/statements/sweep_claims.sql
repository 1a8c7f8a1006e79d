-- sweep_claims($1 smallint bucket, $2 timestamptz now): T4, claimed without a dial: given back, some at a time. Those that somebody is at come next time
WITH stale AS MATERIALIZED (
  SELECT tenant_id, callback_id FROM callbacks WHERE bucket = $1 AND state = 'claimed' AND lease_until < $2 AND fence_ok($1)
   ORDER BY lease_until LIMIT 500 FOR UPDATE SKIP LOCKED
), c AS (
  UPDATE callbacks c SET state = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' ELSE 'scheduled' END,
         epoch = epoch + 1, lease_until = NULL, due_at = greatest(due_at, $2), first_due_at = coalesce(first_due_at, due_at),
         ended_at = cancel_requested_at, end_reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' END
    FROM stale s WHERE c.bucket = $1 AND c.tenant_id = s.tenant_id AND c.callback_id = s.callback_id RETURNING c.*
)
INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch)
SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM c WHERE state = 'scheduled'
ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
