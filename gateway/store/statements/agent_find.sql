-- agent_find($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 text provider_agent): the agent that an event names
SELECT agent_id FROM agent WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $3 AND provider_agent_id = $4
