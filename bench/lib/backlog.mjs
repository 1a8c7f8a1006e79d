// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Callbacks made by SQL, as many as are wanted, as wide as real ones: a sealed payload of 320 bytes, an index of the callee of 16,
// ids in the order of time, rows in `callbacks` and in `due`. They belong to 640 tenants in all 64 buckets, whose numbers may
// not call: what is claimed of them ends in T2's verdict, without a provider.
import pg from 'pg'

const TENANTS = 640
const CHUNK = 250000
const BARE = 100000

const SETUP = `
CREATE SCHEMA bench;
CREATE FUNCTION bench.id(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) || substring(uuid_send(gen_random_uuid()) FROM 7), 'hex')::uuid $$;
CREATE TABLE bench.noise AS
  SELECT decode(string_agg(md5(random()::text), ''), 'hex') AS bytes FROM generate_series(1, 256);
CREATE TABLE bench.tenant AS
  SELECT i, (i % 64)::smallint AS bucket, bench.id(now()) AS tenant, bench.id(now()) AS workspace, bench.id(now()) AS number,
         bench.id(now()) AS agent, bench.id(now()) AS customer
    FROM generate_series(0, ${TENANTS - 1}) i;
ALTER TABLE bench.tenant ADD PRIMARY KEY (i);
INSERT INTO tenant (bucket, tenant_id, name, keys, created_at)
  SELECT bucket, tenant, 'bench ' || i, substring(bytes FROM 1 FOR 60), now() FROM bench.tenant, bench.noise;
INSERT INTO workspace (bucket, tenant_id, workspace_id, name, provider, timezone, policy_name, variable_prefix, created_at)
  SELECT bucket, tenant, workspace, 'bench', 'retell', $zone$, 'default', 'switchhook_', now() FROM bench.tenant;
INSERT INTO customer (bucket, tenant_id, customer_id, name, balance, created_at)
  SELECT bucket, tenant, customer, 'bench', 1000000, now() FROM bench.tenant;
INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, created_at)
  SELECT bucket, tenant, bench.id(now()), customer, 'grant', 1000000, now() FROM bench.tenant;
INSERT INTO agent (bucket, tenant_id, agent_id, workspace_id, provider_agent_id, name, channel, synced_at, created_at)
  SELECT bucket, tenant, agent, workspace, 'agent_' || i, 'bench', 'voice', now(), now() FROM bench.tenant;
INSERT INTO number (bucket, tenant_id, number_id, workspace_id, provider_index, detail, voice, sms, customer_id, agent_id, imported_at)
  SELECT bucket, tenant, number, workspace, uuid_send(number), substring(bytes FROM 1 FOR 120), true, false, customer, agent, now()
    FROM bench.tenant, bench.noise;
`

// $1 how many, $2 due from, $3 due until
const CALLBACKS = `
WITH one AS MATERIALIZED (
  SELECT t.*, bench.id(now() - random() * interval '1 day') AS id,
         $2::timestamptz + random() * ($3::timestamptz - $2::timestamptz) AS due_at,
         substring(bytes FROM 1 + (random() * 3000)::int FOR 320) AS payload
    FROM generate_series(1, $1::int) n JOIN bench.tenant t ON t.i = n % ${TENANTS}, bench.noise
), c AS (
  INSERT INTO callbacks (bucket, tenant_id, callback_id, chain_root_id, attempt, workspace_id, number_id, agent_id, customer_id, provider,
                         state, due_at, reason, is_final_attempt, callee_index, payload, created_at)
  SELECT bucket, tenant, id, id, 1, workspace, number, agent, customer, 'retell', 'scheduled', due_at, 'no_answer_followup', false,
         uuid_send(gen_random_uuid()), payload, now() FROM one
  RETURNING bucket, tenant_id, callback_id, due_at
)
INSERT INTO due (bucket, tenant_id, kind, id, due_at) SELECT bucket, tenant_id, 'dial', callback_id, due_at FROM c`

export class Backlog {
  waiting = 0
  #over

  static async open(conninfo, zone) {
    const backlog = new Backlog()
    const { host, port, user, dbname: database } = conninfo
    backlog.pool = new pg.Pool({ host, port, user, database, max: 2, options: '-c search_path=switchhook' })
    await backlog.pool.query(SETUP.replace('$zone$', `'${zone}'`))
    return backlog
  }

  async #make(n, from, until) {
    let left = n
    await Promise.all(
      [0, 1].map(async () => {
        while (left > 0) {
          const some = Math.min(left, CHUNK, Math.ceil(n / 2))
          left -= some
          await this.pool.query(CALLBACKS, [some, from, until])
        }
      })
    )
  }

  /** Runs without the two tables' indexes, which are made anew afterwards: much quicker for millions. Nobody else may be there. */
  async #bare(run) {
    const tables = "('switchhook.callbacks'::regclass, 'switchhook.due'::regclass)"
    const keys = await this.query(
      `SELECT conrelid::regclass AS tab, conname AS name, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid IN ${tables} AND contype IN ('p', 'u')`
    )
    const indexes = await this.query(
      `SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS def FROM pg_index i WHERE indrelid IN ${tables}` +
        ' AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)'
    )
    for (const { tab, name } of keys) await this.query(`ALTER TABLE ${tab} DROP CONSTRAINT ${name}`)
    for (const { name } of indexes) await this.query(`DROP INDEX ${name}`)
    await run()
    const client = await this.pool.connect()
    await client.query("SET maintenance_work_mem = '1GB'")
    for (const { tab, name, def } of keys) await client.query(`ALTER TABLE ${tab} ADD CONSTRAINT ${name} ${def}`)
    for (const { def } of indexes) await client.query(def)
    client.release(true)
  }

  /** Adds to those that wait for a time between one hour and a day ahead until there are so many. */
  async grow(to) {
    const hour = 3600e3
    const more = to - this.waiting
    const make = () => this.#make(more, new Date(Date.now() + hour), new Date(Date.now() + 24 * hour))
    await (more >= BARE ? this.#bare(make) : make())
    this.waiting = to
  }

  /** Callbacks due at a moment, or at once: spread over the minute before. */
  due(n, at) {
    return this.#make(n, at ?? new Date(Date.now() - 60e3), at ?? new Date())
  }

  /** Lines "bucket tenant callback" of callbacks that are over: the first n that were made. */
  async over(n) {
    if (!this.#over) {
      await this.#make(n, new Date(Date.now() + 48 * 3600e3), new Date(Date.now() + 49 * 3600e3))
      const made = "due_at > now() + interval '40 hours'"
      await this.pool.query(`DELETE FROM due WHERE ${made}`)
      const { rows } = await this.pool.query(
        `UPDATE callbacks SET state = 'completed', due_at = now() WHERE ${made} RETURNING bucket || ' ' || tenant_id || ' ' || callback_id AS line`
      )
      this.#over = rows.map(row => row.line).join('\n') + '\n'
    }
    return this.#over
  }

  /** What was scheduled after those is taken away again, so that the number that waits is what it is called. */
  async unschedule() {
    await this.pool.query(
      "WITH c AS (DELETE FROM callbacks c USING bench.tenant t WHERE c.bucket = t.bucket AND c.tenant_id = t.tenant AND c.attempt > 1 RETURNING c.bucket, c.tenant_id, c.callback_id)" +
        " DELETE FROM due d USING c WHERE d.bucket = c.bucket AND d.tenant_id = c.tenant_id AND d.kind = 'dial' AND d.id = c.callback_id"
    )
    await this.pool.query('VACUUM ANALYZE callbacks')
    await this.pool.query('VACUUM ANALYZE due')
  }

  /** Whether anything is due or claimed. */
  async busy() {
    const { rows } = await this.pool.query(
      "SELECT EXISTS (SELECT FROM generate_series(0, 63) b JOIN LATERAL (SELECT FROM due WHERE bucket = b::smallint AND due_at > '-infinity' AND due_at <= now() LIMIT 1) d ON true)" +
        " OR EXISTS (SELECT FROM callbacks WHERE state = 'claimed' AND lease_until IS NOT NULL) AS busy"
    )
    return rows[0].busy
  }

  async query(text, values) {
    return (await this.pool.query(text, values)).rows
  }

  /** A transaction that holds its snapshot until the function that this returns is called. */
  async hold() {
    const client = await this.pool.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await client.query('SELECT count(*) FROM fence')
    return async () => {
      await client.query('COMMIT')
      client.release()
    }
  }

  close() {
    return this.pool.end()
  }
}
