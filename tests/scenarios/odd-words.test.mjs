// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What no document of the providers' tells of, on each of them: endings in new words, events of new types, callers who have no
// number, and signatures that must fail. It is kept as it came and shown; nobody's phone rings because of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'
import { PROVIDERS } from '../simulators/providers.mjs'

// person: somebody whose call ends in a word that nobody knows; word: that one. event: a delivery of a type that nobody knows.
const ODD = {
  retell: {
    person: { reason: 'some_future_reason', status: 'ended' },
    word: 'some_future_reason',
    event: { event: 'call_levitated', call: { call_id: 'call_of_the_future', call_type: 'phone_call', call_status: 'levitating' } }
  },
  vapi: {
    person: { reason: 'customer-levitated', status: 'ended' },
    word: 'customer-levitated',
    event: { message: { type: 'levitation-update', timestamp: 1, call: { id: 'call_of_the_future', type: 'inboundPhoneCall' } } }
  },
  bland: {
    person: { script: 'answers', status: 'levitated' },
    word: 'levitated',
    event: { levitation: true, call_id: 'call_of_the_future' }
  },
  twilio: {
    person: { script: 'answers', answered_by: 'machine_hologram' },
    outbound: true, // of calls that come in Twilio tells no more than their status
    word: 'machine_hologram',
    event: 'CallSid=CA0000000000000000000000000000f00d&LevitationStatus=high'
  }
}

/** A call that comes in: its id at the provider. */
function inbound(sim, wanted) {
  const call = sim.inbound(wanted)
  return call.sid ?? call.call_id ?? call.id
}
const form = event => (typeof event === 'string' ? { type: 'application/x-www-form-urlencoded' } : {})
const count = async (gateway, where) => (await gateway.sql(`SELECT count(*)::int AS n FROM inbox WHERE ${where}`))[0].n

for (const [provider, { person, word, event, outbound }] of Object.entries(ODD)) {
  const odd = body => scenario(body, { provider })

  test(
    `${provider}: an ending in a new word is shown raw, counted once, and nobody is called again`,
    odd(async ({ gateway, sim, clock, acme }) => {
      const unknown = () => gateway.metric('switchhook_unknown_reasons_total', `provider="${provider}"`)
      const ended = async (id, n) => {
        await eventually(async () => (await count(gateway, 'final')) >= n && !(await count(gateway, "state = 'pending'")), 'all was heard')
        const listed = (await gateway.list('/v1/calls')).find(one => one.provider_call_id === id)
        const call = await gateway.get(`/v1/calls/${listed.id}`)
        assert.deepEqual([call.outcome, call.end_reason], ['other', word])
      }
      assert.equal(await unknown(), 0)
      sim.cast(CALLEE, person)
      const placed = await acme.place()
      await acme.latest(placed.callback_id, 'completed')
      await ended(placed.call_id, 1)
      assert.deepEqual(
        (await acme.chain(placed.callback_id)).map(one => [one.attempt, one.state, one.outcome]),
        [[1, 'completed', 'other']]
      )
      assert.ok((await acme.activity()).some(one => one.text.includes(`other (${word})`)))
      await eventually(async () => (await unknown()) === 1, 'it was counted')

      if (!outbound) {
        const id = inbound(sim, { from: CALLEE, to: acme.from, script: person })
        await eventually(async () => (await gateway.list('/v1/calls')).some(one => one.provider_call_id === id && one.outcome), 'stored')
        await ended(id, 2)
        await eventually(async () => (await unknown()) === 2, 'it was counted, too')
      }
      await clock.forward('2d')
      assert.equal(await unknown(), outbound ? 1 : 2, 'several events of one call tell of one ending')
      assert.equal(acme.dials.length, 1)
    })
  )

  test(
    `${provider}: an event of a new type is kept as another one, and an unsigned one is not`,
    odd(async ({ gateway, acme }) => {
      assert.equal((await acme.deliver(event, { ...form(event), key: null })).status, 401)
      assert.equal((await acme.deliver(event, { ...form(event), key: 'a_key_of_nobody' })).status, 401)
      assert.equal(await count(gateway, 'true'), 0)
      assert.ok((await acme.deliver(event, form(event))).status < 300)
      await eventually(async () => (await count(gateway, "kind = 'other' AND NOT final AND state = 'processed'")) === 1, 'it was kept')
      assert.ok((await gateway.list('/v1/calls')).every(one => !one.outcome))
    })
  )

  test(
    `${provider}: callers without a number are shown as what they are, and called by nobody`,
    odd(async ({ gateway, sim, acme }) => {
      for (const from of ['sip:ada@example.com', '28746', 'anonymous']) {
        const id = inbound(sim, { from, to: acme.from, script: 'answers' })
        const stored = await eventually(
          async () => (await gateway.list('/v1/calls')).find(one => one.provider_call_id === id && one.outcome),
          `the call of ${from} was stored`
        )
        assert.deepEqual([stored.from_number, stored.direction], [from, 'inbound'])
        assert.equal((await acme.request({ to_number: from })).status, 422)
      }
      assert.equal(acme.dials.length, 0)
    })
  )

  test(
    `${provider}: a number of the account that is none is imported as what it is`,
    scenario(
      async ({ gateway, acme }) => {
        const shown = one => one.number === null && JSON.stringify(one).includes('28746')
        const found = (await acme.importable()).find(shown)
        assert.ok(found, 'the provider’s list shows it')
        await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, numbers: [found.provider_id] })
        assert.ok((await gateway.list(`/v1/numbers?workspace=${acme.workspace.id}`)).some(shown))
        assert.equal((await acme.request({ to_number: '28746' })).status, 422)
        assert.equal(acme.dials.length, 0)
      },
      { provider, [provider]: { numbers: [...PROVIDERS[provider].numbers, '28746'] } }
    )
  )
}
