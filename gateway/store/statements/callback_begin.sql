-- callback_begin($1 smallint bucket, $2 uuid tenant, $3 uuid call, $4 uuid workspace, $5 uuid number, $6 uuid agent, $7 int attempt, $8 timestamptz due, $9 text reason, $10 boolean explicit, $11 boolean is_final, $12 int once_spent, $13 bytea callee_index, $14 bytea payload, $15 text begun, $16 jsonb beside, $17 text held, $18 timestamptz now): a chain that a call began which was no dial of ours; its first row bears the call's id, so that there is one; after follow_done
WITH c AS (
  INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, agent_id, customer_id, provider,
                         state, due_at, reason, explicit, is_final_attempt, once_spent, callee_index, payload, created_at, begun, end_reason,
                         callee_zones, callee_states, callee_country, callee_unknown, zone_source, wall_ms, wall_zone, zone_data,
                         confidence, flagged, evidence_id)
  SELECT $1, $2, $3, $3, $7, $4, $5, $6,
         (SELECT n.customer_id FROM number n WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $5), w.provider,
         CASE WHEN $17 IS NULL THEN 'scheduled' ELSE 'held' END, $8, $9, $10, $11, $12, $13, $14, $18, $15, $17,
         $16->>'zones', $16->>'states', $16->>'country', coalesce(($16->>'unknown')::boolean, false), $16->>'source',
         ($16->>'wall_ms')::bigint, $16->>'wall_zone', $16->>'zone_data', ($16->>'confidence')::smallint,
         coalesce(($16->>'flagged')::boolean, false), ($16->>'evidence_id')::uuid
    FROM workspace w WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $4
  ON CONFLICT DO NOTHING RETURNING *
)
INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM c WHERE state = 'scheduled'
RETURNING id
