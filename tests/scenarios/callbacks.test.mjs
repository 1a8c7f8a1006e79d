// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// How a call's end becomes the next call, or does not: outcomes, order of webhooks, wishes of the callee, and what people do.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE, callEnded } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment, span } from './lib/time.mjs'

const lastEnd = retell => [...retell.calls.values()].at(-1).call.end_timestamp

test(
  'each outcome has its delay, or ends the chain',
  scenario(
    async ({ retell, acme }) => {
      const cases = [
        // who takes the call, the next attempt after (null: none), why, the callback's state where there is none
        ['no_answer', '1h', 'no_answer_followup'],
        ['voicemail', '4h', 'voicemail_followup'],
        ['voicemail_unnoticed', '4h', 'voicemail_followup'],
        ['busy', '10m', 'busy_followup'],
        ['error_asr', '30m', 'retry'],
        ['declines', '1h', 'no_answer_followup'],
        ['silent', '24h', 'retry'],
        ['answers', null, 'completed'],
        ['marked_as_spam', null, 'completed'],
        ['do_not_call', null, 'completed']
      ]
      for (const [n, [who, delay, why]] of cases.entries()) {
        const to = `+121355502${String(n).padStart(2, '0')}`
        retell.cast(to, who)
        const call = await acme.place({ to })
        if (delay === null) {
          await acme.latest(call.callback_id, why)
          assert.equal((await acme.chain(call.callback_id)).length, 1, who)
        } else {
          await acme.scheduled(call.callback_id, { attempt: 2, at: lastEnd(retell) + span(delay), reason: why })
        }
      }
    },
    { set: { credits: 50, workspace: { dials_per_minute: 6000 } } }
  )
)

test(
  'three attempts, and no more',
  scenario(async ({ retell, clock, acme }) => {
    retell.cast('*', 'never_picks_up')
    const call = await acme.place()
    for (const attempt of [2, 3]) {
      const row = await acme.scheduled(call.callback_id, { attempt })
      assert.equal(row.is_final_attempt, attempt === 3)
      await clock.set(Date.parse(row.due_at) + 1000)
    }
    await acme.latest(call.callback_id, 'completed')
    assert.equal((await acme.chain(call.callback_id)).length, 3)
    assert.equal(acme.dials.length, 3)
  })
)

test(
  'what is not the callee’s doing takes no attempt and no credit',
  scenario(async ({ retell, clock, acme }) => {
    retell.cast('*', 'concurrency_limit_reached', 'answers')
    const call = await acme.place()
    await eventually(async () => (await acme.chain(call.callback_id)).at(-1).state === 'scheduled', 'it was scheduled again')
    assert.equal(await acme.balance(), 10)
    await clock.forward('1h')
    await acme.latest(call.callback_id, 'completed')
    assert.equal(acme.dials[1].metadata.sh_attempt, '1')
    assert.equal(await acme.balance(), 9)
  })
)

test(
  'no valid payment pauses the workspace, and says so',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast('*', 'no_valid_payment')
    await acme.place()
    await eventually(
      async () => (await gateway.get(`/v1/workspaces/${acme.workspace.id}`)).paused_reason,
      'the workspace was paused'
    )
    assert.equal((await acme.request({ to_number: '+12135550143' })).status, 409)
  })
)

test('webhooks in the wrong order, twice, and late', async t => {
  const cases = {
    'the end before the start': ['call_ended', 'call_started', 'call_analyzed'],
    'the analysis first': ['call_analyzed', 'call_ended', 'call_started'],
    'the start last': ['call_ended', 'call_analyzed', 'call_started']
  }
  for (const [what, hooks] of Object.entries(cases)) {
    await t.test(
      what,
      scenario(async ({ gateway, retell, acme }) => {
        retell.fault('hooks', 'twice', { times: null })
        retell.cast('*', { script: 'voicemail', hooks })
        const call = await acme.place()
        await acme.scheduled(call.callback_id, { attempt: 2, at: lastEnd(retell) + span('4h'), reason: 'voicemail_followup' })
        await retell.webhooks.idle()
        await eventually(
          async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0,
          'every event was processed'
        )
        assert.equal((await gateway.sql('SELECT count(*) AS n FROM inbox'))[0].n, 3)
        assert.deepEqual(
          (await acme.chain(call.callback_id)).map(one => one.state),
          ['completed', 'scheduled']
        )
        assert.equal((await gateway.get(`/v1/calls?callback=${call.callback_id}`)).data[0].outcome, 'voicemail')
        assert.equal(await acme.balance(), 9)
      })
    )
  }
  await t.test(
    'the analysis never comes: decided five minutes after the end',
    scenario(async ({ retell, clock, acme }) => {
      retell.cast('*', { script: 'no_answer', hooks: ['call_ended'] })
      const call = await acme.place()
      await eventually(() => retell.webhooks.log.length === 1, 'the end was told')
      assert.equal((await acme.chain(call.callback_id)).length, 1, 'not decided yet')
      const end = lastEnd(retell)
      await clock.forward('5m 1s')
      await acme.scheduled(call.callback_id, { attempt: 2, at: end + span('1h'), reason: 'no_answer_followup' })
    })
  )
})

test(
  'a callee who asks for a time is called at that time',
  scenario(async ({ retell, clock, acme }) => {
    retell.cast('*', { script: 'asks_for_callback', at: '2027-03-02T15:45:00-08:00' }, 'answers')
    const call = await acme.place()
    const row = await acme.scheduled(call.callback_id, {
      attempt: 2,
      at: moment('2027-03-02 15:45 America/Los_Angeles'),
      reason: 'callback_requested'
    })
    await clock.set(Date.parse(row.due_at) + 1000)
    await eventually(() => acme.dials.length === 2, 'it was dialled')
    assert.equal(acme.dials[1].retell_llm_dynamic_variables.switchhook_redial_reason, 'callback_requested')
  })
)

test(
  'who asks not to be called is never called again',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'no_answer')
    const waiting = await acme.place()
    await acme.scheduled(waiting.callback_id, { attempt: 2 })
    await acme.deliver(callEnded('call_inbound_dnc', { at: clock.now(), reason: 'user_requested_dnc' }))
    await acme.deliver(callEnded('call_inbound_dnc', { at: clock.now(), reason: 'user_requested_dnc', event: 'call_analyzed' }))
    await acme.latest(waiting.callback_id, 'suppressed')
    const refused = await acme.request({ to_number: CALLEE })
    assert.deepEqual([refused.status, refused.body.code], [409, 'suppressed'])
    assert.equal((await gateway.list('/v1/suppressions')).length, 1)
    assert.equal(acme.dials.length, 1)
  })
)

test(
  'quiet hours: a call asked for at night waits for the morning, on Saturday for Monday',
  scenario(
    async ({ retell, clock, acme }) => {
      retell.cast('*', 'answers')
      const call = await acme.place()
      assert.equal(call.status, 202)
      await acme.scheduled(call.callback_id, { attempt: 1, at: moment('2027-03-08 09:00 America/Los_Angeles') })
      await clock.set('2027-03-07 12:00 America/Los_Angeles')
      await clock.set('2027-03-08 09:00:02 America/Los_Angeles')
      await acme.latest(call.callback_id, 'completed')
      assert.equal(acme.dials.length, 1)
    },
    { start: '2027-03-06 20:30 America/Los_Angeles' }
  )
)

test(
  'people: cancel stops what is scheduled, dial-now skips the delay',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast(CALLEE, 'no_answer', 'no_answer', 'answers')
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    await gateway.post(`/v1/callbacks/${second.id}/dial-now`)
    await eventually(() => acme.dials.length === 2, 'it was dialled at once')
    const third = await acme.scheduled(call.callback_id, { attempt: 3 })
    await gateway.post(`/v1/callbacks/${third.id}/cancel`)
    assert.equal((await acme.callback(third.id)).state, 'cancelled')
    assert.equal((await gateway.ask('POST', `/v1/callbacks/${third.id}/cancel`)).status, 409)
    await clock.forward('2d')
    retell.cast('+12135550143', 'answers')
    const other = await acme.place({ to: '+12135550143' })
    await acme.latest(other.callback_id, 'completed')
    assert.equal(acme.dials.length, 3, 'what was cancelled was not dialled in the meantime')
  })
)
