// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A database that lost its last transactions, and what the providers still know of them. No phone rings twice, nothing that
// rang stays unknown, and nobody is dialled before both are certain.
import assert from 'node:assert/strict'
import { renameSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import { callEnded, CALLEE } from './lib/acme.mjs'
import { conninfoString, Postgres, Relay, sql } from './lib/database.mjs'
import { Folder } from './lib/place.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, span } from './lib/time.mjs'

const ANSWERS = { script: 'answers', always: true }

/** As a failover leaves it: of the dial there is no row any more, and its callback waits for its time. */
async function forgetDial(gateway, callback, { due = 'now() + interval \'2 years\'' } = {}) {
  await gateway.sql(`BEGIN;
    CREATE TEMP TABLE lost AS SELECT dial_id FROM live_dial WHERE callback_id = '${callback}';
    UPDATE customer u SET balance = balance + 1 FROM ledger l
     WHERE l.customer_id = u.customer_id AND l.kind = 'reserve' AND l.dial_id IN (TABLE lost);
    DELETE FROM ledger WHERE dial_id IN (TABLE lost);
    DELETE FROM intents WHERE dial_id IN (TABLE lost);
    DELETE FROM live_dial WHERE dial_id IN (TABLE lost);
    DELETE FROM call WHERE dial_id IN (TABLE lost);
    DELETE FROM due WHERE id IN (TABLE lost);
    UPDATE callbacks SET state = 'scheduled', last_dial = NULL, epoch = 0, due_at = ${due} WHERE callback_id = '${callback}';
    INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch)
      SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM callbacks WHERE callback_id = '${callback}';
    COMMIT`)
}

/** A dial is lost in a failover: its callback is due, and the database is on another timeline. */
async function failOver(gateway, callback, due) {
  await forgetDial(gateway, callback, { due: `'${new Date(due).toISOString()}'` })
  await gateway.sql("UPDATE fence SET timeline = '0000000A'")
}

test(
  'a webhook of a dial that the database has lost makes its rows anew',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast('*', 'keeps_talking')
    const call = await acme.place()
    const [id] = retell.calls.keys()
    // Its first news must not come after the forgetting: it would make the rows anew before they are looked for.
    await eventually(
      async () => (await gateway.sql("SELECT FROM call WHERE dial_id IS NOT NULL AND rank >= 1")).length === 1 &&
        (await gateway.sql("SELECT FROM inbox WHERE state = 'pending'")).length === 0,
      'the call is known to have begun'
    )
    await forgetDial(gateway, call.callback_id)
    assert.equal(await acme.balance(), 10)

    retell.play(id, 'answers')
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(Object.values(retell.rings.by_dial), [1])
    assert.equal(await acme.balance(), 9, 'reserved and spent once')
    const row = await acme.callback(call.callback_id)
    assert.equal(row.dial_id, acme.dials[0].metadata.sh_dial_id)
    const states = await gateway.sql("SELECT state FROM intents WHERE dial_id = $1 AND state <> 'placed'", [row.dial_id])
    assert.deepEqual(states.map(one => one.state).sort(), ['decided', 'ended', 'intent', 'sent'])
  })
)

test(
  'a webhook of a lost dial waits while its callback is on another',
  scenario(async ({ gateway, retell, acme, clock }) => {
    const pending = async () => (await gateway.sql("SELECT count(*)::int AS n FROM inbox WHERE state = 'pending'"))[0].n
    retell.cast('*', { script: 'keeps_talking', always: true })
    retell.hold()
    const call = await acme.place()
    await forgetDial(gateway, call.callback_id, { due: "'2027-03-01 17:00Z'" })
    await eventually(() => acme.dials.length === 2, 'it is dialled again')
    const [first, second] = retell.calls.keys()
    await eventually(async () => (await gateway.sql("SELECT 1 FROM live_dial WHERE state = 'placed'")).length === 1, 'and placed')
    retell.play(first, 'answers')
    retell.release()
    await eventually(async () => (await pending()) > 0, 'the news of the first waits')
    retell.play(second, 'answers')
    await acme.latest(call.callback_id, 'completed')
    // The lease of the news is over; nothing of it counts as a failure.
    for (let n = 0; n < 5 && (await pending()); n++) await clock.forward('31s')
    await eventually(async () => (await acme.balance()) === 8, 'both are spent')
    assert.equal((await gateway.sql('SELECT max(tries) AS tries FROM inbox'))[0].tries, 0)
  })
)

const looks = retell => retell.requests.filter(one => one.route === 'list_calls').length
const fence = async gateway =>
  (await gateway.sql('SELECT mode, lost_from, quiet_until, merge_why FROM fence ORDER BY mode DESC LIMIT 1'))[0]
const ready = async gateway => (await gateway.ask('GET', '/readyz?verbose', undefined, { key: null })).body
/** What /readyz says counts for a moment. */
const says = (gateway, why) => eventually(async () => why.test((await ready(gateway)).why ?? ''), `/readyz says ${why}`)
const check = async (gateway, name) => (await ready(gateway)).checks.find(one => one.name === name)

/** Waits until the change is noticed, lets the quiet pass, and waits until every bucket dials again. */
async function recovered({ gateway, clock, retell, acme }, { quiet = '16m' } = {}) {
  await eventually(async () => (await fence(gateway)).quiet_until, 'it was noticed')
  const before = { looks: looks(retell), dials: acme.dials.length }
  await says(gateway, /^recovering: what was done from .* may be lost/)
  await clock.forward(quiet)
  // A whole poll of every worker: the quiet lasts longer than that.
  await eventually(async () => (await gateway.metric('switchhook_recovering_buckets')) > 0, 'the gateway says so')
  assert.deepEqual({ looks: looks(retell), dials: acme.dials.length }, before, 'nobody asks or dials before the last dial must show')
  await clock.forward('2m')
  await eventually(async () => (await fence(gateway)).mode === 'normal', 'all was merged')
}

/** What must hold after each of these, whatever was lost. */
async function kept({ gateway, retell, acme }) {
  for (const counts of [retell.rings.by_dial, retell.rings.by_attempt])
    for (const [what, n] of Object.entries(counts)) assert.equal(n, 1, `${what} rang ${n} times`)
  const [books] = await gateway.sql(`SELECT
    (SELECT count(*) FROM callbacks c WHERE (c.state = 'scheduled' AND NOT EXISTS (SELECT FROM due d WHERE d.kind = 'dial' AND d.id = c.callback_id))
      OR (c.state IN ('dialling', 'parked') AND NOT EXISTS (SELECT FROM live_dial l WHERE l.callback_id = c.callback_id))) AS lost,
    (SELECT count(*) FROM due d WHERE d.kind = 'dial' AND NOT EXISTS
      (SELECT FROM callbacks c WHERE c.callback_id = d.id AND c.state = 'scheduled')) AS orphans,
    (SELECT count(*) FROM customer u WHERE balance <> coalesce((SELECT sum(amount) FROM ledger l WHERE l.customer_id = u.customer_id), 0)) AS ledgers,
    (SELECT count(*) FROM (SELECT dial_id FROM ledger WHERE kind IN ('settle', 'refund') AND dial_id NOT IN
      (SELECT dial_id FROM ledger WHERE kind = 'reversal') GROUP BY 1 HAVING count(*) > 1) x) AS twice`)
  assert.deepEqual(books, { lost: 0, orphans: 0, ledgers: 0, twice: 0 })
  assert.ok(acme.dials.length >= Object.keys(retell.rings.by_dial).length)
}

/** A primary and a standby behind a relay, named in one connection string. */
const pair = settings => async ends => {
  const folder = new Folder()
  ends.push(() => folder.remove())
  const primary = await Postgres.start(folder, { durable: false })
  ends.push(() => primary.stop('SIGQUIT'))
  const conninfo = await primary.database('gateway')
  const relay = await Relay.start(primary.conninfo)
  ends.push(() => relay.stop())
  const standby = await Postgres.standby(primary, folder, { durable: false, from: relay })
  ends.push(() => standby.stop('SIGQUIT'))
  for (const [name, value] of Object.entries(settings))
    await sql(primary.conninfo, `ALTER SYSTEM SET ${name} = '${value}'`, [], { alone: true })
  await sql(primary.conninfo, 'SELECT pg_reload_conf()', [], { alone: true })
  await eventually(
    async () => (await sql(primary.conninfo, "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'")).length > 0,
    'the standby streams'
  )
  const both = [primary, standby].map(one => one.conninfo)
  return {
    conninfo,
    relay,
    primary,
    standby,
    database:
      `host=${both.map(one => one.host).join()} port=${both.map(one => one.port).join()} user=postgres dbname=gateway ` +
      'target_session_attrs=read-write'
  }
}

/** A server of the scenario's own, to be stopped and put back. */
const alone = async ends => {
  const folder = new Folder()
  ends.push(() => folder.remove())
  const primary = await Postgres.start(folder, { durable: false })
  ends.push(() => primary.stop('SIGQUIT'))
  const conninfo = await primary.database('gateway')
  return { conninfo, primary, database: conninfoString(conninfo) }
}

/** All that is committed has arrived. */
const caughtUp = ({ primary, standby }) =>
  eventually(async () => {
    const [{ lsn }] = await sql(primary.conninfo, 'SELECT pg_current_wal_flush_lsn() AS lsn')
    const [{ there }] = await sql(standby.conninfo, `SELECT pg_last_wal_replay_lsn() >= '${lsn}' AS there`)
    return there
  }, 'the standby has caught up')

async function failover({ gateway, primary, standby }) {
  await primary.kill()
  await standby.promote()
  gateway.database = { ...standby.conninfo, dbname: 'gateway' }
}

test(
  'what a list shows of a lost dial stays out of the inbox while its callback is on another',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', { script: 'keeps_talking', always: true })
    retell.fault('hooks', 'never', { times: null })
    const call = await acme.place()
    await forgetDial(gateway, call.callback_id, { due: "'2027-03-01 17:00Z'" })
    await eventually(() => acme.dials.length === 2, 'it is dialled again')
    const [first, second] = retell.calls.keys()
    await eventually(async () => (await gateway.sql("SELECT 1 FROM live_dial WHERE state = 'placed'")).length === 1, 'and placed')
    retell.play(first, 'answers')
    await gateway.sql("UPDATE fence SET timeline = '0000000A'")
    await eventually(async () => (await fence(gateway)).quiet_until, 'it was noticed')
    await clock.forward('18m')
    const waits = "SELECT bucket FROM fence WHERE mode = 'recovering' AND merge_why ~ 'waits for an earlier one'"
    await eventually(async () => (await gateway.sql(waits)).length === 1, 'the merge of its bucket waits')
    assert.deepEqual(await gateway.sql('SELECT call_index FROM inbox WHERE call_index IS NULL'), [])

    retell.play(second, 'answers')
    for (let n = 0; n < 20 && (await fence(gateway)).mode !== 'normal'; n++) await clock.forward('2m')
    await acme.latest(call.callback_id, 'completed')
    await eventually(async () => (await acme.balance()) === 8, 'both are spent')
    assert.deepEqual(Object.values(retell.rings.by_dial), [1, 1])
  })
)

test(
  'another timeline: nothing is dialled until the lists are merged, and what they show is adopted',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', ANSWERS)
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    // Lost: all of a second dial. Its phone rang, its webhooks never come.
    retell.fault('hooks', 'never', { times: null })
    const lost = await acme.place({ to: '+12135550143' })
    await failOver(gateway, lost.callback_id, clock.now())
    const waits = await acme.place({ to: '+12135550144' })
    assert.equal(waits.status, 202, 'scheduled, not dialled')
    await says(gateway, /recover|another/)

    await recovered({ gateway, clock, retell, acme })
    await acme.latest(lost.callback_id, 'completed')
    await eventually(() => acme.dials.length === 3, 'what waited was dialled')
    assert.equal(acme.dials[2].to_number, '+12135550144')
    assert.deepEqual(Object.values(retell.rings.by_dial), [1, 1, 1])
    await eventually(async () => (await acme.balance()) === 7, 'each is reserved once')
    assert.ok((await acme.activity()).some(one => one.kind === 'database.recovered'))
    await eventually(async () => (await ready(gateway)).status === 'ready', 'the gateway is ready')
  })
)

test(
  'a bucket dials again only when what the lists showed is processed',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', ANSWERS)
    retell.fault('hooks', 'never', { times: null })
    const lost = await acme.place()
    await failOver(gateway, lost.callback_id, clock.now())
    await eventually(async () => (await fence(gateway)).quiet_until, 'it was noticed')
    await gateway.sql('CREATE TABLE public.go ()')
    const holding = gateway.sql(
      `BEGIN; LOCK TABLE call IN SHARE MODE; DO $$ BEGIN
         WHILE NOT EXISTS (SELECT FROM public.go) LOOP PERFORM pg_sleep(0.02); END LOOP;
       END $$; COMMIT`
    )
    const held = "SELECT count(*)::int AS n FROM pg_locks WHERE relation = 'call'::regclass AND mode = 'ShareLock' AND granted"
    await eventually(async () => (await gateway.sql(held))[0].n > 0, 'nobody could write calls')
    try {
      await clock.forward('18m')
      await eventually(async () => /is being processed/.test((await fence(gateway)).merge_why), 'it waits for its events')
      assert.ok((await gateway.sql("SELECT count(*)::int AS n FROM inbox WHERE state = 'pending'"))[0].n > 0)
      assert.equal((await fence(gateway)).mode, 'recovering')
    } finally {
      await gateway.sql('INSERT INTO public.go DEFAULT VALUES')
      await holding
    }
    await clock.forward('31s')
    await eventually(async () => (await fence(gateway)).mode === 'normal', 'all was merged')
    await acme.latest(lost.callback_id, 'completed')
    assert.equal(acme.dials.length, 1)
    await kept({ gateway, retell, acme })
  })
)

test(
  'a standby that lagged is promoted: intent, T3, T5, T8, cancel and inbox are lost; no phone rings twice',
  scenario(
    async ({ gateway, retell, clock, acme, relay, primary, standby }) => {
      const world = { gateway, retell, clock, acme, primary, standby }
      retell.cast('*', ANSWERS)
      retell.cast('+12135550150', 'keeps_talking')
      for (const to of ['+12135550151', '+12135550152', '+12135550153']) retell.cast(to, 'voicemail', ANSWERS)
      const done = await acme.place()
      await acme.latest(done.callback_id, 'completed')
      const talking = await acme.place({ to: '+12135550150' })
      const [again, cancelled, later] = await Promise.all(
        ['+12135550151', '+12135550152', '+12135550153'].map(async to => {
          const call = await acme.place({ to })
          return acme.scheduled(call.callback_id, { attempt: 2 })
        })
      )
      await caughtUp(world)
      await eventually(async () => (await check(gateway, 'standby')).state === 'warning', 'it warns of a missing standby')

      // From here on the standby hears nothing. Rings: a whole dial, one more with its callback, the end of one before.
      await relay.cut()
      await gateway.post(`/v1/callbacks/${again.id}/dial-now`)
      await acme.latest(again.chain_root_id, 'completed')
      await acme.place({ to: '+12135550154' })
      await gateway.post(`/v1/callbacks/${cancelled.id}/cancel`)
      const [id] = [...retell.calls.values()].filter(one => one.call.to_number === '+12135550150').map(one => one.call.call_id)
      retell.play(id, 'answers')
      await acme.latest(talking.callback_id, 'completed')
      const inbound = await acme.deliver(callEnded('call_inbound_lost', { at: clock.now() }))
      assert.equal(inbound.status, 204, 'acknowledged, and lost with the primary')
      const dials = acme.dials.length

      await failover(world)
      await recovered(world)
      await acme.latest(again.chain_root_id, 'completed')
      await acme.latest(talking.callback_id, 'completed')
      assert.equal(acme.dials.length, dials, 'nothing that rang rings again')
      const row = (await acme.chain(again.chain_root_id)).at(-1)
      assert.equal(row.attempt, 2)
      assert.equal(row.dial_id, acme.dials.find(one => one.metadata.sh_callback_id === again.id).metadata.sh_dial_id)
      assert.equal((await acme.callback(later.id)).state, 'scheduled', 'due later: untouched')
      assert.equal((await acme.callback(cancelled.id)).state, 'scheduled', 'the cancel is lost, as the operator is told')
      const told = (await acme.activity()).find(one => one.kind === 'database.recovered')
      assert.match(told.text, /may be missing \(cancels/)

      // What was scheduled goes on on the new primary.
      await clock.forward('5h')
      await acme.latest(later.chain_root_id, 'completed')
      await kept(world)
    },
    { database: pair({}) }
  )
)

test(
  'a synchronous standby is promoted under load: nothing that was acknowledged is lost, nothing is dialled until it is merged',
  scenario(
    async ({ gateway, retell, clock, acme, primary, standby }) => {
      const world = { gateway, retell, clock, acme, primary, standby }
      retell.cast('*', ANSWERS)
      await eventually(async () => /1 connected/.test((await check(gateway, 'standby')).text), 'it sees the standby')
      const acknowledged = []
      let on = true
      let n = 0
      const load = [
        ...Array.from({ length: 4 }, async () => {
          while (on) {
            const id = `call_load_${++n}`
            const answer = await acme.deliver(callEnded(id, { at: clock.now() })).catch(() => ({}))
            if (answer.status === 204) acknowledged.push(id)
          }
        }),
        (async () => {
          for (let i = 0; on && i < 60; i++) await acme.request({ to_number: `+1213555${2000 + i}` }).catch(() => {})
        })()
      ]
      await eventually(() => acknowledged.length > 40 && acme.dials.length > 3, 'there is load')
      await failover(world)
      const before = acknowledged.length
      await eventually(() => acknowledged.length > before + 20, 'webhooks are taken by the new primary')
      on = false
      await Promise.all(load)
      await recovered(world)

      const stored = new Set(
        (await gateway.sql("SELECT provider_call_id AS id FROM call WHERE provider_call_id LIKE 'call_load_%'")).map(one => one.id)
      )
      await eventually(
        async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state = 'pending'"))[0].n === 0,
        'all was processed'
      )
      assert.deepEqual(
        acknowledged.filter(id => !stored.has(id)),
        []
      )
      await kept(world)
    },
    { database: pair({ synchronous_standby_names: 'standby' }), set: { credits: 1000, workspace: { dials_per_minute: 6000 } } }
  )
)

test(
  'a snapshot of before the next attempt was made: that one is made anew, and does not ring again',
  scenario(
    async ({ gateway, retell, clock, acme, primary }) => {
      const world = { gateway, retell, clock, acme }
      retell.cast('*', 'keeps_ringing', ANSWERS)
      const first = await acme.place()
      await eventually(async () => (await gateway.sql("SELECT 1 FROM live_dial WHERE state = 'placed'")).length === 1, 'it rings')
      await primary.stop()
      await primary.snapshot(`${primary.data}.snapshot`)
      await primary.launch()
      await eventually(async () => (await ready(gateway)).status === 'ready', 'the database is back')
      retell.play([...retell.calls.keys()][0], 'busy')
      const second = await acme.scheduled(first.callback_id, { attempt: 2 })
      await eventually(
        async () => (await gateway.ask('POST', `/v1/callbacks/${second.id}/dial-now`, {})).status < 300,
        'it dials again'
      )
      await acme.latest(first.callback_id, 'completed')
      const told = acme.dials.map(one => one.metadata)
      assert.deepEqual(told.map(one => [one.sh_attempt, one.sh_chain_id]), [['1', undefined], ['2', first.callback_id]])
      await eventually(() => gateway.seen() > 0, 'this host has seen a sign of life')

      await primary.stop()
      rmSync(primary.data, { recursive: true })
      renameSync(`${primary.data}.snapshot`, primary.data)
      await primary.launch()
      await eventually(async () => /older/.test((await ready(gateway)).why), 'it says that it is older')
      assert.equal((await acme.chain(first.callback_id)).length, 1)
      await clock.forward('5h')
      assert.equal((await gateway.cli('recover', '--config', gateway.configFile)).status, 0)
      await recovered(world)
      await acme.latest(first.callback_id, 'completed')
      await eventually(async () => (await gateway.sql('SELECT 1 FROM live_dial')).length === 0, 'all is decided')
      const chain = await acme.chain(first.callback_id)
      assert.deepEqual(chain.map(one => [one.attempt, one.state, one.id]), [
        [1, 'completed', first.callback_id],
        [2, 'completed', second.id]
      ])
      assert.equal(chain[1].dial_id, told[1].sh_dial_id)
      assert.equal(chain[1].to_number, CALLEE, 'what is sealed for the chain opens')
      assert.equal(acme.dials.length, 2, 'it had rung, and does not ring again')
      await kept(world)
    },
    { database: alone, config: { workers: 1 } }
  )
)

test(
  'a snapshot put back: this host dials nothing on it until a person says that it is the one',
  scenario(
    async ({ gateway, retell, clock, acme, primary }) => {
      const world = { gateway, retell, clock, acme }
      retell.cast('*', ANSWERS)
      retell.cast('+12135550151', 'voicemail', ANSWERS)
      const first = await acme.place({ to: '+12135550151' })
      const second = await acme.scheduled(first.callback_id, { attempt: 2 })
      await primary.stop()
      await primary.snapshot(`${primary.data}.snapshot`)
      await primary.launch()
      // Each worker comes back by itself.
      await eventually(
        async () => (await gateway.ask('POST', `/v1/callbacks/${second.id}/dial-now`, {})).status < 300,
        'it dials again'
      )
      await acme.latest(first.callback_id, 'completed')
      await eventually(() => gateway.seen() > 0, 'this host has seen a sign of life')
      const dials = acme.dials.length

      await primary.stop()
      rmSync(primary.data, { recursive: true })
      renameSync(`${primary.data}.snapshot`, primary.data)
      await primary.launch()
      await eventually(async () => /older/.test((await ready(gateway)).why), 'it says that it is older')
      await clock.forward('5h')
      const hook = await acme.deliver(callEnded('call_meanwhile', { at: clock.now() }))
      assert.equal(hook.status, 204, 'webhooks are taken')
      await eventually(async () => (await acme.chain(first.callback_id)).at(-1).state === 'scheduled', 'it is due, and waits')
      assert.equal(acme.dials.length, dials)

      const { status, stdout, stderr } = await gateway.cli('recover', '--config', gateway.configFile)
      assert.equal(status, 0, stderr)
      assert.match(stdout, /Nothing is dialled/)
      // An earlier time is more than what is being recovered already; a later one changes nothing.
      const from = async () => {
        const [one] = await gateway.sql('SELECT lost_from FROM fence WHERE bucket = (SELECT bucket FROM workspace LIMIT 1)')
        return one.lost_from && Date.parse(one.lost_from)
      }
      const lost = await eventually(from, 'it was noticed')
      const recover = at =>
        gateway.cli('recover', '--config', gateway.configFile, '--trial-clock', clock.file, '--since', new Date(at).toISOString())
      for (const [ms, then] of [[1000, lost], [-5, lost - 5]]) {
        assert.equal((await recover(lost + ms)).status, 0)
        assert.equal(await from(), then)
      }
      const tomorrow = await recover(clock.now() + span('1d'))
      assert.deepEqual([tomorrow.status, await from()], [2, lost - 5])
      assert.match(tomorrow.stderr, /--since .* lies in the future: it is .* now/)
      await recovered(world)
      await acme.latest(first.callback_id, 'completed')
      assert.equal(acme.dials.length, dials, 'it had rung, and does not ring again')
      await kept(world)
    },
    { database: alone }
  )
)

test(
  'no list proves anything: what was due when the primary was lost is parked, what is due later is not',
  scenario(
    async ({ gateway, retell, clock, acme, drivers }) => {
      const world = { gateway, retell, clock, acme }
      assert.ok(drivers)
      retell.settings.list_lag_ms = 24 * 3600000
      retell.cast('*', ANSWERS)
      for (const to of ['+12135550151', '+12135550152']) retell.cast(to, 'voicemail', ANSWERS)
      const [rang, later] = await Promise.all(
        ['+12135550151', '+12135550152'].map(async to => {
          const call = await acme.place({ to })
          return acme.scheduled(call.callback_id, { attempt: 2 })
        })
      )
      retell.fault('hooks', 'never', { times: null })
      await gateway.post(`/v1/callbacks/${rang.id}/dial-now`)
      await eventually(() => acme.dials.length === 3, 'it was dialled')
      await eventually(async () => (await acme.callback(rang.id)).state === 'dialling', 'and is known')
      await failOver(gateway, rang.id, clock.now() - 60000)
      await recovered(world, { quiet: '11m' })
      assert.equal((await acme.callback(rang.id)).state, 'parked')
      assert.equal((await acme.callback(later.id)).state, 'scheduled')
      assert.equal((await acme.request({ to_number: '+12135550151' })).status, 409, 'its callee is kept')
      await kept(world)

      // The real dial's news, late: it takes the place of the suspicion.
      retell.clearFaults()
      const [id] = [...retell.calls.values()].filter(one => one.call.metadata.sh_callback_id === rang.id).map(one => one.call.call_id)
      retell.resend(id)
      await acme.latest(rang.chain_root_id, 'completed')
      assert.equal(acme.dials.length, 3)
      await kept(world)
      assert.equal(await acme.balance(), 7)
    },
    { drivers: drivers => drivers.noList() }
  )
)

test(
  'a merge whose worker dies, at each of its steps, is begun anew by another',
  scenario(
    async ({ gateway, retell, clock, acme, page }) => {
      const world = { gateway, retell, clock, acme }
      retell.cast('*', ANSWERS)
      retell.fault('hooks', 'never', { times: null })
      const lost = await acme.place()
      await failOver(gateway, lost.callback_id, clock.now())
      await eventually(async () => (await fence(gateway)).quiet_until, 'it was noticed')
      const steps = ['merge.begin', 'merge.page', 'merge.before_commit']
      for (const step of steps) {
        page.arm(step, 'kill')
        await clock.forward(step === steps[0] ? '18m' : '61s')
        await eventually(() => page.read(step).fired === 1, `killed at ${step}`)
        assert.equal((await fence(gateway)).mode, 'recovering')
      }
      page.arm('merge.before_commit', 'drop')
      await clock.forward('61s')
      await eventually(() => page.read('merge.before_commit').fired === 2, 'not sent')
      await clock.forward('61s')
      await eventually(async () => (await fence(gateway)).mode === 'normal', 'all was merged')
      await acme.latest(lost.callback_id, 'completed')
      assert.equal(acme.dials.length, 1)
      await kept(world)
    },
    { failpoints: true }
  )
)
