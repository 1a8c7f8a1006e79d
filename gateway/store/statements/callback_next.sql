-- callback_next($1 smallint bucket, $2 uuid tenant, $3 uuid previous, $4 uuid callback, $5 int attempt, $6 timestamptz due, $7 text reason, $8 boolean explicit, $9 boolean is_final, $10 int once_spent, $11 timestamptz now): the chain's next row, unique by (chain, attempt); after decide_lock
WITH c AS (
  INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, agent_id, customer_id, provider,
                         state, due_at, reason, explicit, is_final_attempt, once_spent, callee_index, payload, key_id, created_at,
                         callee_zones, callee_states, callee_country, callee_unknown, zone_source, begun)
  SELECT bucket, tenant_id, $4, chain_root_id, $5, workspace_id, number_id, agent_id, customer_id, provider,
         'scheduled', $6, $7, $8, $9, $10, callee_index, payload, key_id, $11,
         callee_zones, callee_states, callee_country, callee_unknown, zone_source, begun
    FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3
  ON CONFLICT (bucket, tenant_id, chain_root_id, attempt) WHERE chain_root_id IS NOT NULL DO NOTHING RETURNING *
)
INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM c
RETURNING id
