// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Postgres is killed, restarted, full and slow, while webhooks come and phones are dialled. What was acknowledged is stored and
// processed, no phone rings twice, and nothing has to be done by hand.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { callEnded } from './lib/acme.mjs'
import { conninfoString, Postgres } from './lib/database.mjs'
import { Folder, run } from './lib/place.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const DIALS = 25
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
const ANSWERS = { script: 'answers', always: true }

/** A server of the scenario's own, on a disk that can be full or slow (disk.c). */
const ownPostgres = async ends => {
  const folder = new Folder()
  ends.push(() => folder.remove())
  const shim = folder.join('disk.so')
  const built = await run(process.env.CC?.split(' ').at(-1) || 'cc', [
    ...['-shared', '-fPIC', '-O1', '-o', shim, join(import.meta.dirname, 'lib/disk.c'), '-ldl']
  ])
  if (built.status !== 0) throw new Error(built.stderr)
  const file = folder.join('fault')
  const primary = await Postgres.start(folder, {
    env: { LD_PRELOAD: shim, DISK_FAULT: file },
    settings: { wal_recycle: 'off', min_wal_size: '32MB' }
  })
  ends.push(() => primary.stop('SIGQUIT'))
  const conninfo = await primary.database('gateway')
  const disk = {
    fault: text => writeFileSync(file, text, { mode: 0o644 }),
    heal: () => rmSync(file, { force: true })
  }
  return { conninfo, primary, disk, database: conninfoString(conninfo) }
}

/** Webhooks and dials, all the time. */
class Load {
  acknowledged = []
  refused = 0
  #on = true
  constructor({ acme, clock }) {
    let n = 0
    const hooks = async () => {
      while (this.#on) {
        const id = `call_load_${++n}`
        const answer = await acme.deliver(callEnded(id, { at: clock.now() })).catch(error => ({ status: error.code }))
        if (answer.status === 204) this.acknowledged.push(id)
        else this.refused++
        await pause(10)
      }
    }
    const dials = async () => {
      for (let i = 0; this.#on && i < DIALS; i++) {
        await acme.request({ to_number: `+1213555${2000 + i}` }).catch(() => {})
        await pause(200)
      }
    }
    this.parts = [hooks(), hooks(), dials()]
  }
  /** What cannot be stored is refused: some more of them. */
  less(what) {
    const before = this.refused
    return eventually(() => this.refused > before + 1, what)
  }
  /** That many more are acknowledged. */
  more(n, what) {
    const before = this.acknowledged.length
    return eventually(() => this.acknowledged.length >= before + n, what)
  }
  async end() {
    this.#on = false
    await Promise.all(this.parts)
  }
}

/** Each acknowledged event is there once and processed; nothing rang twice; the books balance. */
async function whole({ gateway, retell, clock, acme, load }) {
  await load.end()
  // Sent and unanswered: looked for in the provider's list, step by step; leases end on the way.
  for (let i = 0; i < 6; i++) {
    const [{ n }] = await gateway.sql("SELECT count(*) AS n FROM live_dial WHERE state <> 'parked'")
    if (n === 0) break
    await clock.forward('6m')
    await eventually(
      async () =>
        (await gateway.sql('SELECT count(*) AS n FROM due WHERE due_at < $1', [new Date(clock.now()).toISOString()]))[0].n === 0,
      'what was due was done'
    )
  }
  // What a worker had in hand when the answer was lost is another's when its lease is over.
  await clock.forward('31s')
  await eventually(
    async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state = 'pending'"))[0].n === 0,
    'every event was processed'
  )
  const rows = await gateway.sql(
    "SELECT k.provider_call_id AS id, count(*) AS n FROM call k JOIN inbox i USING (call_index) WHERE k.provider_call_id LIKE 'call_load_%' GROUP BY 1"
  )
  const stored = new Map(rows.map(one => [one.id, one.n]))
  assert.deepEqual(load.acknowledged.filter(id => stored.get(id) !== 1), [], 'acknowledged is stored, once')
  for (const counts of [retell.rings.by_dial, retell.rings.by_attempt])
    for (const [what, n] of Object.entries(counts)) assert.equal(n, 1, `${what} rang ${n} times`)
  const [books] = await gateway.sql(`SELECT
    (SELECT count(*) FROM callbacks c WHERE (c.state = 'scheduled' AND NOT EXISTS (SELECT FROM due d WHERE d.kind = 'dial' AND d.id = c.callback_id))
      OR (c.state IN ('dialling', 'parked') AND NOT EXISTS (SELECT FROM live_dial l WHERE l.callback_id = c.callback_id))) AS lost,
    (SELECT count(*) FROM customer u WHERE balance <> coalesce((SELECT sum(amount) FROM ledger l WHERE l.customer_id = u.customer_id), 0)) AS ledgers,
    (SELECT count(*) FROM inbox WHERE state = 'dead') AS dead`)
  assert.deepEqual(books, { lost: 0, ledgers: 0, dead: 0 })
  assert.ok(acme.dials.length > 0)
}

const options = {
  database: ownPostgres,
  config: { engine: { poll: '500ms', clock_error: '2s' } },
  set: { credits: 1000, workspace: { dials_per_minute: 6000 } }
}

/** A scenario under load, which ends with it whatever happens. */
const loaded = body =>
  scenario(async world => {
    world.retell.cast('*', ANSWERS)
    const load = new Load(world)
    try {
      await load.more(10, 'there is load')
      await body({ ...world, load })
      await whole({ ...world, load })
    } finally {
      await load.end()
    }
  }, options)

test(
  'Postgres is killed, one backend, then all of it, and restarted fast',
  loaded(async ({ gateway, primary, load }) => {
    const [{ pid }] = await gateway.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'switchhook engine' LIMIT 1")
    process.kill(pid, 'SIGKILL')
    await load.more(10, 'it goes on after the backend’s crash')

    await primary.kill()
    await primary.launch()
    await load.more(10, 'it goes on after the postmaster’s death')

    await primary.stop('SIGINT')
    await primary.launch()
    await load.more(10, 'it goes on after a fast restart')
  })
)

test(
  'Postgres is silent: its backends are stopped, then go on',
  loaded(async ({ gateway, load }) => {
    // Only our own deadline sees this: the kernel of a stopped backend still answers, and one may hold a lock that all need.
    const stopped = await gateway.sql("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'switchhook %'")
    for (const { pid } of stopped) process.kill(pid, 'SIGSTOP')
    const lost = await gateway.metric('switchhook_database_connections_lost_total')
    try {
      await eventually(
        async () => (await gateway.metric('switchhook_database_connections_lost_total')) > lost,
        'the gateway gives up on them'
      )
    } finally {
      for (const { pid } of stopped) process.kill(pid, 'SIGCONT')
    }
    await load.more(10, 'what woke up late does no harm')
  })
)

test(
  'the disk is slow, then full, for data and for the log',
  loaded(async ({ primary, disk, load }) => {
    disk.fault('slow 200')
    await load.more(4, 'slower, but on')
    for (const where of ['/base/', '/pg_wal/']) {
      disk.fault(`full ${where}`)
      await load.less(`no room in ${where}: what cannot be stored is refused, not acknowledged`)
      disk.heal()
      // Without room for its log Postgres stops, and may not even recover: then its service manager begins it again.
      await eventually(async () => (primary.gone ? primary.launch().then(() => true) : true), 'Postgres runs')
      await load.more(10, 'there is room again')
    }
  })
)
