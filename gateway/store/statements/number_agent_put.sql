-- number_agent_put($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 jsonb body, $6 timestamptz now, $7 uuid new_id): which agent of the same workspace answers and calls. One that writes messages cannot speak on a number that takes calls
WITH old AS MATERIALIZED (
  SELECT workspace_id, voice FROM number WHERE bucket = $1 AND tenant_id = $2 AND number_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) FOR UPDATE
), a AS MATERIALIZED (
  SELECT a.agent_id, a.name, a.channel, a.channel = 'voice' OR NOT old.voice AS fits FROM agent a JOIN old ON a.workspace_id = old.workspace_id
   WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = ($5->>'agent_id')::uuid AND a.deleted_at IS NULL
), done AS (
  UPDATE number n SET agent_id = a.agent_id, inbound = coalesce(($5->>'inbound')::boolean, true),
         outbound = coalesce(($5->>'outbound')::boolean, false), version = n.version + 1
    FROM a WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $4 AND a.fits RETURNING n.workspace_id, n.inbound, n.outbound, document(n) AS answer
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id)
  SELECT $1, $2, $7, $6, 'agent_mapped', format('agent %s mapped to the number: inbound %s, outbound %s', a.name,
         CASE WHEN done.inbound THEN 'on' ELSE 'off' END, CASE WHEN done.outbound THEN 'on' ELSE 'off' END), done.workspace_id, $4, a.agent_id
    FROM done, a
)
SELECT (SELECT answer FROM done) AS answer, CASE WHEN NOT EXISTS (SELECT FROM a WHERE fits) THEN 'invalid' END AS problem,
       coalesce((SELECT format('the number takes calls, and this agent does not speak: its channel is %s', channel) FROM a WHERE NOT fits),
                'there is no such agent in the number''s workspace') AS detail, '/agent_id' AS pointer,
       $1::text || ':' || workspace_id::text AS changed FROM old
