-- customer_patch($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 int version, $5 jsonb body): name
WITH old AS MATERIALIZED (
  SELECT version FROM customer WHERE bucket = $1 AND tenant_id = $2 AND customer_id = $3 AND deleted_at IS NULL FOR UPDATE
), done AS (
  UPDATE customer c SET name = coalesce($5->>'name', c.name), version = c.version + 1
    FROM old WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.customer_id = $3 AND ($4::int IS NULL OR old.version = $4) RETURNING document(c) AS answer
)
SELECT (SELECT answer FROM done) AS answer, CASE WHEN NOT EXISTS (SELECT FROM done) THEN 'precondition_failed' END AS problem FROM old
