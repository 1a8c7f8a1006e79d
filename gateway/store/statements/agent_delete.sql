-- agent_delete($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now, $6 uuid new_id): one that was made here, and that nothing uses any more.
-- It is disabled too: what comes to use it at this very moment stops as with any disabled agent.
WITH old AS MATERIALIZED (
  SELECT provider_agent_id IS NULL AS ours, name, workspace_id FROM agent
   WHERE bucket = $1 AND tenant_id = $2 AND agent_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) FOR UPDATE
), numbers AS MATERIALIZED (
  SELECT n.number_id AS id FROM number n, old WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.agent_id = $4 AND n.deleted_at IS NULL
), open AS MATERIALIZED (
  SELECT c.callback_id AS id FROM callbacks c, old
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.agent_id = $4 AND c.state IN ('scheduled', 'claimed', 'held')
  UNION
  SELECT c.callback_id FROM old, live_dial l JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = l.callback_id
   WHERE l.bucket = $1 AND l.tenant_id = $2 AND c.agent_id = $4 AND c.state IN ('dialling', 'parked')
), uses AS (
  -- A few of each are named; the lists tell the rest.
  SELECT format('%s %s mapped to it (%s)', count(*), CASE count(*) WHEN 1 THEN 'number is' ELSE 'numbers are' END,
                array_to_string((array_agg(id ORDER BY id))[:3], ', ') || CASE WHEN count(*) > 3 THEN ', …' ELSE '' END) AS text
    FROM numbers HAVING count(*) > 0
  UNION ALL
  SELECT format('%s %s open (%s)', count(*), CASE count(*) WHEN 1 THEN 'callback of it is' ELSE 'callbacks of it are' END,
                array_to_string((array_agg(id ORDER BY id))[:3], ', ') || CASE WHEN count(*) > 3 THEN ', …' ELSE '' END)
    FROM open HAVING count(*) > 0
), done AS (
  UPDATE agent a SET deleted_at = $5, enabled = false, version = a.version + 1 FROM old
   WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = $4 AND old.ours AND NOT EXISTS (SELECT FROM uses) RETURNING a.name, a.workspace_id
), unmapped AS (
  -- A number that was removed comes back with an import, and without this agent.
  UPDATE number n SET agent_id = NULL, inbound = false, outbound = false, version = n.version + 1 FROM done
   WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.agent_id = $4 AND n.deleted_at IS NOT NULL
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, agent_id)
  SELECT $1, $2, $6, $5, 'agent_deleted', format('agent %s deleted', name), workspace_id, $4 FROM done
)
SELECT NULL::jsonb AS answer, CASE WHEN NOT EXISTS (SELECT FROM done) THEN 'conflict' END AS problem,
       CASE WHEN NOT ours THEN 'this agent is the provider''s: delete it there, and the next sync marks it as missing'
            ELSE 'this agent is in use: ' || (SELECT string_agg(text, '; ') FROM uses) END AS detail,
       (SELECT $1::text || ':' || workspace_id::text FROM done) AS changed FROM old
