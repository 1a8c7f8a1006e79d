-- SPDX-License-Identifier: Apache-2.0
-- The API's documents: the shape of each resource stands here once, for the statements that read, make and change it.

-- RFC 3339, UTC, with milliseconds.
CREATE FUNCTION utc(t timestamptz) RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT to_char(timezone('UTC', t), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

CREATE FUNCTION document(w workspace) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', w.workspace_id, 'name', w.name, 'provider', w.provider, 'timezone', w.timezone,
    'policy_name', w.policy_name, 'variable_prefix', w.variable_prefix, 'dials_per_minute', w.dials_per_minute,
    'settings', w.settings, 'secrets_set', to_jsonb(w.secret_names), 'credentials_ok', w.credentials_ok,
    'credentials_at', utc(w.credentials_at), 'paused_reason', w.paused_reason, 'paused_at', utc(w.paused_at),
    'version', w.version, 'created_at', utc(w.created_at)) $$;

CREATE FUNCTION document(c customer) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', c.customer_id, 'name', c.name, 'balance', c.balance, 'version', c.version,
    'created_at', utc(c.created_at)) $$;

CREATE FUNCTION document(l ledger) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', l.entry_id, 'customer_id', l.customer_id, 'kind', l.kind, 'amount', l.amount,
    'dial_id', l.dial_id, 'note', l.note, 'created_at', utc(l.created_at)) $$;

CREATE FUNCTION document(a agent) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', a.agent_id, 'workspace_id', a.workspace_id, 'provider_agent_id', a.provider_agent_id,
    'name', a.name, 'channel', a.channel, 'provider_version', a.provider_version, 'enabled', a.enabled, 'settings', a.settings,
    'verification_status', a.verification_status, 'last_delivery_at', utc(a.last_delivery_at), 'synced_at', utc(a.synced_at),
    'missing_at', utc(a.missing_at), 'version', a.version, 'created_at', utc(a.created_at)) $$;

CREATE FUNCTION document(n number) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', n.number_id, 'workspace_id', n.workspace_id,
    'number', sealed('e164', 'number', 'e164', n.number_id, n.e164),
    'provider_id', sealed('id:provider_id', 'number', 'detail', n.number_id, n.detail),
    'label', sealed('text:label', 'number', 'detail', n.number_id, n.detail),
    'bindings', sealed('open:bindings', 'number', 'detail', n.number_id, n.detail),
    'voice', n.voice, 'sms', n.sms, 'customer_id', n.customer_id, 'agent_id', n.agent_id, 'inbound', n.inbound,
    'outbound', n.outbound, 'version', n.version, 'imported_at', utc(n.imported_at)) $$;

CREATE FUNCTION document(k api_key) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', k.key_id, 'kind', k.kind, 'shown', k.shown, 'name', k.name, 'scopes', to_jsonb(k.scopes),
    'workspace_id', k.workspace_id, 'number_id', k.number_id, 'created_by', k.created_by, 'created_at', utc(k.created_at),
    'last_used_at', utc(k.last_used_at), 'expires_at', utc(k.expires_at)) $$;

CREATE FUNCTION document(a activity) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', a.activity_id, 'at', utc(a.at), 'kind', a.kind, 'text', a.text,
    'workspace_id', a.workspace_id, 'number_id', a.number_id, 'agent_id', a.agent_id, 'customer_id', a.customer_id,
    'callback_id', a.callback_id, 'chain_root_id', a.chain_root_id, 'dial_id', a.dial_id) $$;

CREATE FUNCTION document(e inbox) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('id', e.event_id, 'received_at', utc(e.received_at), 'workspace_id', e.workspace_id,
    'agent_id', e.agent_id, 'provider', e.provider, 'kind', e.kind, 'final', e.final, 'dial_id', e.dial_id, 'state', e.state,
    'tries', e.tries, 'error', e.error) $$;

-- Disabling an agent cancels what waits for it.
CREATE INDEX callbacks_agent ON callbacks (agent_id, bucket, tenant_id)
  WHERE state IN ('scheduled', 'claimed', 'held') AND agent_id IS NOT NULL;
