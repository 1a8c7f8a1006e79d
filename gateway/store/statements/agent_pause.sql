-- agent_pause($1 smallint bucket, $2 uuid tenant, $3 uuid agent): the provider refuses this agent
UPDATE agent SET enabled = false WHERE bucket = $1 AND tenant_id = $2 AND agent_id = $3 AND enabled
