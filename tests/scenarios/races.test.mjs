// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Races that a review of the protocol found, each played on purpose: one worker is stopped with its transaction ready to
// go, another one does what must not be overlooked, then the first goes on. The crash matrix (tests/torture) meets them
// by chance.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { goOn } from './lib/failpoints.mjs'
import { otherCall } from './lib/others.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'
import { Wire } from '../torture/wire.mjs'

const purging = readFileSync(new URL('../../gateway/store/statements/purge.sql', import.meta.url), 'utf8').replace(/^--.*$/gm, '')

const options = { failpoints: true, retell: { webhooks: { spacing_ms: [200, 400, 800], timeout_ms: 800 } } }
const callee = n => `+1213555${String(n).padStart(4, '0')}`
const looks = retell => retell.requests.filter(one => one.route === 'list_calls').length

const dialStates = async gateway =>
  (await gateway.sql('SELECT state FROM live_dial ORDER BY created_at')).map(one => one.state)
/** What the ledger says of each dial, in order: "reserve refund …". */
const ledger = async gateway =>
  (
    await gateway.sql(
      // Not by time: who was stopped writes the time at which it had begun.
      "SELECT string_agg(kind, ' ' ORDER BY array_position(ARRAY['reserve', 'refund', 'reversal', 'settle'], kind::text)) AS kinds " +
        'FROM ledger WHERE dial_id IS NOT NULL GROUP BY dial_id ORDER BY min(created_at), dial_id'
    )
  ).map(one => one.kinds)

/** An answer that was lost, and a list that does not show the call: what the gateway hears of it comes by webhook or not at all. */
function losesTheAnswer(retell) {
  retell.hold()
  retell.settings.list_lag_ms = Infinity
  retell.fault('create_phone_call', 'accept_drop_answer')
}

test(
  'two workers hear of one call at once: what the one knows is not written over by the other',
  scenario(
    async ({ retell, acme, page, gateway, twin }) => {
      const other = await twin()
      retell.hold()
      // Only the analysis knows that it was a machine.
      retell.cast('*', 'voicemail_unnoticed', 'answers')
      const call = await acme.place()
      await eventually(() => retell.webhooks.held.length === 3, 'three events wait')
      const stopped = page.expect('process.before_commit', 'stop')
      let rest = []
      const delivered = retell.release(letters => (rest = letters).slice(0, 1))
      const pid = await stopped()
      await delivered
      for (const one of rest.slice(1)) {
        const signed = { 'x-retell-signature': await retell.webhooks.sign(one.body) }
        assert.equal((await retell.webhooks.raw(one.url.replace(gateway.url, other.url), one.body, signed)).status, 204)
      }
      const open = "SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"
      await eventually(async () => (await gateway.sql(open))[0].n === 1, 'the other had processed its two events')
      goOn(pid)
      await acme.scheduled(call.callback_id, { attempt: 2, reason: 'voicemail_followup' })
      await eventually(async () => (await gateway.sql(open))[0].n === 0, 'every event was processed')
    },
    { ...options, config: { workers: 1 } }
  )
)

test('two gateways follow two calls to one callee at once: one chain comes of them', async t => {
  const found = { switchhook_callback: true, switchhook_callback_time: '2027-03-02T15:45:00-08:00' }
  const cases = {
    // why each call ended, what was asked in it; the states of what was begun
    'nobody was reached': [{}, ['scheduled']],
    'both ask for a call': [{ reason: 'user_hangup', found }, ['cancelled', 'scheduled']]
  }
  for (const [name, [how, states]] of Object.entries(cases)) {
    await t.test(
      name,
      scenario(
        async ({ gateway, acme, page, clock, twin }) => {
          const other = await twin()
          const stopped = page.expect('follow.before_commit', 'stop')
          assert.equal((await acme.deliver(otherCall('call_one', { at: clock.now(), ...how }))).status, 204)
          const pid = await stopped()
          const free = gateway.children('worker').includes(pid) ? other : gateway
          const url = acme.webhook.replace(gateway.url, free.url)
          assert.equal((await acme.deliver(otherCall('call_two', { at: clock.now(), ...how }), { url })).status, 204)
          const followed = async n => (await gateway.sql('SELECT FROM call WHERE followed_at IS NOT NULL')).length === n
          await eventually(() => followed(1), 'the second was followed')
          goOn(pid)
          await eventually(() => followed(2), 'and the first')
          const rows = await gateway.sql('SELECT state FROM callbacks ORDER BY state')
          assert.deepEqual(rows.map(one => one.state), states)
        },
        { ...options, config: { workers: 1 } }
      )
    )
  }
})

test(
  'news comes while the verdict is being written: the verdict has no effect',
  scenario(async ({ gateway, retell, clock, acme, page }) => {
    losesTheAnswer(retell)
    retell.cast('*', 'answers')
    const call = await acme.place()
    const stopped = page.expect('notplaced.before_commit', 'stop')
    await acme.passTime(() => page.read('notplaced.before_commit').fired > 0, 'the verdict is about to be written')
    const pid = await stopped()
    await retell.release()
    await acme.latest(call.callback_id, 'completed')
    goOn(pid)
    await eventually(async () => (await dialStates(gateway)).length === 0, 'the dial was decided')
    await clock.forward('1h')
    assert.deepEqual(await ledger(gateway), ['reserve settle'])
    assert.deepEqual(retell.rings.by_number, { [CALLEE]: 1 })
    assert.equal(acme.dials.length, 1)
    assert.equal(await acme.balance(), 9)
  }, options)
)

test(
  'the verdict is written while news waits to be: the dial comes back to life, and its callback’s new claim is void',
  scenario(async ({ gateway, retell, clock, acme, page }) => {
    losesTheAnswer(retell)
    retell.cast('*', 'answers')
    const call = await acme.place()
    // News of the call comes shortly before the verdict and is ready to be written; its worker stops.
    await acme.passTime(() => looks(retell) === 4, 'four looks were taken')
    const [{ at }] = await gateway.sql('SELECT extract(epoch FROM verdict_at) * 1000 AS at FROM live_dial')
    await clock.set(Math.floor(at) - 8000)
    const hearing = page.expect('process.before_commit', 'stop')
    const delivered = retell.release(letters => letters.slice(0, 1))
    const hearer = await hearing()
    await delivered
    // The other worker believes the list, gives the callback back and claims it anew: it stops just before the intent.
    const claiming = page.expect('intent.before_commit', 'stop')
    await clock.forward('10s')
    const claimer = await claiming()
    assert.deepEqual(await ledger(gateway), ['reserve refund'])

    goOn(hearer)
    await eventually(async () => (await dialStates(gateway)).join() === 'placed', 'the dial was believed')
    goOn(claimer)
    retell.resend([...retell.calls.keys()][0])
    await acme.latest(call.callback_id, 'completed')
    await eventually(async () => (await dialStates(gateway)).length === 0, 'the dial was decided')
    assert.deepEqual(await ledger(gateway), ['reserve refund reversal settle'])
    assert.deepEqual(retell.rings.by_number, { [CALLEE]: 1 })
    assert.equal(acme.dials.length, 1)
    assert.equal(await acme.balance(), 9)
  }, options)
)

test(
  'a due row that lost its callback is found: when it is due, and by the sweeper',
  scenario(
    async ({ gateway, retell, clock, acme }) => {
      retell.cast('*', 'answers', 'answers')
      const calls = [await acme.place({ to: callee(1) }), await acme.place({ to: callee(2) })]
      for (const call of calls) await acme.latest(call.callback_id, 'completed')
      // As when a worker that gives a callback back and a person who cancels it miss each other.
      for (const [i, at] of [60000, 40 * 86400000].entries())
        await gateway.sql(
          "INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT bucket, tenant_id, 'dial', callback_id, $1::timestamptz, 0 FROM callbacks WHERE callback_id = $2",
          [new Date(clock.now() + at).toISOString(), calls[i].callback_id]
        )
      await clock.forward('2m')
      await eventually(
        async () => (await gateway.sql("SELECT count(*) AS n FROM due WHERE kind = 'dial'"))[0].n === 0,
        'both were taken away'
      )
      assert.equal(acme.dials.length, 2)
    },
    { config: { engine: { poll: '100ms' } } }
  )
)

/** Parked or about to be: no list to prove anything, no news. */
function toParking({ retell, acme }, over) {
  retell.fault('list_calls', '500', { times: null })
  return acme.passTime(over, 'it was parked')
}

test(
  'a person cancels while a dial is being parked: the person wins, in either order',
  scenario(async ({ gateway, retell, acme, page }) => {
    losesTheAnswer(retell)
    retell.cast('*', 'answers', 'answers')
    const call = await acme.place({ to: callee(1) })
    const path = `/v1/callbacks/${call.callback_id}/cancel`

    // The cancel is ready to go, then the dial is parked.
    const cancelling = page.expect('cancel.before_commit', 'stop')
    const answer = gateway.ask('POST', path)
    const canceller = await cancelling()
    await toParking({ retell, acme }, async () => (await acme.callback(call.callback_id)).state === 'parked')
    await acme.latest(call.callback_id, 'parked')
    goOn(canceller)
    assert.equal((await answer).status, 200)
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(await ledger(gateway), ['reserve settle'])

    // The parking is ready to go, then a person cancels: what is parked then is closed by asking again.
    retell.fault('create_phone_call', 'accept_drop_answer')
    const second = await acme.place({ to: callee(2) })
    const parking = page.expect('park.before_commit', 'stop')
    await toParking({ retell, acme }, () => page.read('park.before_commit').fired > 0)
    const parker = await parking()
    assert.equal((await gateway.ask('POST', `/v1/callbacks/${second.callback_id}/cancel`)).body.state, 'dialling')
    goOn(parker)
    await acme.latest(second.callback_id, 'parked')
    assert.equal((await gateway.ask('POST', `/v1/callbacks/${second.callback_id}/cancel`)).status, 200)
    await acme.latest(second.callback_id, 'completed')
    assert.deepEqual(await ledger(gateway), ['reserve settle', 'reserve settle'])
    assert.equal(acme.dials.length, 2)
    assert.equal(await acme.balance(), 8)
  }, options)
)

/** What was said is heard before the analysis has named the outcome. */
const outcome = (gateway, id, wanted) =>
  eventually(
    async () => (await gateway.list('/v1/calls')).find(one => one.provider_call_id === id)?.outcome === wanted,
    `the outcome of ${id} was ${wanted}`
  )

test(
  'dialled again by a person, and then the first call is heard of after all: its refund is taken back once',
  scenario(async ({ gateway, retell, clock, acme, page }) => {
    losesTheAnswer(retell)
    retell.cast('*', 'answers', 'answers')
    const call = await acme.place()
    await toParking({ retell, acme }, async () => (await acme.callback(call.callback_id)).state === 'parked')
    await clock.forward('2h 10m')
    retell.clearFaults()

    // The news is ready to be written while the person's wish is.
    const hearing = page.expect('process.before_commit', 'stop')
    const delivered = retell.release(letters => letters.slice(-1))
    const hearer = await hearing()
    const { status } = await gateway.ask('POST', `/v1/callbacks/${call.callback_id}/dial-now`, {})
    assert.equal(status, 202)
    goOn(hearer)
    await delivered
    await eventually(async () => (await dialStates(gateway)).length === 0, 'both dials were decided')
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(await ledger(gateway), ['reserve refund reversal settle', 'reserve settle'])
    assert.equal(await acme.balance(), 8)
    assert.equal(acme.dials.length, 2)
  }, options)
)

test(
  'dialled again by a person, and then the first call is heard of, in which no more calls were wanted: there are none',
  scenario(async ({ gateway, retell, clock, acme }) => {
    losesTheAnswer(retell)
    retell.cast('*', 'do_not_call', 'keeps_talking')
    const call = await acme.place()
    await toParking({ retell, acme }, async () => (await acme.callback(call.callback_id)).state === 'parked')
    await clock.forward('2h 10m')
    retell.clearFaults()
    assert.equal((await gateway.ask('POST', `/v1/callbacks/${call.callback_id}/dial-now`, {})).status, 202)
    await eventually(async () => (await dialStates(gateway)).join() === 'placed', 'the second call is on its way')
    const [first, second] = retell.calls.keys()
    await retell.release(letters => letters.filter(one => one.id === first))
    await eventually(async () => (await gateway.list('/v1/suppressions')).length === 1, 'the callee is suppressed')
    await outcome(gateway, first, 'do_not_call')
    retell.play(second, 'voicemail')
    await retell.release()
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual((await acme.chain(call.callback_id)).map(one => one.attempt), [1, 2], 'no further attempt')
    assert.equal(await acme.balance(), 8)
  }, options)
)

test(
  'believed not placed and dialled once more, and then the first call is heard of, in which no more calls were wanted: there are none',
  scenario(async ({ gateway, retell, clock, acme }) => {
    losesTheAnswer(retell)
    retell.cast('*', 'do_not_call', 'keeps_talking')
    const ordered = await acme.place({ schedule_at: new Date(clock.now() + 86400000).toISOString() })
    const call = await acme.place()
    await acme.passTime(async () => (await dialStates(gateway)).join() === 'placed', 'it was dialled once more')
    assert.deepEqual((await acme.chain(call.callback_id)).map(one => one.attempt), [1], 'the same attempt is on its second dial')
    const [first, second] = retell.calls.keys()

    await retell.release(letters => letters.filter(one => one.id === first))
    await eventually(async () => (await gateway.list('/v1/suppressions')).length === 1, 'the callee is suppressed')
    await acme.latest(ordered.callback_id, 'suppressed')
    await outcome(gateway, first, 'do_not_call')
    assert.deepEqual(await dialStates(gateway), ['placed'], 'the call that is under way goes on')
    // Once is enough.
    retell.resend(first)
    await retell.release(letters => letters.filter(one => one.id === first))

    retell.play(second, 'voicemail')
    await retell.release()
    await acme.latest(call.callback_id, 'completed')
    await eventually(async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0, 'all is processed')
    assert.deepEqual((await acme.chain(call.callback_id)).map(one => one.attempt), [1], 'no further attempt')
    assert.deepEqual(await ledger(gateway), ['reserve refund reversal settle', 'reserve settle'])
    assert.equal((await acme.activity()).filter(one => one.kind === 'callee.suppressed').length, 1)
    assert.equal(acme.dials.length, 2)
    assert.equal(await acme.balance(), 8)
  }, options)
)

test(
  'closed by a person and let go, and then the call is heard of, in which no more calls were wanted: said once, there are none',
  scenario(async ({ gateway, retell, clock, acme }) => {
    losesTheAnswer(retell)
    retell.cast('*', 'do_not_call')
    const call = await acme.place()
    await toParking({ retell, acme }, async () => (await acme.callback(call.callback_id)).state === 'parked')
    assert.equal((await gateway.ask('POST', `/v1/callbacks/${call.callback_id}/cancel`)).status, 200)
    await clock.forward('2h 10m')
    await eventually(async () => (await dialStates(gateway)).length === 0, 'the dial was let go')
    await retell.release()
    await eventually(async () => (await gateway.list('/v1/suppressions')).length === 1, 'the callee is suppressed')
    await eventually(async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0, 'all is processed')
    await eventually(async () => (await dialStates(gateway)).length === 0, 'the dial was decided')
    assert.equal((await acme.activity()).filter(one => one.kind === 'callee.suppressed').length, 1)
    assert.deepEqual(await ledger(gateway), ['reserve settle'])
    assert.equal(acme.dials.length, 1)
  }, options)
)

test(
  'a deadlock undoes the verdict of a dial: it is written again',
  scenario(async ({ gateway, retell, acme, page }) => {
    retell.fault('create_phone_call', '422')
    const stopped = page.expect('notplaced.before_commit', 'stop')
    const asked = acme.request({ to_number: CALLEE })
    const pid = await stopped()
    // Somebody holds the customer and will want the dial; the verdict takes the dial first, and then the customer.
    const other = new Wire(gateway.conninfo)
    // The gateway is the one that must notice.
    await other.text("SET deadlock_timeout = '1min'; BEGIN; SELECT 1 FROM customer FOR UPDATE")
    goOn(pid)
    const waits = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%not_placed%'"
    await eventually(async () => (await gateway.sql(waits))[0].n > 0, 'the verdict waited for the customer')
    await other.text('SELECT 1 FROM live_dial FOR UPDATE')
    await other.text('COMMIT')
    other.close()
    await asked
    await eventually(async () => (await dialStates(gateway)).length === 0, 'the dial was given back')
    assert.deepEqual(await ledger(gateway), ['reserve refund'])
    assert.equal(await acme.balance(), 10)
    const deadlocks = await gateway.sql('SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()')
    assert.ok(deadlocks[0].n > 0, 'it was a deadlock')
  }, options)
)

test(
  'a deadlock undoes the doubt about a dial: it is written again',
  scenario(async ({ gateway, retell, acme, page, clock }) => {
    retell.fault('create_phone_call', '500')
    const stopped = page.expect('ambiguous.before_commit', 'stop')
    const asked = acme.request({ to_number: CALLEE })
    const pid = await stopped()
    // As above; the doubt locks the dial, and then plans the first look.
    const other = new Wire(gateway.conninfo)
    await other.text("SET deadlock_timeout = '1min'; BEGIN; LOCK TABLE due IN EXCLUSIVE MODE")
    goOn(pid)
    const waits = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%ambiguous%'"
    await eventually(async () => (await gateway.sql(waits))[0].n > 0, 'the doubt waited for its plan')
    await other.text('SELECT 1 FROM live_dial FOR UPDATE')
    await other.text('COMMIT')
    other.close()
    await asked
    await eventually(async () => (await dialStates(gateway)).join() === 'ambiguous', 'the dial was in doubt')
    await clock.forward('6s')
    await eventually(() => looks(retell) > 0, 'the provider was asked')
  }, options)
)

test(
  'a suppression whose term is made longer while it is purged stays',
  scenario(async ({ gateway, acme, clock }) => {
    const expires_at = new Date(clock.now() + 3600e3).toISOString()
    await gateway.post('/v1/suppressions', { number: CALLEE, expires_at })
    await gateway.post('/v1/suppressions', { number: callee(1), expires_at })
    const [{ bucket, index }] = await gateway.sql("SELECT bucket, encode(callee_index, 'hex') AS index FROM suppression ORDER BY suppression_id LIMIT 1")
    const other = new Wire(gateway.conninfo)
    await other.text(`BEGIN; UPDATE suppression SET expires_at = NULL WHERE callee_index = '\\x${index}'`)
    const purge = new Wire(gateway.conninfo)
    const now = new Date(clock.now() + 7200e3).toISOString()
    const values = [`${bucket}::smallint`, `'${now}'::timestamptz`, ...Array(3).fill("'2000-01-01'::timestamptz"), '500']
    const purged = purge.text(purging.replace(/\$([1-6])/g, (_, n) => values[n - 1]))
    const waits = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%DELETE FROM activity%'"
    await eventually(async () => (await gateway.sql(waits))[0].n > 0, 'the purge waited for the longer term')
    await other.text('COMMIT')
    await purged
    other.close()
    purge.close()
    assert.deepEqual((await gateway.list('/v1/suppressions')).map(one => one.expires_at), [null])
    assert.equal((await acme.request({ to_number: CALLEE })).body.code, 'suppressed')
  })
)

test(
  'a bucket that cannot be purged keeps the others waiting for one round',
  scenario(async ({ gateway, clock }) => {
    await gateway.post('/v1/suppressions', { number: CALLEE, expires_at: new Date(clock.now() + 3600e3).toISOString() })
    // One before it and one behind it, of whatever tenant.
    await gateway.sql(
      `INSERT INTO rang (bucket, tenant_id, callee_index, at, ref)
       SELECT (s.bucket + b + 64) % 64, s.tenant_id, s.callee_index, '2020-01-01', gen_random_uuid() FROM suppression s, unnest(ARRAY[-1, 1]) b`
    )
    const other = new Wire(gateway.conninfo)
    await other.text('BEGIN; SELECT 1 FROM suppression FOR UPDATE')
    const left = async () => (await gateway.sql('SELECT FROM rang')).length
    await eventually(
      async () => {
        await clock.forward('61m')
        return (await left()) === 0
      },
      'both were purged', { limit: '60s' })
    assert.equal((await gateway.list('/v1/suppressions')).length, 1)
    await other.text('COMMIT')
    other.close()
    await eventually(
      async () => {
        await clock.forward('61m')
        return (await gateway.list('/v1/suppressions')).length === 0
      },
      'and then this one', { limit: '60s' })
  })
)

test(
  'a suppression is committed between the intent’s snapshot and its commit: the second look sees it, and nothing is sent',
  scenario(async ({ gateway, retell, acme, clock }) => {
    retell.cast('*', 'answers')
    const other = new Wire(gateway.conninfo)
    await other.text('BEGIN; SELECT 1 FROM customer FOR UPDATE')
    const asked = acme.request({ to_number: CALLEE })
    // The intent has looked at the suppressions and waits for the customer's balance.
    const waits = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    await eventually(async () => (await gateway.sql(waits))[0].n > 0, 'the intent waited for the customer')
    await gateway.sql(
      `INSERT INTO suppression (bucket, tenant_id, suppression_id, callee_index, source, reason, created_at)
       SELECT bucket, tenant_id, gen_random_uuid(), callee_index, 'api', 'came in between', $1::timestamptz FROM callbacks`,
      [new Date(clock.now()).toISOString()]
    )
    await other.text('COMMIT')
    other.close()
    assert.ok((await asked).status >= 400)
    await eventually(async () => (await gateway.sql('SELECT state FROM callbacks'))[0].state === 'suppressed', 'it was suppressed')
    assert.deepEqual(acme.dials, [])
    assert.deepEqual(retell.rings.by_number, {})
    const log = await gateway.sql("SELECT state FROM intents ORDER BY at, state <> 'intent'")
    assert.deepEqual(
      log.map(one => one.state),
      ['intent', 'not_placed']
    )
    assert.deepEqual(await ledger(gateway), ['reserve refund'])
    assert.equal(await acme.balance(), 10)
  })
)
