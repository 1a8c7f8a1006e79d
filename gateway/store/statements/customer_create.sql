-- customer_create($1 smallint bucket, $2 uuid tenant, $3 uuid new_id, $4 jsonb body, $5 timestamptz now, $6 uuid new_id2): without credits yet
WITH c AS (
  INSERT INTO customer AS c (bucket, tenant_id, customer_id, name, created_at) VALUES ($1, $2, $3, $4->>'name', $5) RETURNING document(c) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, customer_id)
  VALUES ($1, $2, $6, $5, 'customer_created', format('customer %s made', $4->>'name'), $3)
)
SELECT answer FROM c
