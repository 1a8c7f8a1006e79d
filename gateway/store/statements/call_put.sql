-- call_put($1 smallint bucket, $2 uuid tenant, $3 uuid call, $4 uuid workspace, $5 bytea call_index, $6 text provider_call, $7 uuid agent, $8 uuid dial, $9 text direction, $10 text channel, $11 smallint rank, $12 text outcome, $13 text end_reason, $14 timestamptz started, $15 timestamptz ended, $16 bytea detail, $17 timestamptz now): the call moves forward
INSERT INTO call (bucket, tenant_id, call_id, workspace_id, call_index, provider_call_id, agent_id, dial_id, callback_id, direction, channel,
                  rank, outcome, end_reason, started_at, ended_at, detail, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
        coalesce((SELECT callback_id FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $8 AND workspace_id = $4),
                 (SELECT callback_id FROM intents WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $8 AND workspace_id = $4 LIMIT 1)),
        $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (bucket, tenant_id, call_index) WHERE call_index IS NOT NULL DO UPDATE SET
  agent_id = coalesce(excluded.agent_id, call.agent_id), dial_id = coalesce(call.dial_id, excluded.dial_id),
  callback_id = coalesce(call.callback_id, excluded.callback_id), direction = coalesce(excluded.direction, call.direction),
  channel = coalesce(excluded.channel, call.channel), rank = greatest(call.rank, excluded.rank),
  outcome = coalesce(excluded.outcome, call.outcome), end_reason = coalesce(excluded.end_reason, call.end_reason),
  started_at = coalesce(call.started_at, excluded.started_at), ended_at = coalesce(call.ended_at, excluded.ended_at),
  detail = CASE WHEN call.call_id = excluded.call_id THEN coalesce(excluded.detail, call.detail) ELSE call.detail END,
  version = call.version + 1
