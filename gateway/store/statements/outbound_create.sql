-- outbound_create($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 uuid workspace, $5 uuid number, $6 uuid agent, $7 uuid customer, $8 text provider, $9 timestamptz due, $10 timestamptz lease_until, $11 boolean is_final, $12 bytea callee_index, $13 bytea payload, $14 uuid key, $15 timestamptz now, $16 text zones, $17 text states, $18 text country, $19 boolean unknown, $20 text zone_source): a chain's first row. With lease_until it is claimed at once (epoch 1) by the worker that made it, else it is due like any other
WITH c AS (
  INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, agent_id, customer_id, provider,
                         state, epoch, lease_until, due_at, reason, is_final_attempt, callee_index, payload, key_id, created_at,
                         callee_zones, callee_states, callee_country, callee_unknown, zone_source)
  VALUES ($1, $2, $3, $3, 1, $4, $5, $6, $7, $8, CASE WHEN $10 IS NULL THEN 'scheduled' ELSE 'claimed' END,
          CASE WHEN $10 IS NULL THEN 0 ELSE 1 END, $10, $9, 'api', $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
  RETURNING *
)
INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch)
SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM c WHERE state = 'scheduled'
