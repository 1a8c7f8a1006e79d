-- agent_patch($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 int version, $6 jsonb body, $7 timestamptz now, $8 uuid new_id, $9 uuid new_id2): name, enabled, settings. What the provider has is named there.
-- Disabling cancels what is scheduled for the agent, as a person's cancel does; what is on its way to the provider ends by itself.
WITH old AS MATERIALIZED (
  SELECT version, enabled, name, provider_agent_id IS NOT NULL AND $6 ? 'name' AS theirs FROM agent
   WHERE bucket = $1 AND tenant_id = $2 AND agent_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) FOR UPDATE
), done AS (
  UPDATE agent a SET name = coalesce($6->>'name', a.name), enabled = coalesce(($6->>'enabled')::boolean, a.enabled),
         settings = jsonb_strip_nulls(a.settings || coalesce($6->'settings', '{}')), version = a.version + 1
    FROM old WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $4 AND NOT old.theirs AND ($5::int IS NULL OR old.version = $5)
  RETURNING a.workspace_id, a.name, a.enabled, document(a) AS answer
), disabled AS MATERIALIZED (
  SELECT $4 AS agent_id FROM done, old WHERE old.enabled AND NOT done.enabled
), found AS MATERIALIZED (
  SELECT c.callback_id FROM callbacks c, disabled x
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.agent_id = x.agent_id AND c.state IN ('scheduled', 'claimed', 'held')
), waiting AS MATERIALIZED (
  -- In the order of their ids, as whoever takes several.
  SELECT x.* FROM (SELECT callback_id FROM found ORDER BY callback_id) f CROSS JOIN LATERAL (
    SELECT callback_id, state FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = f.callback_id AND state IN ('scheduled', 'claimed', 'held')
       FOR UPDATE) x
), cancelled AS (
  UPDATE callbacks c SET state = 'cancelled', epoch = c.epoch + 1, lease_until = NULL, cancelled_by = 'agent disabled',
         cancel_requested_at = $7, end_reason = 'agent_disabled', ended_at = $7
    FROM waiting w WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = w.callback_id RETURNING c.callback_id
), undue AS (
  DELETE FROM due d USING cancelled c WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'dial' AND d.id = c.callback_id
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, agent_id)
  SELECT $1, $2, $8, $7, CASE WHEN done.enabled THEN 'agent_enabled' ELSE 'agent_disabled' END,
         CASE WHEN done.enabled THEN format('agent %s enabled', done.name)
              ELSE format('agent %s disabled, %s scheduled calls cancelled', done.name, (SELECT count(*) FROM cancelled)) END,
         done.workspace_id, $4
    FROM done, old WHERE done.enabled <> old.enabled
), renamed AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, agent_id)
  SELECT $1, $2, $9, $7, 'agent_renamed', format('agent %s renamed: %s', old.name, done.name), done.workspace_id, $4
    FROM done, old WHERE done.name <> old.name
)
SELECT (SELECT answer FROM done) AS answer, CASE WHEN EXISTS (SELECT FROM done) THEN NULL WHEN theirs THEN 'invalid' ELSE 'precondition_failed' END AS problem,
       CASE WHEN theirs THEN 'the provider names this agent: rename it there, and sync' END AS detail, CASE WHEN theirs THEN '/name' END AS pointer,
       (SELECT $1::text || ':' || workspace_id::text FROM done) AS changed FROM old
