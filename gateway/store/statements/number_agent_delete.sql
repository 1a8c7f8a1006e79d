-- number_agent_delete($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now, $6 uuid new_id): no agent: neither inbound nor outbound
WITH old AS MATERIALIZED (
  SELECT agent_id, workspace_id FROM number WHERE bucket = $1 AND tenant_id = $2 AND number_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) FOR UPDATE
), done AS (
  UPDATE number n SET agent_id = NULL, inbound = false, outbound = false, version = n.version + 1 FROM old
   WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $4
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id)
  SELECT $1, $2, $6, $5, 'agent_unmapped', 'agent taken from the number', workspace_id, $4, agent_id FROM old WHERE agent_id IS NOT NULL
)
SELECT NULL::jsonb AS answer, $1::text || ':' || workspace_id::text AS changed FROM old
