-- inbound_find($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 bytea e164_index): who answers a call to this number?
SELECT a.agent_id, a.provider_agent_id, a.settings AS agent_settings, a.secrets AS agent_secrets, n.number_id
  FROM number n JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = n.agent_id AND a.enabled
 WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.workspace_id = $3 AND n.e164_index = $4 AND n.inbound AND n.deleted_at IS NULL
