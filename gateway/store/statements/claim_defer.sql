-- claim_defer($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 int epoch, $5 timestamptz due): claimed → scheduled, no dial was begun
WITH c AS (
  UPDATE callbacks SET state = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' ELSE 'scheduled' END,
         ended_at = CASE WHEN cancel_requested_at IS NOT NULL THEN cancel_requested_at END,
         end_reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' END,
         epoch = epoch + 1, lease_until = NULL, due_at = $5, first_due_at = coalesce(first_due_at, due_at)
   WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state = 'claimed' AND epoch = $4
  RETURNING *
), d AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch)
  SELECT bucket, tenant_id, 'dial', callback_id, $5, epoch FROM c WHERE state = 'scheduled'
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
)
SELECT state, chain_root_id, workspace_id, number_id, agent_id FROM c
