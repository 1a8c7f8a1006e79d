// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// One tenant with an account at every provider that there is a simulator of: all call at once, each by its own, and what
// happens to one is not the others' affair. What belongs to the callee holds across them all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'
import { PROVIDERS } from '../simulators/providers.mjs'

const NAMES = Object.keys(PROVIDERS)
const options = { providers: NAMES, set: { credits: 100, workspace: { dials_per_minute: 6000 } } }
const callee = (provider, n) => `+1213557${provider}00${n}`

/** Steps on until every chain has ended so. */
async function allEnd(clock, calls, state = 'completed') {
  await eventually(
    async () => {
      const last = await Promise.all(calls.map(async ({ acme, id }) => (await acme.chain(id)).at(-1)))
      if (last.every(one => one.state === state)) return true
      await clock.forward('10m')
    },
    `${calls.length} chains were ${state}`
  )
}

test(
  `all at once in one tenant: ${NAMES.join(', ')}`,
  scenario(async ({ gateway, clock, accounts }) => {
    const wishes = NAMES.flatMap((name, i) =>
      ['no_answer', 'busy', 'voicemail', 'answers'].map((script, n) => ({ name, acme: accounts[name], script, to: callee(i, n) }))
    )
    for (const { acme, to, script } of wishes) acme.sim.cast(to, script, 'answers')
    const calls = await Promise.all(
      wishes.map(async wish => {
        const { status, call_id: placed, callback_id: id } = await wish.acme.place({ to: wish.to, variables: { who: wish.name } })
        assert.equal(status, 201, wish.name)
        assert.equal(wish.acme.sim.calls.get(placed)?.to, wish.to, `${wish.name} took the call and nobody else`)
        return { ...wish, id }
      })
    )
    await allEnd(clock, calls)

    for (const { name, acme, script, to, id } of calls) {
      const outcomes = (await acme.chain(id)).map(one => one.outcome)
      assert.deepEqual(outcomes, script === 'answers' ? ['terminal'] : [script, 'terminal'], `${name}, ${script}`)
      for (const other of NAMES)
        assert.equal(accounts[other].sim.rings.by_number[to], other === name ? outcomes.length : undefined, `${other} rang ${to}`)
    }
    for (const name of NAMES) {
      const { acme, sim } = { acme: accounts[name], sim: accounts[name].sim }
      assert.ok(Object.values(sim.rings.by_dial).every(rings => rings === 1), `${name}: no dial rang twice`)
      assert.equal(Object.keys(sim.rings.by_dial).length, 7, name)
      assert.equal(await acme.balance(), 93, name)
      assert.equal((await gateway.get(`/v1/agents/${acme.agent.id}`)).verification_status, 'verified', name)
    }
    assert.equal(await gateway.metric('switchhook_callback_imbalance'), 0)
    assert.deepEqual(
      (await gateway.get('/v1/providers')).data.filter(one => NAMES.includes(one.name)).map(one => one.state),
      NAMES.map(() => 'ready')
    )
  }, options)
)

test(
  'one provider is away, each in turn: its calls wait for it, the others’ do not',
  scenario(async ({ clock, accounts }) => {
    for (const { sim } of Object.values(accounts)) sim.cast('*', { script: 'answers', always: true })
    for (const [n, name] of NAMES.entries()) {
      const gone = accounts[name]
      await gone.sim.away()
      const place = async (acme, to) => ({ acme, to, ...(await acme.place({ to })) })
      const calls = await Promise.all(NAMES.map((other, i) => place(accounts[other], callee(i, 5 + n))))
      for (const { acme, status, callback_id: id } of calls) {
        assert.equal(status, acme === gone ? 202 : 201, `${acme.provider.name}, while ${name} is away`)
        if (acme !== gone) await acme.latest(id, 'completed')
      }
      const { callback_id: id, to } = calls[n]
      assert.notEqual((await gone.callback(id)).state, 'completed')
      await gone.sim.listen()
      await allEnd(clock, [{ acme: gone, id }])
      assert.equal(gone.sim.rings.by_number[to], 1, `${name} rang when it was back`)
    }
  }, options)
)

if (NAMES.length > 1)
  test(
    'one callee, all providers: a phone that is in use is not called by another',
    scenario(async ({ gateway, clock, accounts }) => {
      const [first, ...others] = NAMES.map(name => accounts[name])
      first.sim.cast(CALLEE, 'keeps_talking')
      for (const { sim } of others) sim.cast(CALLEE, 'answers')
      const soon = new Date(clock.now() + 60000).toISOString()
      const calls = []
      for (const acme of others) calls.push({ acme, ...(await acme.place({ schedule_at: soon })) })
      const talks = await first.place()
      assert.equal(talks.status, 201)
      // What is asked for now is refused; what falls due is put off, as often as it does.
      for (const acme of others) {
        const refused = await acme.request({ to_number: CALLEE })
        assert.deepEqual([refused.status, refused.body.code], [409, 'callee_busy'], acme.provider.name)
      }
      await eventually(() => first.sim.calls.get(talks.call_id).answered, 'somebody talks')
      await clock.forward('2m')
      const put = "SELECT count(*)::int AS n FROM due WHERE kind = 'dial' AND due_at > $1"
      const putOff = async () => (await gateway.sql(put, [new Date(clock.now() - 30000).toISOString()]))[0].n
      await eventually(async () => (await putOff()) === others.length, 'all were put off')
      for (const { sim } of others) assert.equal(sim.rings.by_number[CALLEE], undefined, 'not while somebody talks')
      first.sim.play(talks.call_id, 'answers')
      await first.latest(talks.callback_id, 'completed')
      await allEnd(clock, calls.map(({ acme, callback_id: id }) => ({ acme, id })))
      for (const { sim, provider } of others) assert.equal(sim.rings.by_number[CALLEE], 1, provider.name)
    }, options)
  )
