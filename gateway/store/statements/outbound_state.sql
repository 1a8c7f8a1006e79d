-- outbound_state($1 smallint bucket, $2 uuid tenant, $3 uuid callback): how far a call has come that somebody waits for, whichever worker dials it
SELECT c.state, c.end_reason, c.due_at, l.state AS dial_state,
       coalesce(l.provider_call_id, (SELECT k.provider_call_id FROM call k WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.callback_id = $3 AND k.workspace_id = c.workspace_id LIMIT 1)) AS call_id
  FROM callbacks c
  LEFT JOIN live_dial l ON l.bucket = $1 AND l.tenant_id = $2 AND l.callback_id = c.callback_id
 WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $3
