// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What a provider tells of a call about which everything is decided: an analysis that took longer than the decision waited, a
// transcript after the end was followed. It moves nothing any more, but for one thing: who asks for no more calls gets none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE, FROM } from './lib/acme.mjs'
import { otherCall, otherChat } from './lib/others.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, span } from './lib/time.mjs'

const OTHER = '+12135550177'
const NEVER = 'Agent: Hello. \nUser: Never call me again. \n'
const refusals = { transcript: { said: NEVER }, 'structured answer': { found: { switchhook_do_not_call: true } } }

const policy = (gateway, acme, overrides) => gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, overrides)
const told = async (acme, kind) => (await acme.activity()).filter(one => one.kind === kind)
const refused = async (acme, to_number, more) => (await acme.request({ to_number, ...more })).body.code === 'suppressed'

/** All that came in is processed, and followed or decided but for what waits for its time. */
const processed = gateway =>
  eventually(async () => (await gateway.sql("SELECT count(*)::int AS n FROM inbox WHERE state = 'pending'"))[0].n === 0, 'every event was processed')
/** The end of the only call has come. */
const heard = gateway =>
  eventually(async () => (await gateway.sql("SELECT count(*)::int AS n FROM inbox WHERE state = 'processed'"))[0].n === 1, 'the end was heard')
const deliver = async (gateway, acme, body) => {
  assert.equal((await acme.deliver(body)).status, 204)
  await processed(gateway)
}

/** The end of somebody else's call, or chat, which is followed without its analysis. */
async function followed(gateway, clock, acme, ended) {
  await deliver(gateway, acme, ended)
  await clock.forward('5m 1s')
  await eventually(async () => (await gateway.sql('SELECT count(*)::int AS n FROM call WHERE followed_at IS NULL'))[0].n === 0, 'it was followed')
}

/** A call of ours that was decided without its analysis, and is to be tried again: {call, late(more): what its provider tells then}. */
async function decided({ gateway, retell, clock, acme }) {
  retell.cast('*', { script: 'voicemail', hooks: ['call_ended'] })
  const call = await acme.place()
  await heard(gateway)
  await clock.forward('5m 1s')
  await acme.scheduled(call.callback_id, { attempt: 2 })
  const [{ metadata }] = acme.dials
  const late = more => otherCall(call.call_id, { at: clock.now() - span('5m'), reason: 'voicemail_reached', metadata, ...more })
  return { call, late }
}

for (const [what, more] of Object.entries(refusals)) {
  test(
    `a refusal in a ${what} that comes after the decision ends the chain`,
    scenario(async ({ gateway, retell, clock, acme }) => {
      const { call, late } = await decided({ gateway, retell, clock, acme })
      await deliver(gateway, acme, late(more))
      await acme.latest(call.callback_id, 'suppressed')
      assert.ok(await refused(acme, CALLEE))
      const [one, ...others] = await gateway.list('/v1/suppressions')
      assert.deepEqual([one.source, others.length], [what === 'transcript' ? 'speech' : 'provider', 0])
      assert.match(JSON.stringify((await gateway.get(`/v1/callbacks/${call.callback_id}/explain`)).data), /do-not-call list/)
      assert.equal((await told(acme, 'callee.suppressed')).length, 1)
      await clock.forward('1d')
      assert.equal(acme.dials.length, 1)
    })
  )

  test(
    `a refusal in a ${what} that comes after a call of somebody else's was followed ends what waits`,
    scenario(async ({ gateway, clock, acme }) => {
      const at = clock.now()
      await followed(gateway, clock, acme, otherCall('call_elsewhere', { at, event: 'call_ended' }))
      const [row] = await gateway.list('/v1/callbacks?state=scheduled')
      await deliver(gateway, acme, otherCall('call_elsewhere', { at, ...more }))
      assert.equal((await acme.callback(row.id)).state, 'suppressed')
      assert.ok(await refused(acme, CALLEE))
    })
  )
}

test(
  'a caller who is followed, and whose transcript comes later, is heard; a chat’s STOP too',
  scenario(async ({ gateway, clock, acme }) => {
    const at = clock.now()
    const call = more => otherCall('call_in', { at, callee: OTHER, direction: 'inbound', reason: 'user_hangup', ...more })
    await followed(gateway, clock, acme, call({ event: 'call_ended' }))
    await deliver(gateway, acme, call({ said: NEVER }))
    assert.ok(await refused(acme, OTHER))

    await policy(gateway, acme, { chains: { chat_number: 'phone' } })
    const chat = more => otherChat('chat_late', { at, type: 'sms_chat', from: CALLEE, to: FROM, ...more })
    await followed(gateway, clock, acme, { ...chat(), event: 'chat_ended' })
    await deliver(gateway, acme, chat({ said: 'Agent: Hello \nUser: STOP \n', variables: { phone: '+12135550199' } }))
    for (const number of [CALLEE, '+12135550199']) assert.ok(await refused(acme, number), number)
    assert.deepEqual((await gateway.list('/v1/suppressions')).map(one => one.source).toSorted(), ['sms', 'sms', 'speech'])
  })
)

test(
  'the policy holds for late news, too: its scope',
  scenario(async ({ gateway, retell, clock, acme }) => {
    const { call, late } = await decided({ gateway, retell, clock, acme })
    await policy(gateway, acme, { do_not_call: { scope: 'workspace' } })
    await deliver(gateway, acme, late({ said: NEVER }))
    await acme.latest(call.callback_id, 'suppressed')
    assert.deepEqual(await gateway.sql('SELECT workspace_id FROM suppression'), [{ workspace_id: acme.workspace.id }])
  })
)

test(
  'the policy holds for late news, too: nobody listens where speech is not read',
  scenario(async ({ gateway, retell, clock, acme }) => {
    const { call, late } = await decided({ gateway, retell, clock, acme })
    await policy(gateway, acme, { callbacks: { speech: false } })
    await deliver(gateway, acme, late({ said: NEVER }))
    await acme.scheduled(call.callback_id, { attempt: 2 })
    assert.deepEqual(await gateway.list('/v1/suppressions'), [])
  })
)

test(
  'minimal retention: of a chain that is forgotten a refusal is still heard',
  scenario(async ({ gateway, retell, clock, acme }) => {
    await policy(gateway, acme, { retention: { level: 'minimal' } })
    retell.cast('*', { script: 'answers', hooks: ['call_ended'] })
    const call = await acme.place()
    await heard(gateway)
    await clock.forward('5m 1s')
    await acme.latest(call.callback_id, 'completed')
    await eventually(async () => {
      await clock.forward('1m')
      return (await gateway.sql('SELECT count(*)::int AS n FROM callbacks WHERE forgotten_at IS NOT NULL'))[0].n === 1
    }, 'the chain was forgotten')
    const [{ metadata }] = acme.dials
    await deliver(gateway, acme, otherCall(call.call_id, { at: clock.now(), reason: 'user_hangup', metadata, said: NEVER }))
    assert.ok(await refused(acme, CALLEE))
    const [{ detail }] = await gateway.sql('SELECT detail FROM call')
    assert.equal(detail, null, 'and nothing of it is kept')
  })
)

test(
  'a second call that bears the id of a live dial is heard, though nobody decides about it',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'keeps_talking')
    const call = await acme.place()
    const [{ metadata }] = acme.dials
    await deliver(gateway, acme, otherCall('call_double', { at: clock.now(), reason: 'user_hangup', metadata, said: NEVER }))
    assert.ok(await refused(acme, CALLEE))
    retell.play(call.call_id, 'answers')
    await acme.latest(call.callback_id, 'completed')
  })
)

test(
  'a refusal is not kept waiting for the analysis of its call, and is told once',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', { script: 'answers', transcript: NEVER, hooks: ['call_ended'] })
    const call = await acme.place()
    await heard(gateway)
    assert.ok(await refused(acme, CALLEE), 'of a dial')
    await clock.forward('5m 1s')
    const last = await acme.latest(call.callback_id, 'completed')
    assert.equal(last.end_reason, 'do_not_call')

    const caller = event => otherCall('call_in', { at: clock.now(), callee: OTHER, direction: 'inbound', reason: 'user_hangup', said: NEVER, event })
    await deliver(gateway, acme, caller('call_ended'))
    assert.ok(await refused(acme, OTHER), 'of any other call')
    await deliver(gateway, acme, caller('call_analyzed'))
    await eventually(async () => (await gateway.sql('SELECT count(*)::int AS n FROM call WHERE followed_at IS NOT NULL'))[0].n === 1, 'it was followed')
    assert.equal((await told(acme, 'callee.suppressed')).length, 2)
    const [{ n }] = await gateway.sql("SELECT count(*)::int AS n FROM decision WHERE kind = 'suppress'")
    assert.equal(n, 2)
  })
)

test(
  'whom a chat’s variable names is not called after a STOP, though the variable comes later than it',
  scenario(async ({ gateway, retell, clock, acme }) => {
    await policy(gateway, acme, { chains: { chat_number: 'phone' } })
    retell.cast('*', 'answers')
    const waits = await acme.place({ to: OTHER, schedule_at: new Date(clock.now() + span('1h')).toISOString() })
    const chat = more => otherChat('chat_stop', { at: clock.now(), type: 'sms_chat', from: CALLEE, to: FROM, said: 'Agent: Hello \nUser: STOP \n', ...more })
    await deliver(gateway, acme, { ...chat(), event: 'chat_ended' })
    assert.ok(await refused(acme, CALLEE), 'who writes it, at once')
    await deliver(gateway, acme, chat({ variables: { phone: OTHER } }))
    await acme.latest(waits.callback_id, 'suppressed')
    for (const number of [CALLEE, OTHER]) assert.ok(await refused(acme, number), number)
    assert.deepEqual(acme.dials, [])
  })
)

test(
  'a request that comes after the decision changes nothing',
  scenario(async ({ gateway, retell, clock, acme }) => {
    const { call, late } = await decided({ gateway, retell, clock, acme })
    const [, before] = await acme.chain(call.callback_id)
    await deliver(gateway, acme, late({ found: { switchhook_callback: true, switchhook_callback_time: '2027-03-02T15:45:00-08:00' } }))
    const rows = await acme.chain(call.callback_id)
    assert.deepEqual([rows.length, rows[1].due_at], [2, before.due_at])
  })
)
