-- rang_add($1 smallint bucket, $2 uuid tenant, $3 bytea callee_index, $4 timestamptz at, $5 uuid ref): a call to this callee that was placed elsewhere counts against its caps, once; after the statement that holds the call's row
INSERT INTO rang (bucket, tenant_id, callee_index, at, ref)
SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM rang WHERE bucket = $1 AND tenant_id = $2 AND callee_index = $3 AND ref = $5)
ON CONFLICT DO NOTHING
