-- callback_next($1 smallint bucket, $2 uuid tenant, $3 uuid previous, $4 uuid callback, $5 int attempt, $6 timestamptz due, $7 text reason, $8 boolean explicit, $9 boolean is_final, $10 int once_spent, $11 timestamptz now, $12 jsonb beside, $13 text held): the chain's next row, unique by (chain, attempt); after decide_lock
-- beside: where the callee is, and what was promised (engine/after.h). held: why it has no time yet, which a person gives.
WITH c AS (
  INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, agent_id, customer_id, provider,
                         state, due_at, reason, explicit, is_final_attempt, once_spent, callee_index, payload, key_id, created_at, begun, end_reason,
                         callee_zones, callee_states, callee_country, callee_unknown, zone_source, wall_ms, wall_zone, zone_data,
                         confidence, flagged, evidence_id)
  SELECT bucket, tenant_id, $4, chain_root_id, $5, workspace_id, number_id, agent_id, customer_id, provider,
         CASE WHEN $13 IS NULL THEN 'scheduled' ELSE 'held' END, $6, $7, $8, $9, $10, callee_index, payload, key_id, $11, begun, $13,
         $12->>'zones', $12->>'states', $12->>'country', coalesce(($12->>'unknown')::boolean, false), $12->>'source',
         ($12->>'wall_ms')::bigint, $12->>'wall_zone', $12->>'zone_data', ($12->>'confidence')::smallint,
         coalesce(($12->>'flagged')::boolean, false), ($12->>'evidence_id')::uuid
    FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3
  ON CONFLICT (bucket, tenant_id, chain_root_id, attempt) WHERE chain_root_id IS NOT NULL DO NOTHING RETURNING *
)
INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM c WHERE state = 'scheduled'
RETURNING id
