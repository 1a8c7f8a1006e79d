// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A phone rings once, whatever becomes of the request that made it ring. The simulator counts the rings; what the gateway
// believes is compared with that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const looks = retell => retell.requests.filter(one => one.route === 'list_calls').length

for (const kind of ['accept_drop_answer', 'accept_then_500', 'accept_then_429', 'reset_after_first_byte', 'accept_garbled']) {
  test(
    `the answer is lost (${kind}): the call is found by its metadata, and no phone rings twice`,
    scenario(async ({ gateway, retell, clock, acme }) => {
      retell.fault('create_phone_call', kind)
      retell.fault('hooks', 'never', { times: null })
      retell.cast('*', 'answers')
      const call = await acme.place()
      assert.equal(call.status, 202, 'under way: nobody knows yet')

      await clock.forward('6s')
      await acme.latest(call.callback_id, 'completed')
      assert.deepEqual(Object.values(retell.rings.by_dial), [1])
      assert.equal(acme.dials.length, 1)
      assert.equal(await acme.balance(), 9)
      const asked = retell.requests.find(one => one.route === 'list_calls').body.filter_criteria
      assert.equal(asked.metadata[0].key, 'sh_dial_id')
      assert.equal(asked.start_timestamp, undefined, 'a young call has no start')
      assert.equal(await gateway.metric('switchhook_dials_total', 'state="ambiguous"'), 1)
    })
  )
}

test(
  'the answer is lost, and a webhook tells sooner than the list',
  scenario(async ({ retell, acme }) => {
    retell.fault('create_phone_call', 'accept_drop_answer')
    retell.cast('*', 'answers')
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(Object.values(retell.rings.by_dial), [1])
    assert.equal(looks(retell), 0)
  })
)

test(
  'the webhooks arrive before the answer',
  scenario(async ({ retell, acme }) => {
    retell.fault('create_phone_call', 'hook_before_answer')
    retell.cast('*', 'answers')
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(Object.values(retell.rings.by_dial), [1])
    assert.equal(await acme.balance(), 9)
  })
)

test(
  'a late list: what is not shown yet is not taken for absent',
  scenario(async ({ retell, acme }) => {
    retell.settings.list_lag_ms = 14 * 60000
    retell.fault('create_phone_call', 'accept_drop_answer')
    retell.fault('hooks', 'never', { times: null })
    retell.cast('*', 'answers')
    const call = await acme.place()
    await acme.latestInTime(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 1)
    assert.deepEqual(Object.values(retell.rings.by_dial), [1])
  })
)

test(
  'never arrived: when the list has proved it, it is dialled once more',
  scenario(async ({ retell, clock, acme }) => {
    retell.fault('create_phone_call', 'refuse_before_accept')
    retell.cast('*', 'answers')
    const call = await acme.place()
    assert.equal(call.status, 202)
    await clock.forward('6s')
    await eventually(() => looks(retell) > 0, 'the provider was asked')
    assert.equal((await acme.chain(call.callback_id)).at(-1).state, 'dialling', 'not proven yet')
    assert.equal(acme.dials.length, 1)

    await acme.latestInTime(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 2)
    assert.equal(acme.dials[1].metadata.sh_attempt, acme.dials[0].metadata.sh_attempt, 'it took no attempt')
    assert.notEqual(acme.dials[1].metadata.sh_dial_id, acme.dials[0].metadata.sh_dial_id)
    assert.deepEqual(retell.rings.by_number, { [CALLEE]: 1 })
    assert.equal(await acme.balance(), 9)
  })
)

test(
  'nobody listens: nothing was sent, so it is dialled again without asking',
  scenario(async ({ retell, clock, acme }) => {
    await retell.away()
    const call = await acme.place()
    assert.equal(call.status, 202)
    retell.cast('*', 'answers')
    await retell.listen()
    await clock.forward('5m')
    await acme.latest(call.callback_id, 'completed')
    assert.equal(looks(retell), 0)
    assert.deepEqual(retell.rings.by_number, { [CALLEE]: 1 })
    assert.equal(await acme.balance(), 9)
  })
)

test(
  'unsure: parked, told, and silent',
  scenario(async ({ gateway, retell, acme }) => {
    retell.fault('create_phone_call', 'accept_drop_answer')
    retell.fault('hooks', 'never', { times: null })
    retell.fault('list_calls', '500', { times: null })
    retell.cast('*', 'answers')
    const call = await acme.place()
    await acme.latestInTime(call.callback_id, 'parked')
    assert.equal(acme.dials.length, 1)
    assert.ok(
      (await acme.activity()).some(one => /parked/.test(one.kind + one.text)),
      'the operator is told'
    )
    assert.equal((await acme.request({ to_number: CALLEE })).status, 409, 'the callee is held')
    assert.equal(await gateway.metric('switchhook_dials_total', 'state="parked"'), 1)
    assert.equal(await acme.balance(), 9, 'a parked dial holds its reserve')

    // Late news is believed: the webhook that proves the call closes it.
    retell.clearFaults()
    retell.resend([...retell.calls.keys()][0])
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(retell.rings.by_number, { [CALLEE]: 1 })
  })
)

test(
  'accepted, but late: found before anything is dialled again',
  scenario(async ({ retell, acme }) => {
    retell.fault('create_phone_call', 'accept_after', { ms: 50000, drop: true })
    retell.fault('hooks', 'never', { times: null })
    retell.cast('*', 'answers')
    const call = await acme.place()
    await acme.latestInTime(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 1)
    assert.deepEqual(Object.values(retell.rings.by_dial), [1])
  })
)

test(
  'a kept connection that dies is no reason to send twice',
  scenario(async ({ gateway, retell, acme }) => {
    retell.fault('create_phone_call', 'kept_connection_dies')
    retell.cast('*', 'answers')
    await gateway.post(`/v1/workspaces/${acme.workspace.id}/credentials/test`)
    const call = await acme.place()
    // With a fresh connection per dial there is nothing to die; else the dial is ambiguous until the verdict.
    if (call.status === 202) await acme.latestInTime(call.callback_id, 'completed')
    await acme.latest(call.callback_id, 'completed')
    const sent = acme.dials.map(one => one.metadata.sh_dial_id)
    assert.equal(new Set(sent).size, sent.length, 'each dial was sent once')
    assert.deepEqual(retell.rings.by_number, { [CALLEE]: 1 })
  })
)

test(
  'the end is not heard: the call is asked for by its id',
  scenario(async ({ retell, clock, acme }) => {
    retell.fault('hooks', 'never', { times: null })
    retell.cast('*', 'no_answer')
    const call = await acme.place()
    assert.equal(call.status, 201)
    await clock.forward('11m')
    await acme.scheduled(call.callback_id, { attempt: 2, reason: 'no_answer_followup' })
    assert.ok(retell.requests.some(one => one.route === 'get_call'))
  })
)
