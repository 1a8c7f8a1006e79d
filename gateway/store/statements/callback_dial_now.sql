-- callback_dial_now($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 int epoch, $5 boolean explicit, $6 timestamptz now, $7 uuid activity, $8 text told, $9 uuid key): due at once, if nothing has moved since callback_context. explicit: a person overrides quiet hours. What the callee had named was another time, and counts for this one no more
WITH c AS (
  UPDATE callbacks SET state = 'scheduled', due_at = $6, first_due_at = NULL, epoch = epoch + 1, explicit = $5, slot_at = NULL, end_reason = NULL,
         wall_ms = NULL, wall_zone = NULL, zone_data = NULL, evidence_id = NULL, override_key = CASE WHEN $5 THEN $9::uuid END
   WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state IN ('scheduled', 'held') AND epoch = $4 AND fence_ok($1)
  RETURNING callbacks AS r
), due_now AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT $1, $2, 'dial', $3, $6, (c.r).epoch FROM c
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, $7, $6, 'callback.dial_now', 'attempt ' || (c.r).attempt || ' ' || $8,
         (c.r).workspace_id, (c.r).number_id, (c.r).agent_id, $3, (c.r).chain_root_id FROM c
)
SELECT document(c.r) AS answer FROM c
