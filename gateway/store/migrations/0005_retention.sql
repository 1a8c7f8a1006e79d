-- SPDX-License-Identifier: Apache-2.0
-- What is not kept. Deleting is done a few rows at a time, or by dropping a day of the inbox whole, so that ingest never waits for it.

-- What providers sent, as it came, where a policy keeps it (retention.payload_days). One delivery may bring several events: the first bears it.
CREATE TABLE payload (
  bucket       smallint NOT NULL,
  tenant_id    uuid NOT NULL,
  event_id     uuid NOT NULL,
  received_at  timestamptz NOT NULL,
  workspace_id uuid NOT NULL,
  agent_id     uuid,
  call_index   bytea,
  dial_id      uuid,
  body         bytea NOT NULL,            -- sealed
  expires_at   timestamptz NOT NULL,      -- infinity: for good
  PRIMARY KEY (bucket, tenant_id, event_id)
);
ALTER TABLE payload ALTER body SET STORAGE EXTERNAL;
CREATE INDEX payload_call ON payload (call_index, bucket, tenant_id) WHERE call_index IS NOT NULL;
CREATE INDEX payload_dial ON payload (dial_id, bucket, tenant_id) WHERE dial_id IS NOT NULL;
CREATE INDEX payload_expires ON payload (bucket, expires_at) WHERE expires_at < 'infinity';
ALTER TABLE payload ENABLE ROW LEVEL SECURITY;
ALTER TABLE payload FORCE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON payload TO switchhook_api
  USING (tenant_id = nullif(current_setting('switchhook.tenant', true), '')::uuid AND bucket = nullif(current_setting('switchhook.bucket', true), '')::smallint);
CREATE POLICY all_tenants ON payload TO switchhook_ingest, switchhook_engine USING (true);
GRANT SELECT ON payload TO switchhook_api, switchhook_engine;
GRANT INSERT ON payload TO switchhook_ingest, switchhook_engine;
GRANT DELETE ON payload TO switchhook_engine;

-- By bucket, as they are purged: a bucket in which nothing is past keeping must not cost what is past keeping in the others.
-- The ledger of caps forgets what no cap can count any more.
CREATE INDEX rang_at ON rang (bucket, at) WHERE at > '-infinity';
CREATE INDEX suppression_expires ON suppression (bucket, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX idempotency_expires ON idempotency (bucket, expires_at) WHERE expires_at > '-infinity';

-- Drops the inbox's days before this one, but those with events that still wait. The drop needs the whole inbox for a moment: it waits 50 ms for
-- that at most, and what it does not get it leaves for the next time.
CREATE FUNCTION partitions_drop(before date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = switchhook, pg_temp AS $$
DECLARE part record; waiting boolean; dropped integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('switchhook partitions')) THEN
    RETURN 0;
  END IF;
  PERFORM set_config('lock_timeout', '50ms', true);
  FOR part IN SELECT c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') AS day
                FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'switchhook.inbox'::regclass AND c.relname ~ '^inbox_[0-9]{8}$' ORDER BY c.relname LOOP
    EXIT WHEN part.day >= before;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE state = ''pending'' AND lease_until > ''-infinity'')', part.relname) INTO waiting;
    CONTINUE WHEN waiting;
    BEGIN
      EXECUTE format('DROP TABLE %I', part.relname);
      dropped := dropped + 1;
    EXCEPTION WHEN lock_not_available THEN
      EXIT;
    END;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE EXECUTE ON FUNCTION partitions_drop(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION partitions_drop(date) TO switchhook_engine;

GRANT DELETE ON activity, suppression TO switchhook_engine;
GRANT UPDATE ON intents TO switchhook_engine;
GRANT UPDATE (record) ON decision TO switchhook_engine;
