-- claim_decided($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 int epoch, $5 text state, $6 timestamptz due, $7 timestamptz now, $8 text verdict, $9 uuid decision, $10 text policy, $11 jsonb record, $12 uuid activity, $13 text told, $14 text held): claimed → scheduled at another time, held or expired, by the policy's word, and the decision with it. No dial was begun. held: why
WITH c AS (
  UPDATE callbacks SET state = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' ELSE $5 END,
         ended_at = CASE WHEN cancel_requested_at IS NOT NULL THEN cancel_requested_at WHEN $5 = 'expired' THEN $7 END,
         end_reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' WHEN $5 = 'held' THEN $14 WHEN $5 = 'expired' THEN 'gave_up' END,
         epoch = epoch + 1, lease_until = NULL, due_at = coalesce($6, due_at), first_due_at = coalesce(first_due_at, due_at)
   WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state = 'claimed' AND epoch = $4
  RETURNING *
), d AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch)
  SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM c WHERE state = 'scheduled'
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
), decided AS (
  INSERT INTO decision (bucket, tenant_id, decision_id, at, kind, verdict, callback_id, chain_root_id, workspace_id, agent_id, policy, record)
  SELECT $1, $2, $9, $7, 'admit', $8, $3, chain_root_id, workspace_id, agent_id, $10, $11 FROM c WHERE state = $5
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, $12, $7, CASE $5 WHEN 'held' THEN 'callback.held' WHEN 'expired' THEN 'callback.ended' ELSE 'callback.moved' END,
         'attempt ' || attempt || ' ' || $13, workspace_id, number_id, agent_id, $3, chain_root_id FROM c WHERE state = $5
)
SELECT state FROM c
