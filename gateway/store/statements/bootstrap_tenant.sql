-- bootstrap_tenant($1 smallint bucket, $2 uuid tenant, $3 text name, $4 bytea keys, $5 uuid key, $6 bytea hash, $7 text shown, $8 timestamptz now, $9 text plan): the first tenant, and a key that may do everything in it; in the API's role, with that tenant set
WITH t AS (
  INSERT INTO tenant (bucket, tenant_id, name, plan, keys, created_at) VALUES ($1, $2, $3, $9, $4, $8)
)
INSERT INTO api_key (bucket, tenant_id, key_id, kind, hash, shown, name, scopes, created_at)
VALUES ($1, $2, $5, 'api', $6, $7, 'bootstrap', '{admin}', $8)
