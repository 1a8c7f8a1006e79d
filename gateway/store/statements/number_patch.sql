-- number_patch($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 int version, $6 jsonb body): which ways it works
WITH old AS MATERIALIZED (
  SELECT version FROM number WHERE bucket = $1 AND tenant_id = $2 AND number_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) FOR UPDATE
), done AS (
  UPDATE number n SET inbound = coalesce(($6->>'inbound')::boolean, n.inbound), outbound = coalesce(($6->>'outbound')::boolean, n.outbound), version = n.version + 1
    FROM old WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $4 AND ($5::int IS NULL OR old.version = $5)
  RETURNING n.workspace_id, document(n) AS answer
)
SELECT (SELECT answer FROM done) AS answer, CASE WHEN NOT EXISTS (SELECT FROM done) THEN 'precondition_failed' END AS problem,
       (SELECT $1::text || ':' || workspace_id::text FROM done) AS changed FROM old
