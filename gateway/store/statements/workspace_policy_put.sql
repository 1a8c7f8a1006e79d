-- workspace_policy_put($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 int version, $6 jsonb body, $7 timestamptz now, $8 uuid new_id): overrides that read as a policy
WITH old AS MATERIALIZED (
  SELECT version FROM workspace WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) FOR UPDATE
), done AS (
  UPDATE workspace w SET policy = $6, version = w.version + 1 FROM old
   WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $4 AND ($5::int IS NULL OR old.version = $5) RETURNING w.name, w.policy_name, w.policy, w.version
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $8, $7, 'policy_changed', format('policy of workspace %s changed', name), $4 FROM done
)
SELECT (SELECT jsonb_build_object('policy_name', policy_name, 'overrides', policy, 'version', version) FROM done) AS answer,
       CASE WHEN NOT EXISTS (SELECT FROM done) THEN 'precondition_failed' END AS problem, $1::text || ':' || $4::text AS changed,
       (SELECT plan FROM tenant WHERE bucket = $1 AND tenant_id = $2) AS plan, (SELECT policy_name FROM done) AS policy_name,
       (SELECT policy FROM done) AS workspace_policy, NULL::jsonb AS agent_policy FROM old
