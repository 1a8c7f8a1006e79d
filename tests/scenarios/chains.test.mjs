// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Chains that something else begins than a call through the API, and what ends a chain from outside: calls that were placed
// elsewhere, callers, chats, and what they ask for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE, FROM } from './lib/acme.mjs'
import { goOn } from './lib/failpoints.mjs'
import { otherCall, otherChat } from './lib/others.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment, span } from './lib/time.mjs'

const OTHER = '+12135550177'

/** Every callback that the gateway has, oldest first. */
const rows = async gateway => (await gateway.list('/v1/callbacks?limit=200')).toReversed()
const policy = (gateway, acme, overrides) => gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, overrides)
const told = async (acme, kind) => (await acme.activity()).filter(one => one.kind === kind)

/** All that came in has been followed. */
const followed = gateway =>
  eventually(
    async () =>
      (await gateway.sql("SELECT count(*)::int AS n FROM inbox WHERE state = 'pending'"))[0].n === 0 &&
      (await gateway.sql("SELECT count(*)::int AS n FROM due WHERE kind IN ('follow', 'decide')"))[0].n === 0,
    'every call was followed'
  )
const deliver = async (gateway, acme, body) => {
  const { status } = await acme.deliver(body)
  assert.equal(status, 204)
  await followed(gateway)
}

test(
  'a call that was placed elsewhere and not answered is called back, once, from its own number',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'answers')
    const at = clock.now()
    const call = otherCall('call_elsewhere', { at, variables: { first_name: 'Ada' }, metadata: { lead: '77' } })
    await deliver(gateway, acme, call)
    await deliver(gateway, acme, call)
    await deliver(gateway, acme, { ...call, event: 'call_ended' })
    const [row, ...more] = await rows(gateway)
    assert.equal(more.length, 0)
    assert.deepEqual([row.state, row.attempt, row.reason, row.begun], ['scheduled', 2, 'no_answer_followup', 'outbound'])
    assert.equal(row.id, row.chain_root_id)
    assert.equal(row.customer_id, acme.customer.id)
    acme.about(Date.parse(row.due_at), at + span('1h'), 'the second attempt')
    await clock.set(Date.parse(row.due_at) + 1000)
    await acme.latest(row.id, 'completed')
    const [dial] = acme.dials
    assert.deepEqual([dial.from_number, dial.to_number], [FROM, CALLEE])
    assert.equal(dial.metadata.lead, '77')
    assert.equal(dial.retell_llm_dynamic_variables.first_name, 'Ada')
    assert.equal(dial.retell_llm_dynamic_variables.switchhook_redial_reason, 'no_answer_followup')
    assert.equal(dial.retell_llm_dynamic_variables.switchhook_attempt, '2')
    assert.equal(await acme.balance(), 9)
    assert.equal((await gateway.sql('SELECT count(*)::int AS n FROM rang'))[0].n, 2, 'both count against the caps')
  })
)

test(
  'a call that was placed elsewhere and reached its callee ends what waits for them, but no order',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'no_answer')
    const call = await acme.place()
    await acme.scheduled(call.callback_id, { attempt: 2 })
    const ordered = await acme.place({ schedule_at: new Date(clock.now() + span('2h')).toISOString() })
    await deliver(gateway, acme, otherCall('call_reached', { at: clock.now(), reason: 'user_hangup' }))
    const last = await acme.latest(call.callback_id, 'cancelled')
    assert.equal(last.end_reason, 'reached_elsewhere')
    assert.equal((await acme.callback(ordered.callback_id)).state, 'scheduled')
    assert.equal((await told(acme, 'chain.closed')).length, 1)
    const { body } = await gateway.ask('GET', `/v1/callbacks/${last.id}/explain`)
    assert.match(JSON.stringify(body), /Another call reached the callee/)
    assert.equal((await rows(gateway)).length, 3, 'and begins no chain')
  })
)

test(
  'none is begun where the policy, the agent or the callee forbids it',
  scenario(async ({ gateway, clock, acme }) => {
    await policy(gateway, acme, { chains: { outbound_calls: false } })
    await deliver(gateway, acme, otherCall('call_off', { at: clock.now() }))
    await policy(gateway, acme, {})
    await gateway.post('/v1/suppressions', { number: CALLEE })
    await deliver(gateway, acme, otherCall('call_suppressed', { at: clock.now() }))
    await deliver(gateway, acme, otherCall('call_in', { at: clock.now(), callee: OTHER, direction: 'inbound', reason: 'user_hangup' }))
    assert.deepEqual(await rows(gateway), [])
    const why = await gateway.sql("SELECT record->>'reason' AS reason FROM decision WHERE kind = 'after_call' AND verdict = 'nothing' ORDER BY decision_id")
    assert.deepEqual(
      why.map(one => one.reason),
      ['chains_off', 'suppressed', 'not_asked']
    )
  })
)

test(
  'a caller who asks to be called is',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'no_answer', 'answers')
    const wish = { switchhook_callback: true, switchhook_callback_time: '2027-03-02T15:45:00-08:00' }
    const at = moment('2027-03-02 15:45 America/Los_Angeles')
    await deliver(gateway, acme, otherCall('call_asks', { at: clock.now(), direction: 'inbound', reason: 'user_hangup', found: wish }))
    const [row] = await rows(gateway)
    assert.deepEqual([row.state, row.attempt, row.reason, row.begun], ['scheduled', 1, 'callback_requested', 'inbound'])
    assert.equal(Date.parse(row.due_at), at)
    await clock.set(at + 1000)
    // Attempts go on from there, as in any chain.
    await acme.scheduled(row.id, { attempt: 2, reason: 'no_answer_followup' })
    assert.equal(acme.dials[0].retell_llm_dynamic_variables.switchhook_redial_reason, 'callback_requested')
  })
)

test('a callee who calls while a call to them is due', async t => {
  const wish = { switchhook_callback: true, switchhook_callback_time: '2027-03-02T15:45:00-08:00' }
  const cases = [
    // the policy, whether they ask for another time: the chain's last row, and why; what is scheduled then
    ['close', null, ['cancelled', 'called_in'], 0],
    ['close', wish, ['cancelled', 'called_in'], 1],
    ['rewrite', null, ['scheduled', null], 1],
    ['rewrite', wish, ['cancelled', 'replaced'], 1],
    ['ignore', wish, ['scheduled', null], 1]
  ]
  for (const [inbound, found, wanted, scheduled] of cases) {
    await t.test(
      `${inbound}${found ? ', who asks for another time' : ''}`,
      scenario(async ({ gateway, retell, clock, acme }) => {
        await policy(gateway, acme, { chains: { inbound } })
        retell.cast('*', 'no_answer')
        const call = await acme.place()
        const { id } = await acme.scheduled(call.callback_id, { attempt: 2 })
        await deliver(gateway, acme, otherCall('call_in', { at: clock.now(), direction: 'inbound', reason: 'user_hangup', found: found ?? {} }))
        const row = await acme.callback(id)
        assert.deepEqual([row.state, row.end_reason], wanted)
        assert.equal((await gateway.list('/v1/callbacks?state=scheduled')).length, scheduled)
        await clock.forward('2h')
        assert.equal(acme.dials.length, 1, 'nothing rings that was called off')
      })
    )
  }
})

test('whoever lets an agent’s phone ring and shows the callee’s number ends nothing', async t => {
  for (const lasted of [0, null]) {
    await t.test(
      lasted === null ? 'no length is told' : 'of no length',
      scenario(async ({ gateway, retell, clock, acme }) => {
        retell.cast('*', 'no_answer', 'answers')
        const call = await acme.place()
        const { id } = await acme.scheduled(call.callback_id, { attempt: 2 })
        for (const [n, inbound] of ['close', 'rewrite'].entries()) {
          await policy(gateway, acme, { chains: { inbound } })
          const found = { switchhook_callback: true, switchhook_callback_time: '2027-03-02T15:45:00-08:00' }
          await deliver(gateway, acme, otherCall(`call_rings${n}`, { at: clock.now(), direction: 'inbound', reason: 'user_hangup', lasted, said: '', found }))
        }
        const waiting = await gateway.list('/v1/callbacks?state=scheduled')
        assert.deepEqual(waiting.map(one => one.id), [id])
        const why = await gateway.sql("SELECT record->>'reason' AS reason FROM decision WHERE kind = 'after_call' AND verdict = 'nothing'")
        assert.deepEqual(why.map(one => one.reason), ['not_answered', 'not_answered'])
        await clock.forward('2h')
        await acme.latest(call.callback_id, 'completed')
        assert.equal(acme.dials.length, 2)
      })
    )
  }
})

test(
  'a callee who calls has not answered what somebody ordered and nobody has dialled: it stays',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'no_answer', 'answers')
    const call = await acme.place()
    const { id } = await acme.scheduled(call.callback_id, { attempt: 2 })
    const ordered = await acme.place({ schedule_at: new Date(clock.now() + span('3h')).toISOString() })
    await deliver(gateway, acme, otherCall('call_in', { at: clock.now(), direction: 'inbound', reason: 'user_hangup' }))
    assert.deepEqual([(await acme.callback(id)).end_reason, (await acme.callback(ordered.callback_id)).state], ['called_in', 'scheduled'])
    await clock.forward('3h')
    await acme.latest(ordered.callback_id, 'completed')
    assert.equal(acme.dials.length, 2)
  })
)

test(
  'a callee who calls back at once, before the call that they missed is decided about, is not called again',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.hold()
    retell.cast('*', 'voicemail', 'answers')
    const call = await acme.place()
    await eventually(() => retell.webhooks.held.some(one => one.event === 'call_ended'), 'the call is over')
    // Its analysis, which is the last word, does not come.
    await retell.release(letters => letters.filter(one => one.event === 'call_ended'))
    await eventually(async () => (await gateway.sql("SELECT FROM live_dial WHERE state = 'ended'")).length === 1, 'it is known to be over')
    const at = clock.now()
    assert.equal((await acme.deliver(otherCall('call_back', { at, lasted: 5000, direction: 'inbound', reason: 'user_hangup' }))).status, 204)
    await eventually(async () => (await gateway.sql('SELECT FROM call WHERE followed_at IS NOT NULL')).length === 1, 'it was followed')
    assert.equal((await acme.callback(call.callback_id)).state, 'dialling', 'and the dial is not decided about')
    await clock.forward('10m')
    await acme.latest(call.callback_id, 'completed')
    await clock.forward('2h')
    assert.equal(acme.dials.length, 1)
  })
)

test(
  'a second request takes the place of the first, in whatever chain it was',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', { script: 'asks_for_callback', at: '2027-03-02T15:45:00-08:00' })
    const call = await acme.place()
    const { id } = await acme.scheduled(call.callback_id, { attempt: 2 })
    const found = { switchhook_callback: true, switchhook_callback_time: '2027-03-03T11:00:00-08:00' }
    await deliver(gateway, acme, otherCall('call_again', { at: clock.now(), reason: 'user_hangup', found }))
    const first = await acme.callback(id)
    assert.deepEqual([first.state, first.end_reason], ['cancelled', 'replaced'])
    const [second, ...more] = await gateway.list('/v1/callbacks?state=scheduled')
    assert.equal(more.length, 0)
    assert.equal(Date.parse(second.due_at), moment('2027-03-03 11:00 America/Los_Angeles'))
  })
)

test('a request that comes with the last attempt', async t => {
  for (const beyond_ceiling of [true, false]) {
    await t.test(
      beyond_ceiling ? 'is granted' : 'is not, where the ceiling holds strictly',
      scenario(async ({ gateway, retell, acme }) => {
        await policy(gateway, acme, { max_attempts: 1, callbacks: { beyond_ceiling } })
        retell.cast('*', { script: 'asks_for_callback', at: '2027-03-02T15:45:00-08:00' })
        const call = await acme.place()
        if (!beyond_ceiling) {
          const last = await acme.latest(call.callback_id, 'completed')
          assert.deepEqual([last.attempt, last.end_reason], [1, 'max_attempts'])
          return
        }
        const row = await acme.scheduled(call.callback_id, { attempt: 2, reason: 'callback_requested' })
        assert.equal(row.is_final_attempt, true)
      })
    )
  }
})

test(
  'a chat that asks has a number in a variable, or waits for a person to give one',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'answers', 'answers')
    await policy(gateway, acme, { chains: { chat_number: 'phone' } })
    const found = { switchhook_callback: true, switchhook_callback_time: '2027-03-02T15:45:00-08:00' }
    await deliver(gateway, acme, otherChat('chat_known', { at: clock.now(), found, variables: { phone: CALLEE } }))
    await deliver(gateway, acme, otherChat('chat_unknown', { at: clock.now(), found, variables: { phone: 'my mobile' } }))
    const [known, held] = await rows(gateway)
    assert.deepEqual([known.state, known.begun], ['scheduled', 'chat'])
    assert.deepEqual([held.state, held.end_reason], ['held', 'no_number'])
    await clock.set('2027-03-02 15:45:02 America/Los_Angeles')
    await acme.latest(known.id, 'completed')
    assert.equal(acme.dials.length, 1)

    assert.equal((await gateway.ask('POST', `/v1/callbacks/${held.id}/dial-now`, {})).body.code, 'wrong_state')
    const path = `/v1/callbacks/${held.id}/reschedule`
    const due_at = new Date(clock.now() + span('10m')).toISOString()
    const without = await gateway.ask('POST', path, { due_at })
    assert.deepEqual([without.status, without.body.errors[0].pointer], [422, '/to_number'])
    assert.equal((await gateway.ask('POST', path, { due_at, to_number: '555' })).body.code, 'not_e164')
    const row = await gateway.post(path, { due_at, to_number: OTHER })
    assert.deepEqual([row.state, row.to_number, row.end_reason], ['scheduled', OTHER, null])
    assert.equal((await gateway.ask('POST', path, { due_at, to_number: CALLEE })).status, 422, 'it has one now')
    await clock.forward('11m')
    await acme.latest(held.id, 'completed')
    assert.equal(acme.dials[1].to_number, OTHER)
  })
)

test(
  'who writes STOP is never called, wherever it waited',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'no_answer')
    const call = await acme.place()
    await acme.scheduled(call.callback_id, { attempt: 2 })
    const said = 'Agent: Shall we call you? \nUser: Stop. \n'
    await deliver(gateway, acme, otherChat('chat_stop', { at: clock.now(), said, type: 'sms_chat', from: CALLEE, to: FROM }))
    await acme.latest(call.callback_id, 'suppressed')
    const [one, ...more] = await gateway.list('/v1/suppressions')
    assert.deepEqual([one.source, more.length], ['sms', 0])
    const kinds = (await gateway.sql('SELECT kind FROM decision ORDER BY decision_id')).map(row => row.kind)
    assert.deepEqual(kinds.filter(kind => kind === 'suppress').length, 1)
  })
)

test(
  'who writes STOP is the one who writes it, whatever a variable names',
  scenario(async ({ gateway, clock, acme }) => {
    await policy(gateway, acme, { chains: { chat_number: 'phone' } })
    const said = 'Agent: Shall we call you? \nUser: STOP \n'
    await deliver(gateway, acme, otherChat('chat_stop', { at: clock.now(), said, type: 'sms_chat', from: CALLEE, to: FROM, variables: { phone: OTHER } }))
    for (const to_number of [CALLEE, OTHER]) assert.equal((await acme.request({ to_number })).body.code, 'suppressed', to_number)
  })
)

test(
  'a chat that names the number that would call gets no call from it to itself',
  scenario(async ({ gateway, clock, acme }) => {
    await policy(gateway, acme, { chains: { chat_number: 'phone' } })
    const found = { switchhook_callback: true, switchhook_callback_time: '2027-03-02T15:45:00-08:00' }
    await deliver(gateway, acme, otherChat('chat_loop', { at: clock.now(), found, variables: { phone: FROM } }))
    const [row] = await rows(gateway)
    assert.deepEqual([row.state, row.end_reason], ['held', 'no_number'])
    // 18:30 in Los Angeles, where the workspace is: by New York's clock, which the number goes by, it is night.
    const moved = await gateway.post(`/v1/callbacks/${row.id}/reschedule`, { due_at: '2027-03-03T02:30:00Z', to_number: '+12125550142' })
    assert.deepEqual([moved.state, moved.to_number], ['scheduled', '+12125550142'])
    assert.deepEqual([moved.due_at, moved.moved_by], ['2027-03-03T14:00:00.000Z', 'quiet_hours'])
  })
)

test(
  'a call that says that it began in days to come fills no cap until then',
  scenario(async ({ gateway, clock, acme }) => {
    await deliver(gateway, acme, otherCall('call_late', { at: clock.now() + span('400h'), reason: 'user_hangup' }))
    const [{ at }] = await gateway.sql('SELECT extract(epoch FROM at) * 1000 AS at FROM rang')
    assert.ok(Number(at) <= clock.now(), new Date(Number(at)).toISOString())
  })
)

test(
  'whom nobody may dial from is held, until the agent has a number',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'answers')
    const bind = outbound => gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: acme.agent.id, inbound: true, outbound })
    await bind(false)
    await deliver(gateway, acme, otherCall('call_elsewhere', { at: clock.now() }))
    const [held] = await rows(gateway)
    assert.deepEqual([held.state, held.end_reason, held.number_id], ['held', 'no_outbound_number', null])
    const due_at = new Date(clock.now() + span('10m')).toISOString()
    const path = `/v1/callbacks/${held.id}/reschedule`
    assert.equal((await gateway.ask('POST', path, { due_at })).body.code, 'outbound_disabled')
    assert.equal((await gateway.ask('POST', `/v1/callbacks/${held.id}/dial-now`, {})).body.code, 'outbound_disabled')
    await bind(true)
    assert.equal((await gateway.post(path, { due_at })).number_id, acme.number.id)
    await clock.forward('11m')
    await acme.latest(held.id, 'completed')
    assert.equal(acme.dials.length, 1)
  })
)

test(
  'minimal retention: of a call that begins nothing no number stays, nor of a chain that is closed',
  scenario(async ({ gateway, retell, clock, acme }) => {
    await policy(gateway, acme, { retention: { level: 'minimal' } })
    retell.cast('*', 'answers')
    const reached = otherCall('call_reached', { at: clock.now(), callee: OTHER, reason: 'user_hangup' })
    await deliver(gateway, acme, reached)
    await deliver(gateway, acme, { ...reached, event: 'call_ended' })
    await deliver(gateway, acme, otherCall('call_elsewhere', { at: clock.now() }))
    const [row] = await rows(gateway)
    await clock.set(Date.parse(row.due_at) + 1000)
    await acme.latest(row.id, 'completed')
    await eventually(async () => {
      await clock.forward('1m')
      const [{ n }] = await gateway.sql('SELECT count(*)::int AS n FROM call WHERE detail IS NOT NULL')
      return n === 0
    }, 'every call was forgotten')
    const [left] = await gateway.sql('SELECT payload, callee_index FROM callbacks')
    assert.deepEqual(left, { payload: null, callee_index: null })
    const places = await gateway.sql("SELECT call_id FROM decision WHERE jsonb_typeof(record->'callee') = 'object'")
    assert.deepEqual(places, [], 'nor where the callee is')
  })
)

const failing = { failpoints: true }

test('a worker dies between the call and what follows from it: a chain is begun, and one', async t => {
  for (const [step, act] of [
    ['process.committed', 'kill'],
    ['follow.before_commit', 'kill'],
    ['follow.committed', 'kill'],
    ['follow.committed', 'drop']
  ]) {
    await t.test(
      `${step}: ${act}`,
      scenario(async ({ gateway, retell, clock, acme, page }) => {
        retell.cast('*', 'answers')
        const fired = page.expect(step, act)
        const call = otherCall('call_elsewhere', { at: clock.now() })
        await eventually(async () => (await acme.deliver(call)).status === 204, 'it was taken')
        await fired()
        await eventually(async () => {
          await clock.forward('31s')
          return (await gateway.sql('SELECT followed_at FROM call'))[0]?.followed_at
        }, 'it was followed')
        await followed(gateway)
        const [row, ...more] = await rows(gateway)
        assert.deepEqual([row.attempt, row.begun, more.length], [2, 'outbound', 0])
        await clock.set(Date.parse(row.due_at) + 1000)
        await acme.latest(row.id, 'completed')
        assert.equal(acme.dials.length, 1)
      }, failing)
    )
  }
})

test('a callee calls in while a call to them is being begun', async t => {
  for (const step of ['claim.committed', 'intent.before_commit', 'sent.before_commit']) {
    await t.test(
      `stopped at ${step}: it never rings`,
      scenario(async ({ gateway, retell, clock, acme, page }) => {
        retell.cast('*', 'no_answer', 'answers')
        const call = await acme.place()
        const row = await acme.scheduled(call.callback_id, { attempt: 2 })
        const stopped = page.expect(step, 'stop')
        await clock.set(Date.parse(row.due_at) + 1000)
        const pid = await stopped()
        await eventually(
          async () =>
            (await acme.deliver(otherCall('call_in', { at: clock.now(), direction: 'inbound', reason: 'user_hangup' }))).status === 204,
          'it was taken'
        )
        await eventually(async () => (await gateway.sql("SELECT count(*)::int AS n FROM call WHERE followed_at IS NOT NULL"))[0].n === 1, 'it was followed')
        goOn(pid)
        await acme.latest(call.callback_id, 'cancelled')
        await clock.forward('2m')
        assert.equal(acme.dials.length, 1)
      }, failing)
    )
  }
})
