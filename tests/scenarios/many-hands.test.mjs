// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Several hands on one database: two gateways, and a worker that is killed. Nothing acknowledged is lost; nothing is
// done twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callEnded } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const callee = n => `+1213555${String(n).padStart(4, '0')}`
const fast = { dials_per_minute: 6000 }

/** Reads the states of all callbacks at once: what the API shows row by row, seen from the database. */
const states = async gateway =>
  Object.fromEntries(
    (await gateway.sql('SELECT state, count(*) AS n FROM callbacks GROUP BY state')).map(one => [one.state, one.n])
  )

async function balanced(gateway) {
  await eventually(
    async () =>
      (await gateway.metric('switchhook_callback_imbalance')) === 0 &&
      (await gateway.metric('switchhook_ledger_imbalance')) === 0,
    'the books balanced'
  )
}

test(
  'two gateways on one database: no callback is dialled twice',
  scenario(
    async ({ gateway, retell, clock, acme, twin }) => {
      const other = await twin()
      const count = 30
      for (let n = 0; n < count; n++) retell.cast(callee(n), 'no_answer', 'answers')
      const calls = []
      for (let n = 0; n < count; n++) calls.push(await acme.place({ to: callee(n), gateway: n % 2 ? gateway : other }))
      await eventually(async () => (await states(gateway)).scheduled === count, 'all second attempts were scheduled')

      // All fall due at the same moment, for both.
      await clock.forward('2h')
      await eventually(
        async () => (await states(gateway)).scheduled === undefined && (await states(gateway)).completed === 2 * count,
        'all were dialled and had ended'
      )
      assert.equal(acme.dials.length, 2 * count)
      for (let n = 0; n < count; n++) assert.equal(retell.rings.by_number[callee(n)], 2, callee(n))
      assert.ok(Object.values(retell.rings.by_attempt).every(rings => rings === 1))
      for (const one of [gateway, other]) await balanced(one)
      assert.equal(await acme.balance(), 100 - 2 * count)
    },
    { set: { credits: 100, workspace: fast } }
  )
)

test(
  'one gateway ends in order: the other takes over what it had planned',
  scenario(async ({ gateway, retell, clock, acme, twin }) => {
    const other = await twin()
    retell.cast('*', 'no_answer', 'answers')
    const call = await acme.place({ gateway: other })
    await acme.scheduled(call.callback_id, { attempt: 2 })
    assert.deepEqual(await other.stop(), { status: 0, signal: null })
    await clock.forward('1h 1m')
    await acme.latest(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 2)
  })
)

test(
  'a worker is killed in the middle of 100 calls: nothing acknowledged is lost, no phone rings twice',
  scenario(
    async ({ gateway, retell, clock, acme }) => {
      const count = 100
      const acknowledged = new Map()

      /** As a careful client does: the same key until there is an answer. */
      const insist = async n => {
        await eventually(
          async () => {
            const { status, body } = await acme.request(
              { to_number: callee(n) },
              { headers: { 'idempotency-key': `call-${n}` } }
            )
            if (status === 201 || status === 202) acknowledged.set(n, body)
            // In progress elsewhere, or the callee is held by the request that was cut off: that one counts.
            return status === 201 || status === 202 || status === 409
          },
          `the request for ${callee(n)} was answered`
        )
      }
      retell.cast('*', { script: 'answers', always: true })
      const queue = Array.from({ length: count }, (_, n) => n)
      const killed = []
      const clients = Array.from({ length: 8 }, async () => {
        while (queue.length) {
          const n = queue.shift()
          if (n === 30 || n === 65) killed.push(gateway.kill('worker'))
          await insist(n)
        }
      })
      await Promise.all(clients)
      assert.equal(killed.length, 2)
      await eventually(() => gateway.children('worker').length === 2, 'the dead workers were replaced')

      // Leases run out, reconciliation has its say.
      const final = await eventually(async () => {
        await clock.forward('10s')
        const now = await states(gateway)
        return now.completed === Object.values(now).reduce((sum, n) => sum + n, 0) && now
      }, 'every callback was completed')

      for (const [n] of acknowledged) assert.equal(retell.rings.by_number[callee(n)], 1, `${callee(n)} was promised`)
      for (const [number, rings] of Object.entries(retell.rings.by_number)) assert.equal(rings, 1, number)
      assert.ok(final.completed >= acknowledged.size)
      // Every webhook that got its 2xx has had its effect. A call that was found in the list has been told twice.
      const taken = retell.webhooks.log.filter(one => one.attempts.some(({ status }) => status >= 200 && status < 300))
      assert.equal(
        (await gateway.sql('SELECT count(DISTINCT (call_index, kind)) AS n FROM inbox'))[0].n,
        new Set(taken.map(one => one.event + one.id)).size
      )
      await eventually(
        async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0,
        'every event was processed'
      )
      await balanced(gateway)
      assert.equal(await acme.balance(), 200 - Object.keys(retell.rings.by_number).length)
      assert.equal(await gateway.metric('switchhook_worker_deaths_total'), 2)
    },
    { set: { credits: 200, workspace: fast } }
  )
)

test(
  'the database goes away: 503 with Retry-After; the same event is accepted once it is back',
  scenario(
    async ({ gateway, retell, clock, acme, relay }) => {
      const event = callEnded('call_in_the_dark', { at: clock.now() })
      await relay.cut()
      const away = await eventually(async () => {
        const answer = await acme.deliver(event)
        return answer.status === 503 && answer
      }, 'the delivery was put off')
      assert.ok(Number(away.headers.get('retry-after')) > 0)
      await eventually(async () => !(await fetch(gateway.url + '/readyz')).ok, 'it said that it is not ready')
      assert.ok((await fetch(gateway.url + '/healthz')).ok, 'the process is well')
      assert.equal((await acme.request({ to_number: callee(1) })).status, 503)
      assert.deepEqual(acme.dials, [])

      await relay.restore()
      await eventually(async () => (await acme.deliver(event)).status === 204, 'the same event was accepted')
      await eventually(async () => (await fetch(gateway.url + '/readyz')).ok, 'it was ready again')
      assert.equal((await gateway.sql('SELECT count(*) AS n FROM inbox'))[0].n, 1)
      retell.cast('*', 'answers')
      const call = await acme.place({ to: callee(1) })
      await acme.latest(call.callback_id, 'completed')
    },
    { database: 'relayed' }
  )
)

test(
  'the database goes away while a call is under way: its end is not lost',
  scenario(
    async ({ retell, clock, acme, relay }) => {
      retell.cast('*', 'keeps_talking')
      const call = await acme.place()
      await relay.cut()
      retell.play(call.call_id, 'no_answer')
      await retell.webhooks.idle()
      await relay.restore()
      // Retell has given up by now; the gateway asks.
      await clock.forward('11m')
      await acme.scheduled(call.callback_id, { attempt: 2 })
      assert.equal(acme.dials.length, 1)
    },
    { database: 'relayed' }
  )
)
