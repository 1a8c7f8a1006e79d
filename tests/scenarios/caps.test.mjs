// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// How often one callee is called, whoever calls: caps and gaps over the workspaces, numbers and providers of a tenant, under claims of
// several workers at one moment; and how long a call that cannot be begun is waited for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, span } from './lib/time.mjs'

const TWO = { providers: ['retell', 'vapi'], set: { credits: 50, workspace: { dials_per_minute: 6000 } } }

/** No law, so that the policy alone is tried; one attempt a chain. */
async function policy(accounts, more) {
  for (const { gateway, workspace } of Object.values(accounts))
    await gateway.put(`/v1/workspaces/${workspace.id}/policy`, { jurisdictions: [], max_attempts: 1, ...more })
}

const rings = (...sims) => sims.flatMap(sim => [...sim.calls.values()]).length

/** What was decided about the callbacks, oldest first: "admit ok", "order later". */
const decisions = async (gateway, id) =>
  (
    await gateway.sql(
      `SELECT kind || ' ' || verdict AS said FROM decision WHERE callback_id = '${id}' AND kind IN ('admit', 'order') ORDER BY decision_id`
    )
  ).map(one => one.said)

test(
  'a cap holds over two providers of a tenant, and the next call rings when the oldest falls out',
  scenario(async ({ gateway, retell, vapi, clock, accounts }) => {
    await policy(accounts, { caps: [{ calls: 2, within: '24h' }] })
    retell.cast('*', { script: 'answers', always: true })
    vapi.cast('*', { script: 'answers', always: true })
    const first = await accounts.retell.place()
    const began = clock.now()
    await accounts.retell.latest(first.callback_id, 'completed')
    await clock.forward('1h')
    const second = await accounts.vapi.place()
    assert.equal(second.status, 201)
    await accounts.vapi.latest(second.callback_id, 'completed')
    await clock.forward('1h')
    const third = await accounts.retell.place()
    assert.deepEqual([third.status, third.state, third.reason], [202, 'scheduled', 'caps'])
    accounts.retell.about(Date.parse(third.due_at), began + span('24h'), 'it is due')
    assert.equal((await accounts.retell.callback(third.callback_id)).state, 'scheduled')
    await accounts.retell.place({ to: '+12135550199' })
    assert.equal(rings(retell, vapi), 3, 'another callee has caps of its own')
    await clock.set(Date.parse(third.due_at) + 2000)
    await accounts.retell.latest(third.callback_id, 'completed')
    assert.equal(rings(retell, vapi), 4)
    assert.deepEqual(await decisions(gateway, first.callback_id), ['admit ok'])
    assert.deepEqual(await decisions(gateway, third.callback_id), ['admit capped', 'admit ok'])
    const [{ record }] = await gateway.sql(`SELECT record FROM decision WHERE verdict = 'capped'`)
    assert.deepEqual([record.verdict, record.next, record.caps], ['capped', third.due_at, [{ calls: 2, within_s: 86400 }]])
    assert.ok(!JSON.stringify(record).includes(CALLEE.slice(1)), 'no number stands in a record')
  }, TWO)
)

test(
  'a cap holds under claims of two workers at one moment',
  scenario(async ({ gateway, retell, vapi, clock, accounts }) => {
    await policy(accounts, { caps: [{ calls: 3, within: '24h' }] })
    for (const sim of [retell, vapi]) sim.cast('*', { script: 'no_answer', always: true })
    const at = new Date(clock.now() + span('30m')).toISOString()
    const orders = []
    for (let n = 0; n < 12; n++) orders.push(accounts[n % 2 ? 'vapi' : 'retell'].place({ schedule_at: at, variables: { n: String(n) } }))
    const ids = (await Promise.all(orders)).map(one => one.callback_id)
    await clock.set(Date.parse(at) + 1000)
    const states = async () =>
      (await gateway.sql(`SELECT state, due_at > '${at}'::timestamptz + interval '20 hours' AS put_off FROM callbacks`)).map(one =>
        one.put_off ? 'put off' : one.state
      )
    // Who finds the callee busy comes again ten seconds later.
    for (let n = 0; n < 60 && (await states()).some(one => one !== 'completed' && one !== 'put off'); n++) {
      await clock.forward('11s')
      await eventually(async () => !(await states()).includes('claimed'), 'nothing is claimed')
    }
    assert.deepEqual((await states()).toSorted(), [...Array(3).fill('completed'), ...Array(9).fill('put off')])
    assert.equal(rings(retell, vapi), 3)
    assert.equal((await gateway.sql('SELECT count(*) AS n FROM rang'))[0].n, 3)
    // A day later three more, and no more than that on any day.
    await clock.set(Date.parse(at) + span('25h'))
    for (let n = 0; n < 60 && (await states()).filter(one => one === 'completed').length < 6; n++) {
      await clock.forward('11s')
      await eventually(async () => !(await states()).includes('claimed'), 'nothing is claimed')
    }
    const began = (await gateway.sql('SELECT extract(epoch FROM at) * 1000 AS at FROM rang ORDER BY at')).map(one => Number(one.at))
    assert.ok(began.length >= 6)
    for (let n = 3; n < began.length; n++) assert.ok(began[n] - began[n - 3] >= span('24h'), `${n}: ${began}`)
    assert.equal(ids.length, 12)
  }, TWO)
)

test(
  'a gap between two calls, also of a chain; what did not ring leaves none',
  scenario(async ({ gateway, retell, vapi, clock, accounts }) => {
    await policy(accounts, { gap: '2h', max_attempts: 2, retry: { no_answer: { delay: '30m' } } })
    retell.cast('*', 'no_answer', 'answers')
    vapi.cast('*', { script: 'answers', always: true })
    // A refusal that proves that nothing rang.
    vapi.fault('create_call', '400')
    const refused = await accounts.vapi.request({ to_number: CALLEE })
    assert.equal(refused.status, 502)
    assert.equal((await gateway.sql('SELECT count(*) AS n FROM rang'))[0].n, 0)
    const call = await accounts.retell.place()
    assert.equal(call.status, 201)
    const began = clock.now()
    const next = await accounts.retell.scheduled(call.callback_id, { attempt: 2, reason: 'no_answer_followup' })
    await clock.set(Date.parse(next.due_at) + 1000)
    await eventually(async () => (await accounts.retell.callback(next.id)).due_at !== next.due_at, 'it was put off')
    const moved = await accounts.retell.callback(next.id)
    accounts.retell.about(Date.parse(moved.due_at), began + span('2h'), 'the gap is over')
    assert.equal(moved.first_due_at, next.due_at)
    await clock.set(Date.parse(moved.due_at) + 1000)
    await accounts.retell.latest(call.callback_id, 'completed')
    assert.equal(rings(retell, vapi), 2)
  }, TWO)
)

test(
  'a provider that asks to wait, for ever: the call is not made once it is stale',
  scenario(
    async ({ gateway, twilio, clock, acme }) => {
      await policy({ acme }, { give_up_after: '3h' })
      twilio.cast('*', { script: 'answers', always: true })
      twilio.fault('create_call', '429', { headers: { 'retry-after': '3000' }, times: null })
      const call = await acme.place()
      assert.equal(call.status, 202)
      for (let n = 0; n < 6 && (await acme.callback(call.callback_id)).state !== 'expired'; n++) {
        const tried = acme.dials.length
        await clock.forward('51m')
        await eventually(
          async () => acme.dials.length > tried || (await acme.callback(call.callback_id)).state === 'expired',
          'it was tried again, or given up'
        )
        await eventually(async () => (await acme.callback(call.callback_id)).state !== 'dialling', 'the answer was heard')
      }
      const row = await acme.callback(call.callback_id)
      assert.deepEqual([row.state, row.end_reason], ['expired', 'gave_up'])
      assert.equal(acme.dials.length, 4, 'at 0, 50, 100 and 150 minutes')
      assert.equal((await decisions(gateway, call.callback_id)).at(-1), 'admit expired')
      assert.equal(rings(twilio), 0)
      assert.equal(await acme.balance(), 10)
      const text = (await acme.activity()).find(one => one.kind === 'callback.ended').text
      assert.match(text, /given up: it was due at/)
    },
    { provider: 'twilio' }
  )
)
