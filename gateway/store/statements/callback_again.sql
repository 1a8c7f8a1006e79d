-- callback_again($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 text outcome, $5 timestamptz due, $6 boolean spend, $7 text held, $8 boolean explicit, $9 jsonb beside, $10 boolean kept): the same attempt once more, its dial was not the callee's doing; after decide_lock. held: why it has no time yet. explicit, beside: as of callback_next
-- kept: the time that its callee named is not past: what was promised of it, and its evidence, stand. Else they are past.
WITH c AS (
  UPDATE callbacks SET state = CASE WHEN $7 IS NULL THEN 'scheduled' ELSE 'held' END, outcome = $4, due_at = $5, epoch = epoch + 1,
         repeats = repeats + 1, lease_until = NULL, slot_at = NULL, end_reason = $7, explicit = $8, override_key = NULL,
         first_due_at = CASE WHEN $10 THEN coalesce(first_due_at, due_at) END,
         callee_zones = $9->>'zones', callee_states = $9->>'states', callee_country = $9->>'country',
         callee_unknown = coalesce(($9->>'unknown')::boolean, false), zone_source = $9->>'source',
         wall_ms = CASE WHEN $10 THEN wall_ms ELSE ($9->>'wall_ms')::bigint END, wall_zone = CASE WHEN $10 THEN wall_zone ELSE $9->>'wall_zone' END,
         zone_data = CASE WHEN $10 THEN zone_data ELSE $9->>'zone_data' END, confidence = CASE WHEN $10 THEN confidence ELSE ($9->>'confidence')::smallint END,
         flagged = coalesce(($9->>'flagged')::boolean, false), evidence_id = CASE WHEN $10 THEN evidence_id ELSE ($9->>'evidence_id')::uuid END,
         once_spent = once_spent + CASE WHEN $6 THEN 1 ELSE 0 END
   WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state IN ('dialling', 'parked') RETURNING *
)
INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM c WHERE state = 'scheduled'
ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
