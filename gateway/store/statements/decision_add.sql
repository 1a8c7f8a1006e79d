-- decision_add($1 smallint bucket, $2 uuid tenant, $3 uuid decision, $4 timestamptz now, $5 text kind, $6 text verdict, $7 uuid callback, $8 uuid chain, $9 uuid dial, $10 uuid call, $11 uuid workspace, $12 uuid agent, $13 text policy, $14 jsonb record): one decision; in the transaction of what it decides
INSERT INTO decision (bucket, tenant_id, decision_id, at, kind, verdict, callback_id, chain_root_id, dial_id, call_id, workspace_id, agent_id, policy, record)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
