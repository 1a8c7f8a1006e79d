-- tenant_get($1 smallint bucket, $2 uuid tenant): the key's own tenant
SELECT jsonb_build_object('id', tenant_id, 'name', name, 'plan', plan, 'created_at', utc(created_at)) AS answer, plan
  FROM tenant WHERE bucket = $1 AND tenant_id = $2
