-- held_again($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 int epoch, $5 timestamptz now, $6 uuid activity): held → scheduled at the time that it had: its policy holds it no more, and the claim judges it as any other.
-- Not while the database recovers: what was due when it lost its last transactions may have rung.
WITH was AS MATERIALIZED (
  SELECT * FROM callbacks
   WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state = 'held' AND epoch = $4 AND held_by_policy(end_reason)
     AND number_id IS NOT NULL AND fence_ok($1) FOR UPDATE
), c AS (
  UPDATE callbacks c SET state = 'scheduled', end_reason = NULL, epoch = c.epoch + 1, slot_at = NULL
    FROM was WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $3
  RETURNING c.*
), due_then AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT $1, $2, 'dial', callback_id, due_at, epoch FROM c
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, $6, $5, 'callback.rescheduled', 'attempt ' || attempt || ' goes on: what held it (' || end_reason || ') holds it no more',
         workspace_id, number_id, agent_id, callback_id, chain_root_id FROM was
)
SELECT due_at FROM c
