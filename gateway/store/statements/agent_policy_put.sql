-- agent_policy_put($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 int version, $6 jsonb body, $7 timestamptz now, $8 uuid new_id): overrides that read as a policy
WITH old AS MATERIALIZED (
  SELECT a.version, a.workspace_id, w.policy_name, w.policy AS workspace_policy FROM agent a
    JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = a.workspace_id AND w.deleted_at IS NULL
   WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $4 AND a.deleted_at IS NULL AND ($3::uuid IS NULL OR a.workspace_id = $3) FOR UPDATE OF a
), done AS (
  UPDATE agent a SET policy = $6, version = a.version + 1 FROM old
   WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $4 AND ($5::int IS NULL OR old.version = $5) RETURNING a.name, a.policy, a.version
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, agent_id)
  SELECT $1, $2, $8, $7, 'policy_changed', format('policy of agent %s changed', done.name), old.workspace_id, $4 FROM done, old
)
SELECT (SELECT jsonb_build_object('policy_name', old.policy_name, 'overrides', done.policy, 'version', done.version) FROM done, old) AS answer,
       CASE WHEN NOT EXISTS (SELECT FROM done) THEN 'precondition_failed' END AS problem, (SELECT $1::text || ':' || workspace_id::text FROM old) AS changed,
       (SELECT plan FROM tenant WHERE bucket = $1 AND tenant_id = $2) AS plan, policy_name, workspace_policy, (SELECT policy FROM done) AS agent_policy FROM old
