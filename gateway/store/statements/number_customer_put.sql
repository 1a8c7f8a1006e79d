-- number_customer_put($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 jsonb body, $6 timestamptz now, $7 uuid new_id): whose number it is, and whose credits its calls take
WITH old AS MATERIALIZED (
  SELECT customer_id FROM number WHERE bucket = $1 AND tenant_id = $2 AND number_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) FOR UPDATE
), c AS MATERIALIZED (
  SELECT customer_id, name FROM customer WHERE bucket = $1 AND tenant_id = $2 AND customer_id = ($5->>'customer_id')::uuid AND deleted_at IS NULL FOR SHARE
), done AS (
  UPDATE number n SET customer_id = c.customer_id, version = n.version + 1
    FROM old, c WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $4 RETURNING n.workspace_id, document(n) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, customer_id)
  SELECT $1, $2, $7, $6, 'number_assigned', format('number assigned to %s', c.name), done.workspace_id, $4, c.customer_id
    FROM done, c, old WHERE old.customer_id IS DISTINCT FROM c.customer_id
)
SELECT (SELECT answer FROM done) AS answer, CASE WHEN NOT EXISTS (SELECT FROM c) THEN 'invalid' END AS problem,
       'there is no such customer' AS detail, '/customer_id' AS pointer FROM old
