-- SPDX-License-Identifier: Apache-2.0
-- Documents of calls, callbacks and suppressions, as 0002 has those of what is set up.

CREATE FUNCTION document(c callbacks) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', c.callback_id, 'chain_root_id', c.chain_root_id, 'attempt', c.attempt,
    'is_final_attempt', c.is_final_attempt, 'state', c.state, 'due_at', utc(c.due_at), 'reason', c.reason, 'explicit', c.explicit,
    'to_number', sealed('e164:to', 'callbacks', 'payload', c.chain_root_id, c.payload),
    'workspace_id', c.workspace_id, 'number_id', c.number_id, 'agent_id', c.agent_id, 'customer_id', c.customer_id,
    'provider', c.provider, 'dial_id', c.last_dial, 'outcome', c.outcome, 'end_reason', c.end_reason, 'ended_at', utc(c.ended_at),
    'cancel_requested_at', utc(c.cancel_requested_at), 'cancelled_by', c.cancelled_by, 'key_id', c.key_id,
    'first_due_at', utc(c.first_due_at), 'begun', c.begun, 'callee_zones', string_to_array(c.callee_zones, ','),
    'callee_states', string_to_array(nullif(c.callee_states, ''), ','), 'callee_country', nullif(c.callee_country, ''),
    'zone_source', c.zone_source, 'confidence', c.confidence, 'flagged', c.flagged, 'created_at', utc(c.created_at)) $$;

CREATE FUNCTION document(k call) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', k.call_id, 'provider_call_id', k.provider_call_id, 'workspace_id', k.workspace_id,
    'agent_id', k.agent_id, 'callback_id', k.callback_id, 'dial_id', k.dial_id, 'direction', k.direction, 'channel', k.channel,
    'state', (ARRAY['created', 'started', 'answered', 'ended', 'final'])[k.rank + 1], 'outcome', k.outcome,
    'end_reason', k.end_reason, 'started_at', utc(k.started_at), 'ended_at', utc(k.ended_at),
    'from_number', sealed('e164:from', 'call', 'detail', k.call_id, k.detail),
    'to_number', sealed('e164:to', 'call', 'detail', k.call_id, k.detail),
    'recording_url', sealed('text:recording_url', 'call', 'detail', k.call_id, k.detail), 'created_at', utc(k.created_at)) $$;

CREATE FUNCTION document(s suppression) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', s.suppression_id, 'workspace_id', s.workspace_id, 'source', s.source, 'reason', s.reason, 'created_at', utc(s.created_at),
    'expires_at', utc(s.expires_at)) $$;

-- A callback's dials, each with its transitions. Several may bear one time: then in the order in which they follow each other.
CREATE FUNCTION dials(c callbacks) RETURNS jsonb LANGUAGE sql STABLE AS $$
  WITH steps AS (
    SELECT i.*, row_number() OVER (PARTITION BY i.dial_id ORDER BY i.at, array_position(
             ARRAY['intent', 'sent', 'ambiguous', 'parked', 'not_placed', 'placed', 'ended', 'closed', 'decided'], i.state)) AS step
      FROM intents i WHERE i.bucket = c.bucket AND i.tenant_id = c.tenant_id AND i.callback_id = c.callback_id
  ), dials AS (
    SELECT dial_id, jsonb_build_object('id', dial_id, 'state', (array_agg(state ORDER BY step DESC))[1],
             'provider_call_id', max(provider_call_id), 'live_until', utc(max(live_until)),
             'history', jsonb_agg(jsonb_build_object('state', state, 'at', utc(at), 'why', why) ORDER BY step)) AS doc
      FROM steps GROUP BY dial_id
  )
  SELECT coalesce(jsonb_agg(doc ORDER BY dial_id), '[]') FROM dials $$;
CREATE INDEX intents_callback ON intents (callback_id, bucket, tenant_id) WHERE callback_id IS NOT NULL;

CREATE FUNCTION calls(c callbacks) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(document(k) ORDER BY k.call_id), '[]') FROM call k
   WHERE k.bucket = c.bucket AND k.tenant_id = c.tenant_id AND k.callback_id = c.callback_id AND k.workspace_id = c.workspace_id $$;

-- The least UUIDv7 of an instant.
CREATE FUNCTION id_floor(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE
  AS $$ SELECT rpad(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0'), 32, '0')::uuid $$;

-- A new UUIDv7 of an instant, where a statement makes rows that nobody counted before.
CREATE FUNCTION id_at(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE
  AS $$ SELECT (substr(id_floor(at)::text, 1, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid $$;

-- A tenant's own row comes from `switchhook bootstrap`, in a transaction that set that tenant.
GRANT INSERT ON tenant TO switchhook_api;
