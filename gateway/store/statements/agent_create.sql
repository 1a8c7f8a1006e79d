-- agent_create($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 jsonb body, $5 timestamptz now, $6 uuid new_id, $7 uuid new_id2): one that is made here, out of the agent settings; the provider knows nothing of it
WITH w AS MATERIALIZED (
  SELECT workspace_id, name FROM workspace
   WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = ($4->>'workspace_id')::uuid AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3)
), done AS (
  INSERT INTO agent AS a (bucket, tenant_id, agent_id, workspace_id, name, channel, settings, created_at)
  SELECT $1, $2, $6, w.workspace_id, $4->>'name', 'voice', jsonb_strip_nulls(coalesce($4->'settings', '{}')), $5 FROM w
  RETURNING a.name, document(a) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, agent_id)
  SELECT $1, $2, $7, $5, 'agent_created', format('agent %s made in workspace %s', done.name, w.name), w.workspace_id, $6 FROM done, w
)
SELECT done.answer, $1::text || ':' || w.workspace_id::text AS changed FROM done, w
