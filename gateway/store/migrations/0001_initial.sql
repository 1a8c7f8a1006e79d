-- SPDX-License-Identifier: Apache-2.0
-- The first schema.
--
-- Keys. A table that belongs to a tenant leads its primary key with (bucket, tenant_id, …). bucket is 0 to 63, fixed for a
-- tenant by a hash of its id, and the column by which a distributed database spreads the data: every claim and every write
-- names it by equality, every unique index contains it, no foreign key leaves it.
--
-- Plans are made once and kept, often over tables that are empty: last night's live_dial, a day that has just begun. There all ways to
-- a row cost the same, so that there must be no other way: an index that is not the primary key is partial, with a predicate that only a
-- look-up by its own first column (or its time) implies, and does not begin as the primary key does. Statements give keys as
-- values, (SELECT id FROM …) rather than a join, by which a tenant's rows might be read first. tests/unit/store_plans compares.
--
-- Personal data (numbers, variables, metadata, secrets) stands in bytea columns, sealed under the tenant's data key with
-- tenant, table, column and row as associated data (gateway/crypto/seal.h). A *_index column is a keyed hash of 16 bytes.
-- Times are instants; statements are given "now", they never ask.

DO $$
DECLARE r text;
BEGIN
  FOREACH r IN ARRAY ARRAY['switchhook_api', 'switchhook_ingest', 'switchhook_engine'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT', r);
    END IF;
    IF NOT pg_has_role(current_user, r, 'MEMBER') THEN
      EXECUTE format('GRANT %I TO current_user', r);
    END IF;
  END LOOP;
END $$;

-- ---- the instance -------------------------------------------------------------------------------------

-- Is this still the database that the dials were written to? Compared inside every transaction that dials.
CREATE TABLE fence (
  bucket    smallint PRIMARY KEY CHECK (bucket BETWEEN 0 AND 63),
  timeline  text NOT NULL,
  system_id text NOT NULL,
  mode      text NOT NULL CHECK (mode IN ('normal', 'recovering')),
  alive_at  timestamptz,                  -- dials were begun here then; at most one second older than the last one
  -- while recovering, docs/ring-once.md section 6
  seen_timeline text,                     -- what the database was when it was noticed
  seen_system   text,
  noticed_at    timestamptz,              -- NULL: a person asked for it, no worker has seen it yet
  lost_from     timestamptz,              -- the last sign of life that survived; later commits may be missing
  quiet_until   timestamptz,              -- no dial of before can still appear after this
  merge_id      uuid,                     -- whose merge it is, until merge_until
  merge_until   timestamptz,
  merge_why     text                      -- what it waits for, for people
);

-- In plpgsql, as `suppressed` below: they keep their plans for the connection. A function in SQL that cannot be inlined is planned anew
-- in every statement that calls it, which costs more than the look itself.
CREATE FUNCTION this_timeline() RETURNS text LANGUAGE plpgsql STABLE
  AS $$ BEGIN RETURN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8); END $$;
CREATE FUNCTION this_system() RETURNS text LANGUAGE plpgsql STABLE
  AS $$ BEGIN RETURN (SELECT system_identifier FROM pg_control_system()); END $$;
CREATE FUNCTION fence_ok(b smallint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM fence f WHERE f.bucket = b AND f.mode = 'normal'
                    AND f.timeline = this_timeline() AND f.system_id = this_system());
END $$;

INSERT INTO fence (bucket, timeline, system_id, mode)
SELECT b, this_timeline(), this_system(), 'normal' FROM generate_series(0, 63) b;

-- How many synchronous standbys are connected; NULL: this database's owner may not see them (it is no member of pg_monitor).
CREATE FUNCTION standbys_connected() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = switchhook, pg_temp
  AS $$ SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
                    THEN (SELECT count(*)::int FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) END $$;

-- A guard inside a unit: what was read before it began still holds, or nothing of it happens and the caller reads again.
CREATE FUNCTION must(holds boolean, what text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF holds IS NOT TRUE THEN
    RAISE EXCEPTION '%', what USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN true;
END $$;

-- Nothing of the unit happens for now: what is in its way goes by itself. The store reads SHLTR as "try again later".
CREATE FUNCTION later(waits boolean, what text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF waits IS NOT FALSE THEN
    RAISE EXCEPTION '%', what USING ERRCODE = 'SHLTR';
  END IF;
  RETURN true;
END $$;

-- A personal field on its way out of a GET: the gateway opens or masks it by the key's scopes (api/reveal.h).
CREATE FUNCTION sealed(kind text, tab text, col text, id uuid, value bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE
  AS $$ SELECT CASE WHEN value IS NULL THEN NULL ELSE jsonb_build_object('$sealed', jsonb_build_array(
          kind, tab, col, id, translate(encode(value, 'base64'), E'\n', ''))) END $$;

-- ---- tenants and what they set up ------------------------------------------------------------------

CREATE TABLE tenant (
  bucket     smallint NOT NULL CHECK (bucket BETWEEN 0 AND 63),
  tenant_id  uuid NOT NULL,
  name       text NOT NULL,
  plan       text NOT NULL DEFAULT 'free',
  keys       bytea,                       -- wrapped by the key-encryption key; NULL: shredded
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  PRIMARY KEY (bucket, tenant_id)
);

-- API keys (shk_) and outbound keys (owk_). The text is shown once; only its SHA-256 is kept.
CREATE TABLE api_key (
  bucket       smallint NOT NULL,
  tenant_id    uuid NOT NULL,
  key_id       uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('api', 'outbound')),
  hash         bytea NOT NULL,
  shown        text NOT NULL,             -- the first characters
  name         text NOT NULL,
  scopes       text[] NOT NULL,
  workspace_id uuid,                      -- NULL: the whole tenant
  number_id    uuid,                      -- of an outbound key
  created_by   uuid,                      -- the key that made it
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  PRIMARY KEY (bucket, tenant_id, key_id),
  UNIQUE (bucket, hash),
  CHECK ((kind = 'outbound') = (number_id IS NOT NULL))
);

-- One connected provider account.
CREATE TABLE workspace (
  bucket           smallint NOT NULL,
  tenant_id        uuid NOT NULL,
  workspace_id     uuid NOT NULL,
  name             text NOT NULL,
  provider         text NOT NULL,
  timezone         text NOT NULL,
  policy_name      text NOT NULL,
  policy           jsonb NOT NULL DEFAULT '{}',
  variable_prefix  text NOT NULL,
  dials_per_minute integer CHECK (dials_per_minute > 0),   -- NULL: the driver's
  settings         jsonb NOT NULL DEFAULT '{}',             -- account settings that are no secrets
  secrets          bytea,                                   -- sealed JSON object
  secret_names     text[] NOT NULL DEFAULT '{}',            -- which secrets are set, for people
  credentials_ok   boolean,                                 -- NULL: not tested since they were set
  credentials_at   timestamptz,                            -- tested
  credentials_set_at timestamptz,                          -- set: a list read with them says nothing about dials before
  paused_reason    text,
  paused_at        timestamptz,
  version          integer NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL,
  deleted_at       timestamptz,
  PRIMARY KEY (bucket, tenant_id, workspace_id)
);

-- When the workspace may begin its next dial.
CREATE TABLE pace (
  bucket       smallint NOT NULL,
  tenant_id    uuid NOT NULL,
  workspace_id uuid NOT NULL,
  next_at      timestamptz NOT NULL,
  PRIMARY KEY (bucket, tenant_id, workspace_id)
) WITH (fillfactor = 50);

CREATE TABLE customer (
  bucket      smallint NOT NULL,
  tenant_id   uuid NOT NULL,
  customer_id uuid NOT NULL,
  name        text NOT NULL,
  balance     integer NOT NULL DEFAULT 0,  -- the sum of its ledger
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  deleted_at  timestamptz,
  PRIMARY KEY (bucket, tenant_id, customer_id)
);

-- Append-only. grant and adjust are people's; reserve −1, refund +1, reversal −1 (takes a refund back), settle 0 (spends the
-- reserve; +1 gives back what a reversal took and an outcome that does not count must not keep) are a dial's, each at most once.
CREATE TABLE ledger (
  bucket      smallint NOT NULL,
  tenant_id   uuid NOT NULL,
  entry_id    uuid NOT NULL,
  customer_id uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('grant', 'adjust', 'reserve', 'settle', 'refund', 'reversal')),
  amount      integer NOT NULL,
  dial_id     uuid,
  note        text,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (bucket, tenant_id, entry_id)
);
CREATE UNIQUE INDEX ledger_dial ON ledger (dial_id, kind, bucket, tenant_id) WHERE dial_id IS NOT NULL;
CREATE INDEX ledger_customer ON ledger (customer_id, entry_id, bucket, tenant_id) WHERE customer_id IS NOT NULL;

CREATE TABLE agent (
  bucket              smallint NOT NULL,
  tenant_id           uuid NOT NULL,
  agent_id            uuid NOT NULL,
  workspace_id        uuid NOT NULL,
  provider_agent_id   text,                -- NULL: people made it here, out of the agent settings
  name                text NOT NULL,
  channel             text NOT NULL,
  provider_version    text,
  enabled             boolean NOT NULL DEFAULT true,
  settings            jsonb NOT NULL DEFAULT '{}',
  secrets             bytea,
  policy              jsonb NOT NULL DEFAULT '{}',
  verification_status text NOT NULL DEFAULT 'pending' CHECK (verification_status IN ('pending', 'verified')),
  last_delivery_at    timestamptz,
  synced_at           timestamptz,
  missing_at          timestamptz,          -- no longer in the provider's roster
  deleted_at          timestamptz,          -- only of one that was made here
  version             integer NOT NULL DEFAULT 1,
  created_at          timestamptz NOT NULL,
  PRIMARY KEY (bucket, tenant_id, agent_id),
  UNIQUE (workspace_id, provider_agent_id, bucket, tenant_id)
);

CREATE TABLE number (
  bucket         smallint NOT NULL,
  tenant_id      uuid NOT NULL,
  number_id      uuid NOT NULL,
  workspace_id   uuid NOT NULL,
  e164           bytea,                    -- sealed; NULL: it is not one
  e164_index     bytea,
  provider_index bytea NOT NULL,           -- of the provider's id, which may be the number itself
  detail         bytea NOT NULL,           -- sealed JSON: provider_id, label, bindings, dial
  voice          boolean NOT NULL,
  sms            boolean NOT NULL,
  customer_id    uuid,
  agent_id       uuid,
  inbound        boolean NOT NULL DEFAULT false,
  outbound       boolean NOT NULL DEFAULT false,
  version        integer NOT NULL DEFAULT 1,
  imported_at    timestamptz NOT NULL,
  deleted_at     timestamptz,
  PRIMARY KEY (bucket, tenant_id, number_id),
  UNIQUE (workspace_id, provider_index, bucket, tenant_id)
);
CREATE INDEX number_e164 ON number (e164_index, bucket, tenant_id);

-- Webhook URLs. A slug belongs to an agent or, with agent_id NULL, to the workspace.
CREATE TABLE slug (
  bucket       smallint NOT NULL,
  tenant_id    uuid NOT NULL,
  slug_id      uuid NOT NULL,
  workspace_id uuid NOT NULL,
  agent_id     uuid,
  hash         bytea NOT NULL,
  token        bytea NOT NULL,             -- sealed, so that the URL can be shown again
  created_at   timestamptz NOT NULL,
  retire_at    timestamptz,                -- rotated: good until then
  PRIMARY KEY (bucket, tenant_id, slug_id),
  UNIQUE (bucket, hash)
);
CREATE UNIQUE INDEX slug_current ON slug (bucket, tenant_id, workspace_id, coalesce(agent_id, '00000000-0000-0000-0000-000000000000'))
  WHERE retire_at IS NULL;

-- The do-not-call list: keyed hashes alone, so that it may outlive all that is known of a callee, and tells nobody whom.
CREATE TABLE suppression (
  bucket         smallint NOT NULL,
  tenant_id      uuid NOT NULL,
  suppression_id uuid NOT NULL,
  workspace_id   uuid,                     -- NULL: the whole tenant
  callee_index   bytea NOT NULL,
  source         text NOT NULL,
  reason         text,
  created_at     timestamptz NOT NULL,
  expires_at     timestamptz,
  PRIMARY KEY (bucket, tenant_id, suppression_id)
);
CREATE UNIQUE INDEX suppression_callee ON suppression (bucket, tenant_id, callee_index, coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'));

-- A parameter must not have a column's name: in the body the column would win.
CREATE FUNCTION suppressed(b smallint, t uuid, w uuid, whom bytea, at timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM suppression s WHERE s.bucket = b AND s.tenant_id = t AND s.callee_index = whom
                    AND (s.workspace_id IS NULL OR s.workspace_id = w) AND (s.expires_at IS NULL OR s.expires_at > at));
END $$;

-- ---- dialling: docs/architecture.md, "Why a phone rings once" -------------------------------------------

-- Wide and slow: one row a dial that is to be made, the API's immediate call included.
-- What was held for this is looked at again when the policy changes, or what it names is there again; all else that is held waits for a person.
CREATE FUNCTION held_by_policy(why text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT why IN ('no_permitted_time', 'no_zone', 'no_pack', 'no_policy', 'policy_unreadable')
$$;

CREATE TABLE callbacks (
  bucket              smallint NOT NULL,
  tenant_id           uuid NOT NULL,
  callback_id         uuid NOT NULL,
  chain_root_id       uuid NOT NULL,       -- the first row's callback_id
  attempt             integer NOT NULL CHECK (attempt > 0),
  workspace_id        uuid NOT NULL,
  number_id           uuid,                -- NULL: held, until one may dial
  agent_id            uuid,
  customer_id         uuid,
  provider            text NOT NULL,
  state               text NOT NULL CHECK (state IN ('scheduled', 'claimed', 'dialling', 'completed', 'cancelled', 'suppressed', 'expired', 'parked', 'held')),  -- held: no time can be found, a person gives one
  epoch               integer NOT NULL DEFAULT 0,
  lease_until         timestamptz,         -- while claimed
  due_at              timestamptz NOT NULL,
  first_due_at        timestamptz,         -- due_at, before anything moved it; NULL: nothing has
  reason              text NOT NULL,       -- api, no_answer_followup, voicemail_followup, busy_followup, retry, callback_requested
  explicit            boolean NOT NULL DEFAULT false,  -- the callee named the time: exempt from quiet hours where the policy honours it
  is_final_attempt    boolean NOT NULL,
  once_spent          integer NOT NULL DEFAULT 0,      -- retries of the sort "at most one more" in this chain
  repeats             integer NOT NULL DEFAULT 0,      -- dials of this row that took no attempt
  callee_index        bytea,               -- NULL: forgotten, or nobody knows the number
  payload             bytea,               -- sealed JSON for the whole chain, as of its root: to, variables, metadata; NULL: forgotten
  minimal             boolean NOT NULL DEFAULT false,  -- of a chain's first row: nothing of the chain that points to a person is kept once it is closed
  forgotten_at        timestamptz,         -- … and so it was done
  callee_zones        text,                -- where they may be, by policy/whereabouts.h; NULL: not looked at
  callee_states       text,
  callee_country      text,
  callee_unknown      boolean NOT NULL DEFAULT false,
  zone_source         text,
  wall_ms             bigint,              -- explicit: the time that was promised, on the callee's clock: as milliseconds, as if that were UTC
  wall_zone           text,
  zone_data           text,                -- the version of the zones by which due_at was made of it
  confidence          smallint,            -- of a time that was said: 0 to 100
  flagged             boolean NOT NULL DEFAULT false,   -- it was not sure enough: a person may look
  begun               text NOT NULL DEFAULT 'api' CHECK (begun IN ('api', 'outbound', 'inbound', 'chat')),   -- what began the chain
  evidence_id         uuid,                -- of who asked for a call in quiet hours
  override_key        uuid,                -- of the person who had it dialled in quiet hours
  last_dial           uuid,
  cancel_requested_at timestamptz,
  cancelled_by        text,
  outcome             text,
  end_reason          text,
  ended_at            timestamptz,
  slot_at             timestamptz,         -- the moment that the workspace's pace gave it
  key_id              uuid,                -- the key that asked for the chain
  created_at          timestamptz NOT NULL,
  PRIMARY KEY (bucket, tenant_id, callback_id)
);
CREATE UNIQUE INDEX callbacks_chain ON callbacks (chain_root_id, attempt, bucket, tenant_id) WHERE chain_root_id IS NOT NULL;
CREATE INDEX callbacks_claimed ON callbacks (lease_until, bucket) WHERE state = 'claimed' AND lease_until IS NOT NULL;
CREATE INDEX callbacks_promised ON callbacks (bucket, callback_id) WHERE state IN ('scheduled', 'held') AND wall_zone IS NOT NULL;
CREATE INDEX callbacks_waiting ON callbacks (callee_index, bucket, tenant_id)
  WHERE state IN ('scheduled', 'claimed', 'held', 'dialling') AND callee_index IS NOT NULL;
CREATE INDEX callbacks_held ON callbacks (bucket, callback_id) WHERE state = 'held' AND held_by_policy(end_reason);
CREATE INDEX callbacks_minimal ON callbacks (bucket, created_at) WHERE minimal AND forgotten_at IS NULL AND created_at > '-infinity';

-- Narrow, and the only table on the claim path. dial: of a callback; decide, look, ask: of a dial; follow: of a call that is no dial.
CREATE TABLE due (
  bucket    smallint NOT NULL,
  tenant_id uuid NOT NULL,
  kind      text NOT NULL CHECK (kind IN ('dial', 'decide', 'look', 'ask', 'follow')),
  id        uuid NOT NULL,
  due_at    timestamptz NOT NULL,
  epoch     integer NOT NULL DEFAULT 0,
  PRIMARY KEY (bucket, tenant_id, id, kind)
) WITH (fillfactor = 70);
CREATE INDEX due_next ON due (bucket, due_at) WHERE due_at > '-infinity';

-- A dial from intent to decision. The law: one live dial per callee, one open intent per callback. callee_index is NULL once
-- the callee is free again, though the row may stay.
CREATE TABLE live_dial (
  bucket           smallint NOT NULL,
  tenant_id        uuid NOT NULL,
  dial_id          uuid NOT NULL,
  callback_id      uuid NOT NULL,
  attempt          integer NOT NULL,
  state            text NOT NULL CHECK (state IN ('intent', 'sent', 'placed', 'ambiguous', 'parked', 'closed', 'ended')),
  workspace_id     uuid NOT NULL,
  customer_id      uuid,
  provider         text NOT NULL,
  callee_index     bytea,
  send_before      timestamptz NOT NULL,
  verdict_at       timestamptz NOT NULL,
  live_until       timestamptz NOT NULL,
  lease_until      timestamptz,            -- intent and sent: its worker is at it
  sent_at          timestamptz,
  placed_at        timestamptz,
  ended_at         timestamptz,
  provider_call_id text,
  looks            integer NOT NULL DEFAULT 0,
  proof            text,                   -- digest of the answer that proved its state
  created_at       timestamptz NOT NULL,
  PRIMARY KEY (bucket, tenant_id, dial_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX live_dial_one_per_callee ON live_dial (callee_index, bucket, tenant_id) WHERE callee_index IS NOT NULL;
CREATE UNIQUE INDEX live_dial_one_per_callback ON live_dial (callback_id, bucket, tenant_id) WHERE callback_id IS NOT NULL;

-- Append-only: one row a dial and transition. Tells a late webhook what its dial was after live_dial has let it go.
CREATE TABLE intents (
  bucket           smallint NOT NULL,
  tenant_id        uuid NOT NULL,
  dial_id          uuid NOT NULL,
  at               timestamptz NOT NULL,
  state            text NOT NULL,          -- live_dial's states, and not_placed, decided
  callback_id      uuid NOT NULL,
  attempt          integer NOT NULL,
  workspace_id     uuid NOT NULL,
  customer_id      uuid,
  provider         text NOT NULL,
  callee_index     bytea,
  send_before      timestamptz NOT NULL,
  verdict_at       timestamptz NOT NULL,
  live_until       timestamptz NOT NULL,
  provider_call_id text,
  why              text,
  PRIMARY KEY (bucket, tenant_id, dial_id, at, state)
);

-- ---- what providers tell us ----------------------------------------------------------------------------

-- Every call known, ours and others'. It only moves forward.
CREATE TABLE call (
  bucket           smallint NOT NULL,
  tenant_id        uuid NOT NULL,
  call_id          uuid NOT NULL,
  workspace_id     uuid NOT NULL,
  call_index       bytea NOT NULL,         -- SHA-256 of workspace and provider's id, 16 bytes
  provider_call_id text NOT NULL,
  agent_id         uuid,
  dial_id          uuid,
  callback_id      uuid,
  direction        text,
  channel          text,
  rank             smallint NOT NULL,      -- 0 created, 1 started, 2 answered, 3 ended, 4 final
  outcome          text,
  end_reason       text,                   -- the provider's word
  started_at       timestamptz,
  ended_at         timestamptz,
  detail           bytea,                  -- sealed JSON: from, to, facts, cost, callback; what was said, until it has been read
  followed_at      timestamptz,            -- no dial of ours: what follows from it has been decided
  refused_at       timestamptz,            -- its callee asked not to be called again, and was suppressed
  version          integer NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL,
  PRIMARY KEY (bucket, tenant_id, call_id)
);
CREATE UNIQUE INDEX call_known ON call (call_index, bucket, tenant_id) WHERE call_index IS NOT NULL;
CREATE INDEX call_callback ON call (callback_id, bucket, tenant_id) WHERE callback_id IS NOT NULL;

-- Partitioned by the UTC day of receipt; a partition is dropped whole. The deduplication key holds within a day, so the insert
-- also looks into the day before.
CREATE TABLE inbox (
  bucket       smallint NOT NULL,
  tenant_id    uuid NOT NULL,
  day          date NOT NULL,
  event_id     uuid NOT NULL,
  received_at  timestamptz NOT NULL,
  workspace_id uuid NOT NULL,
  agent_id     uuid,
  provider     text NOT NULL,
  kind         text NOT NULL,
  final        boolean NOT NULL,
  dedup        bytea NOT NULL,
  call_index   bytea,
  dial_id      uuid,
  body         bytea NOT NULL,             -- sealed common event, compressed before it was sealed
  state        text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'processed', 'dead')),
  tries        smallint NOT NULL DEFAULT 0,
  lease_until  timestamptz NOT NULL,       -- pending: whose turn it is until then
  error        text,
  PRIMARY KEY (bucket, tenant_id, day, event_id)
) PARTITION BY RANGE (day);
ALTER TABLE inbox ALTER body SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX inbox_once ON inbox (dedup, bucket, tenant_id, day) WHERE dedup IS NOT NULL;
CREATE INDEX inbox_pending ON inbox (bucket, lease_until) WHERE state = 'pending' AND lease_until > '-infinity';

-- What happened, in sentences, without personal data.
CREATE TABLE activity (
  bucket        smallint NOT NULL,
  tenant_id     uuid NOT NULL,
  activity_id   uuid NOT NULL,
  at            timestamptz NOT NULL,
  kind          text NOT NULL,
  text          text NOT NULL,
  workspace_id  uuid,
  number_id     uuid,
  agent_id      uuid,
  customer_id   uuid,
  callback_id   uuid,
  chain_root_id uuid,
  dial_id       uuid,
  PRIMARY KEY (bucket, tenant_id, activity_id)
);
CREATE INDEX activity_chain ON activity (bucket, tenant_id, chain_root_id, activity_id) WHERE chain_root_id IS NOT NULL;

-- Idempotency-Key: the first answer, for 24 h. status NULL: still in flight.
CREATE TABLE idempotency (
  bucket       smallint NOT NULL,
  tenant_id    uuid NOT NULL,
  key_id       uuid NOT NULL,
  key_hash     bytea NOT NULL,
  request_hash bytea NOT NULL,
  status       smallint,
  answer       bytea,                      -- sealed
  answer_id    uuid NOT NULL,              -- the row that the answer is sealed for
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (bucket, tenant_id, key_id, key_hash)
);

-- Makes the inbox's partitions of these days, as far as they are missing. As the owner: with pg_temp last, or a type that the caller
-- made there would stand for ours, with the caller's code in its checks.
CREATE FUNCTION partitions_make(days date[]) RETURNS integer LANGUAGE plpgsql SET search_path = switchhook, pg_temp AS $$
DECLARE d date; made integer := 0; name text;
BEGIN
  -- Workers look at the same time.
  PERFORM pg_advisory_xact_lock(hashtext('switchhook partitions'));
  FOREACH d IN ARRAY days LOOP
    name := 'inbox_' || to_char(d, 'YYYYMMDD');
    IF to_regclass('switchhook.' || name) IS NULL THEN
      -- Not PARTITION OF: that waits for whoever reads the inbox, a dump for hours, and all webhooks behind it.
      EXECUTE format('CREATE TABLE %I (LIKE inbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', name);
      EXECUTE format('ALTER TABLE inbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, d, d + 1);
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;

-- From yesterday to a week ahead.
CREATE FUNCTION partitions_ahead(at timestamptz) RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = switchhook, pg_temp AS $$
  SELECT partitions_make(ARRAY(SELECT (at - interval '1 day')::date + g FROM generate_series(0, 8) g))
$$;

-- The UTC days of events that come late, or after the gateway stood still for longer than what was made ahead; of a year at most.
CREATE FUNCTION partitions_of(received timestamptz[], at timestamptz) RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = switchhook, pg_temp AS $$
  SELECT partitions_make(ARRAY(SELECT DISTINCT floor(extract(epoch FROM r) / 86400)::int + date '1970-01-01' FROM unnest(received) r
                                WHERE r BETWEEN at - interval '366 days' AND at + interval '1 day'))
$$;

-- ---- who may do what -------------------------------------------------------------------------------------

GRANT USAGE ON SCHEMA switchhook TO switchhook_api, switchhook_ingest, switchhook_engine;
GRANT SELECT ON fence TO switchhook_api, switchhook_ingest, switchhook_engine;
GRANT SELECT ON schema_version TO switchhook_api;
GRANT UPDATE ON fence TO switchhook_engine;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['tenant', 'api_key', 'workspace', 'pace', 'customer', 'ledger', 'agent', 'number', 'slug', 'suppression',
                           'callbacks', 'due', 'live_dial', 'intents', 'call', 'inbox', 'activity', 'idempotency'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    -- The API sees the tenant that its transaction set, and nothing where it set none.
    EXECUTE format($p$CREATE POLICY one_tenant ON %I TO switchhook_api
      USING (tenant_id = nullif(current_setting('switchhook.tenant', true), '')::uuid
             AND bucket = nullif(current_setting('switchhook.bucket', true), '')::smallint)$p$, t);
    EXECUTE format('CREATE POLICY all_tenants ON %I TO switchhook_ingest, switchhook_engine USING (true)', t);
    EXECUTE format('GRANT SELECT ON %I TO switchhook_api', t);
  END LOOP;
END $$;

GRANT INSERT, UPDATE ON api_key, workspace, pace, customer, agent, number, slug, callbacks, idempotency TO switchhook_api;
GRANT INSERT ON ledger, activity, intents, inbox TO switchhook_api;
GRANT UPDATE ON tenant, inbox, live_dial TO switchhook_api;
GRANT INSERT, UPDATE, DELETE ON suppression, due, idempotency TO switchhook_api;
GRANT DELETE ON live_dial TO switchhook_api;

-- Ingest finds out whose a slug or a key is, and stores what came.
GRANT SELECT ON tenant, api_key, workspace, agent, number, slug, live_dial, intents TO switchhook_ingest;
-- A call that was dialled asks how to go on: it gets the variables of its dial, sealed as they are.
GRANT SELECT (bucket, tenant_id, callback_id, chain_root_id, agent_id, payload, reason, attempt, is_final_attempt) ON callbacks TO switchhook_ingest;
GRANT UPDATE (last_used_at) ON api_key TO switchhook_ingest;
GRANT UPDATE (verification_status, last_delivery_at) ON agent TO switchhook_ingest;
GRANT SELECT, INSERT ON inbox TO switchhook_ingest;

GRANT SELECT ON tenant, workspace, number, agent, suppression, ledger, activity, inbox TO switchhook_engine;
GRANT SELECT, INSERT, UPDATE, DELETE ON callbacks, due, live_dial TO switchhook_engine;
GRANT INSERT, UPDATE ON pace, suppression, call TO switchhook_engine;
GRANT SELECT ON pace, call, intents, customer, idempotency, slug TO switchhook_engine;
GRANT INSERT ON intents, ledger, activity TO switchhook_engine;
GRANT UPDATE (balance) ON customer TO switchhook_engine;
GRANT UPDATE (state, tries, lease_until, error, body) ON inbox TO switchhook_engine;
GRANT UPDATE (paused_reason, paused_at, credentials_ok) ON workspace TO switchhook_engine;
GRANT UPDATE (enabled) ON agent TO switchhook_engine;
GRANT DELETE ON idempotency TO switchhook_engine;
REVOKE EXECUTE ON FUNCTION partitions_make(date[]), partitions_ahead(timestamptz), partitions_of(timestamptz[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION partitions_of(timestamptz[], timestamptz) TO switchhook_ingest;
GRANT EXECUTE ON FUNCTION partitions_ahead(timestamptz) TO switchhook_engine;
