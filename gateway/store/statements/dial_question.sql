-- dial_question($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid dial): a call of ours asks how to go on: by whom, and with what, was it dialled?
SELECT a.agent_id, a.provider_agent_id, a.settings AS agent_settings, a.secrets AS agent_secrets, w.variable_prefix,
       c.chain_root_id, c.payload, c.reason, c.attempt, c.is_final_attempt
  FROM callbacks c
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $3 AND w.deleted_at IS NULL
  JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = c.agent_id
 WHERE c.bucket = $1 AND c.tenant_id = $2
   AND c.callback_id = (SELECT i.callback_id FROM intents i WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.dial_id = $4 AND i.workspace_id = $3 LIMIT 1)
