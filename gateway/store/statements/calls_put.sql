-- calls_put($1 smallint[] buckets, $2 uuid[] tenants, $3 uuid[] calls, $4 uuid[] workspaces, $5 bytea[] call_indexes, $6 text[] provider_calls, $7 uuid[] agents, $8 uuid[] dials, $9 text[] directions, $10 text[] channels, $11 smallint[] ranks, $12 text[] outcomes, $13 text[] end_reasons, $14 timestamptz[] started, $15 timestamptz[] ended, $16 bytea[] details, $17 int[] versions, $18 timestamptz now): calls move forward; after events_done
-- versions: as each was read, 0 if there was none. One that has moved since holds facts that were not merged: nothing happens, read again.
INSERT INTO call (bucket, tenant_id, call_id, workspace_id, call_index, provider_call_id, agent_id, dial_id, callback_id, direction, channel,
                  rank, outcome, end_reason, started_at, ended_at, detail, version, created_at)
SELECT u.b, u.t, u.k, u.w, u.c, u.p, u.a, u.l,
       CASE WHEN u.l IS NOT NULL THEN
         coalesce((SELECT callback_id FROM live_dial WHERE bucket = u.b AND tenant_id = u.t AND dial_id = u.l AND workspace_id = u.w),
                  (SELECT callback_id FROM intents WHERE bucket = u.b AND tenant_id = u.t AND dial_id = u.l AND workspace_id = u.w LIMIT 1)) END,
       u.d, u.h, u.r, u.o, u.e, u.s, u.z, u.y, u.v + 1, $18
  FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) AS u(b, t, k, w, c, p, a, l, d, h, r, o, e, s, z, y, v)
ON CONFLICT (bucket, tenant_id, call_index) WHERE call_index IS NOT NULL DO UPDATE SET
  agent_id = coalesce(excluded.agent_id, call.agent_id), dial_id = coalesce(call.dial_id, excluded.dial_id),
  callback_id = coalesce(call.callback_id, excluded.callback_id), direction = coalesce(excluded.direction, call.direction),
  channel = coalesce(excluded.channel, call.channel), rank = greatest(call.rank, excluded.rank),
  outcome = coalesce(excluded.outcome, call.outcome), end_reason = coalesce(excluded.end_reason, call.end_reason),
  started_at = coalesce(call.started_at, excluded.started_at), ended_at = coalesce(call.ended_at, excluded.ended_at),
  -- of a call that was forgotten late news is not kept either
  detail = CASE WHEN call.provider_call_id = '' THEN NULL ELSE coalesce(excluded.detail, call.detail) END,
  version = CASE WHEN must(call.call_id = excluded.call_id AND call.version + 1 = excluded.version, 'the call has moved') THEN excluded.version END
