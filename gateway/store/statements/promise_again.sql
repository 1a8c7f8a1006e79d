-- promise_again($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 int epoch, $5 text version, $6 timestamptz due, $7 timestamptz first_due, $8 timestamptz now, $9 uuid activity, $10 text told): its wall clock is another instant by this zone data
WITH c AS (
  UPDATE callbacks SET zone_data = $5, due_at = $6, first_due_at = $7, epoch = epoch + 1, slot_at = NULL
   WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state IN ('scheduled', 'held') AND epoch = $4 AND fence_ok($1)
  RETURNING *
), due_then AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT $1, $2, 'dial', callback_id, $6, epoch FROM c WHERE state = 'scheduled'
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
)
INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
SELECT $1, $2, $9, $8, 'callback.rescheduled', $10, workspace_id, number_id, agent_id, callback_id, chain_root_id FROM c
