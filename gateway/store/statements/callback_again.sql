-- callback_again($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 text outcome, $5 timestamptz due, $6 boolean spend, $7 text held, $8 boolean explicit, $9 jsonb beside): the same attempt once more, its dial was not the callee's doing; after decide_lock. held: why it has no time yet. explicit, beside: as of callback_next; what was promised of the dial that ended is past
WITH c AS (
  UPDATE callbacks SET state = CASE WHEN $7 IS NULL THEN 'scheduled' ELSE 'held' END, outcome = $4, due_at = $5, epoch = epoch + 1,
         repeats = repeats + 1, lease_until = NULL, slot_at = NULL, first_due_at = NULL, end_reason = $7, explicit = $8, override_key = NULL,
         callee_zones = $9->>'zones', callee_states = $9->>'states', callee_country = $9->>'country',
         callee_unknown = coalesce(($9->>'unknown')::boolean, false), zone_source = $9->>'source',
         wall_ms = ($9->>'wall_ms')::bigint, wall_zone = $9->>'wall_zone', zone_data = $9->>'zone_data',
         confidence = ($9->>'confidence')::smallint, flagged = coalesce(($9->>'flagged')::boolean, false), evidence_id = ($9->>'evidence_id')::uuid,
         once_spent = once_spent + CASE WHEN $6 THEN 1 ELSE 0 END
   WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state IN ('dialling', 'parked') RETURNING *
)
INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM c WHERE state = 'scheduled'
ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
