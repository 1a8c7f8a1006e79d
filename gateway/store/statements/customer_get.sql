-- customer_get($1 smallint bucket, $2 uuid tenant, $3 uuid id): one customer
SELECT document(c) AS answer FROM customer c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.customer_id = $3 AND c.deleted_at IS NULL
