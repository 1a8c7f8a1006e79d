-- look_read($1 smallint bucket, $2 uuid tenant, $3 uuid dial): what a look, or a question for one call, needs
SELECT l.state, l.callback_id, l.workspace_id, l.provider, l.send_before, l.verdict_at, l.live_until, l.sent_at, l.placed_at, l.looks, l.provider_call_id,
       w.settings AS workspace_settings, w.secrets AS workspace_secrets, t.keys, w.credentials_set_at >= l.created_at AS other_credentials, c.payload, c.agent_id, c.number_id, c.chain_root_id
  FROM live_dial l JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3)
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = l.workspace_id
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
 WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.dial_id = $3
