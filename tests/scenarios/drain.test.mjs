// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// SIGTERM finishes what was begun, or hands it back: with dials in flight, claims held and events in the queue, no row is left
// leased to a process that is gone, and the next gateway goes on where this one stopped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callEnded } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const callee = n => `+1213555${String(n).padStart(4, '0')}`
const count = async (gateway, what) => (await gateway.sql(`SELECT count(*)::int AS n FROM ${what}`))[0].n
const options = timeout => ({
  config: { drain_timeout: timeout, limits: { idle_time: '1h' } },
  set: { credits: 200, workspace: { dials_per_minute: 60000 } }
})

/** n callbacks whose second attempt is due now, at a provider that does not answer; resolves once some dials are in flight. */
async function inFlight({ gateway, retell, clock, acme }, n) {
  retell.cast('*', { script: 'no_answer', always: true })
  for (let i = 0; i < n; i++) await acme.place({ to: callee(i) })
  await eventually(async () => (await count(gateway, "callbacks WHERE state = 'scheduled'")) === n, 'all second attempts were scheduled')
  retell.fault('create_phone_call', 'accept_after', { ms: 20000, times: null }) // by the told clock, which the test moves
  await clock.forward('2h')
  await eventually(async () => (await count(gateway, "live_dial WHERE state = 'sent'")) >= 10, 'dials were in flight')
}

async function nothingLeased(gateway) {
  assert.equal(await count(gateway, "callbacks WHERE state = 'claimed'"), 0, 'a claim was left')
  assert.equal(await count(gateway, "live_dial WHERE state IN ('intent', 'sent')"), 0, 'a dial was left')
}

/** Another gateway on the same database: everything comes to its end, and no attempt rang twice. */
async function another({ twin, retell, clock }, n) {
  const other = await twin()
  retell.clearFaults('create_phone_call')
  retell.cast('*', { script: 'answers', always: true })
  await eventually(
    async () => {
      await clock.forward('1m')
      return (await count(other, "callbacks WHERE state = 'completed'")) >= 2 * n && (await count(other, "callbacks WHERE state <> 'completed'")) === 0
    },
    'every callback came to its end'
  )
  assert.ok(Object.values(retell.rings.by_attempt).every(rings => rings === 1), 'an attempt rang twice')
  assert.equal(await other.metric('switchhook_callback_imbalance'), 0)
}

test(
  'dials in flight, claims held, events queued: nothing is left leased',
  scenario(async all => {
    const { gateway, clock, acme } = all
    await inFlight(all, 30)
    const events = Array.from({ length: 150 }, (_, n) => acme.deliver(callEnded(`call_drain_${n}`, { at: clock.now() })).catch(() => {}))
    await Promise.race(events)
    const ended = gateway.stop()
    const taken = (await Promise.all(events)).filter(one => one?.status === 204).length
    assert.deepEqual(await ended, { status: 0, signal: null })

    await nothingLeased(gateway)
    assert.ok(taken > 0)
    assert.equal(await count(gateway, "inbox WHERE state = 'pending'"), 0, 'an event was left')
    const said = gateway.parsed.map(one => one.event)
    assert.ok(said.includes('worker.cut'))
    for (const event of ['worker.hurried', 'worker.late', 'worker.died']) assert.ok(!said.includes(event), event)
    await another(all, 30)
  }, options('3s'))
)

test(
  'a second SIGTERM hurries, and nothing is left leased either',
  scenario(async all => {
    const { gateway } = all
    await inFlight(all, 15)
    gateway.process.kill('SIGTERM')
    await eventually(
      () => gateway.parsed.filter(one => one.event === 'worker.draining').length === 2,
      'both workers were draining'
    )
    gateway.process.kill('SIGTERM')
    assert.deepEqual(await gateway.exited, { status: 0, signal: null })
    await nothingLeased(gateway)
    await another(all, 15)
  }, options('10m'))
)
