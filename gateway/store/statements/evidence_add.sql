-- evidence_add($1 smallint bucket, $2 uuid tenant, $3 uuid evidence, $4 uuid chain, $5 uuid callback, $6 bytea detail, $7 timestamptz now, $8 timestamptz expires): who asked for a call at this time; in the transaction that plans it
INSERT INTO evidence (bucket, tenant_id, evidence_id, chain_root_id, callback_id, detail, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
