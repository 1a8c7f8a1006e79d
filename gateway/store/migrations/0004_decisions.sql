-- SPDX-License-Identifier: Apache-2.0
-- What was decided and why, whom was called when, and who asked for it.

-- The ledger of caps: one row a call to a callee that was begun here or seen, by whatever number, agent or provider. Keyed hash and time
-- only, so that it may outlive all else of the call. A dial that was proved not placed leaves it.
CREATE TABLE rang (
  bucket       smallint NOT NULL,
  tenant_id    uuid NOT NULL,
  callee_index bytea NOT NULL,
  at           timestamptz NOT NULL,
  ref          uuid NOT NULL,             -- the dial; of a call that was placed elsewhere the call
  PRIMARY KEY (bucket, tenant_id, callee_index, at, ref)
);

-- When this callee may next be called, by caps of so many calls within so many seconds and by the gap between two; NULL: now. Claims of
-- one callee come here one after the other and stay so until they end, and what is looked at is younger than the lock: whatever the
-- number, the agent and the provider, a call that the one before began is counted. The API's orders take the same lock (callee_lock).
CREATE FUNCTION capped_until(b smallint, t uuid, whom bytea, moment timestamptz, within_s int[], calls int[], gap_s int)
  RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
DECLARE until timestamptz; last timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(encode(uuid_send(t) || whom, 'hex'), 0));
  IF gap_s > 0 THEN
    -- Not max(): planned while the callee has few rows, it reads all of them.
    SELECT r.at + make_interval(secs => gap_s) INTO until FROM rang r
     WHERE r.bucket = b AND r.tenant_id = t AND r.callee_index = whom ORDER BY r.at DESC LIMIT 1;
  END IF;
  FOR i IN 1 .. coalesce(cardinality(within_s), 0) LOOP
    SELECT r.at + make_interval(secs => within_s[i]) INTO last FROM rang r
     WHERE r.bucket = b AND r.tenant_id = t AND r.callee_index = whom AND r.at > moment - make_interval(secs => within_s[i])
     ORDER BY r.at DESC OFFSET greatest(calls[i], 1) - 1 LIMIT 1;
    until := greatest(until, last);
  END LOOP;
  RETURN CASE WHEN until > moment THEN until END;
END $$;

-- Append-only. record: policy/record.h; no number, no name, no word that was said.
CREATE TABLE decision (
  bucket        smallint NOT NULL,
  tenant_id     uuid NOT NULL,
  decision_id   uuid NOT NULL,
  at            timestamptz NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('after_call', 'admit', 'order', 'suppress', 'chain')),
  verdict       text NOT NULL,
  callback_id   uuid,
  chain_root_id uuid,
  dial_id       uuid,
  call_id       uuid,
  workspace_id  uuid,
  agent_id      uuid,
  policy        text,                     -- the named policy
  record        jsonb NOT NULL,
  PRIMARY KEY (bucket, tenant_id, decision_id)
);
CREATE INDEX decision_chain ON decision (chain_root_id, decision_id, bucket, tenant_id) WHERE chain_root_id IS NOT NULL;

-- Who asked, in which words, in which call, to be called at a time that lies in quiet hours. Without it no such call is made.
CREATE TABLE evidence (
  bucket        smallint NOT NULL,
  tenant_id     uuid NOT NULL,
  evidence_id   uuid NOT NULL,
  chain_root_id uuid NOT NULL,
  callback_id   uuid,
  detail        bytea NOT NULL,           -- sealed JSON: who, words, call, zone, time
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  PRIMARY KEY (bucket, tenant_id, evidence_id)
);
CREATE INDEX evidence_chain ON evidence (chain_root_id, evidence_id, bucket, tenant_id) WHERE chain_root_id IS NOT NULL;
CREATE INDEX evidence_expires ON evidence (bucket, expires_at) WHERE expires_at > '-infinity';

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['rang', 'decision', 'evidence'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY one_tenant ON %I TO switchhook_api
      USING (tenant_id = nullif(current_setting('switchhook.tenant', true), '')::uuid
             AND bucket = nullif(current_setting('switchhook.bucket', true), '')::smallint)$p$, t);
    EXECUTE format('CREATE POLICY all_tenants ON %I TO switchhook_ingest, switchhook_engine USING (true)', t);
    EXECUTE format('GRANT SELECT ON %I TO switchhook_api, switchhook_engine', t);
  END LOOP;
END $$;

GRANT INSERT ON decision TO switchhook_api;
GRANT INSERT, DELETE ON rang, decision, evidence TO switchhook_engine;
