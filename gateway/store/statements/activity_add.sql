-- activity_add($1 smallint bucket, $2 uuid tenant, $3 uuid activity, $4 timestamptz now, $5 text kind, $6 text text, $7 uuid workspace, $8 uuid number, $9 uuid agent, $10 uuid callback, $11 uuid chain, $12 uuid dial): one sentence
INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id, dial_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
