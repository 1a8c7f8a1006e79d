-- workspace_patch($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 int version, $6 jsonb body, $7 timestamptz now, $8 uuid new_id): after the body was checked
WITH old AS MATERIALIZED (
  SELECT w.version FROM workspace w
   WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $4 AND w.deleted_at IS NULL AND ($3::uuid IS NULL OR w.workspace_id = $3) FOR UPDATE
), done AS (
  UPDATE workspace w SET name = coalesce($6->>'name', w.name), timezone = coalesce($6->>'timezone', w.timezone),
         policy_name = coalesce($6->>'policy_name', w.policy_name), variable_prefix = coalesce($6->>'variable_prefix', w.variable_prefix),
         dials_per_minute = CASE WHEN $6 ? 'dials_per_minute' THEN ($6->>'dials_per_minute')::integer ELSE w.dials_per_minute END,
         version = w.version + 1
    FROM old WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $4 AND ($5::int IS NULL OR old.version = $5)
  RETURNING w.name, document(w) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $8, $7, 'workspace_changed',
         format('workspace %s changed: %s', name, (SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys($6) k)), $4
    FROM done WHERE $6 <> '{}'
)
SELECT (SELECT answer FROM done) AS answer, CASE WHEN NOT EXISTS (SELECT FROM done) THEN 'precondition_failed' END AS problem,
       $1::text || ':' || $4::text AS changed FROM old
