// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// By whose clock a phone rings: the number's, in all zones where it may lie; the contact's, where the order says so; and the strict
// hours where nobody knows. A Monday morning in New York, by a policy that permits 09:00 to 20:00 of the callee.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scenario } from './lib/scenario.mjs'
import { moment } from './lib/time.mjs'

const START = '2027-03-01 09:30 America/New_York'
const CASES = [
  // what, of the order, zones, states, whence, unknown, when it rings (null: now)
  ['New York', { to: '+12125550142' }, ['America/New_York'], ['US-NY'], 'number', false, null],
  // Of area code 850 this exchange is in no list: it may be on either clock, and it is half past eight on one.
  ['Florida, two clocks', { to: '+18505550142' }, ['America/New_York', 'America/Chicago'], ['US-FL'], 'number', false, '09:00 America/Chicago'],
  ['a stated zone', { to: '+18505550142', callee_timezone: 'America/New_York' }, ['America/New_York'], ['US-FL'], 'contact', false, null],
  ['a name of one', { to: '+12125550142', callee_timezone: 'Pacific' }, ['America/Los_Angeles'], ['US-NY'], 'contact', false, '09:00 America/Los_Angeles'],
  ['a state besides', { to: '+12125550142', callee_state: 'US-RI' }, ['America/New_York'], ['US-NY', 'US-RI'], 'number', false, null],
  // No place: the workspace's hours, and 08:00 to 21:00 on both coasts.
  ['toll-free', { to: '+18005550142' }, ['America/Chicago', 'America/New_York', 'America/Los_Angeles'], null, 'number', true, '08:00 America/Los_Angeles'],
  ['abroad', { to: '+442071838750' }, ['Europe/London'], null, 'number', false, null],
  ['no country', { to: '+881612345678' }, ['America/Chicago'], null, 'workspace', true, '09:00 America/Chicago']
]

test(
  'calls ring by the clock of the callee',
  scenario(
    async ({ gateway, retell, acme, t }) => {
      retell.cast('*', { script: 'answers', always: true })
      await gateway.patch(`/v1/workspaces/${acme.workspace.id}`, { timezone: 'America/Chicago' })
      for (const [what, order, zones, states, source, unknown, rings] of CASES)
        await t.test(what, async () => {
          const { status, callback_id, due_at } = await acme.place(order)
          const row = await acme.callback(callback_id)
          assert.deepEqual([row.callee_zones, row.callee_states, row.zone_source], [zones, states, source])
          const [{ callee_unknown }] = await gateway.sql('SELECT callee_unknown FROM callbacks WHERE callback_id = $1', [callback_id])
          assert.equal(callee_unknown, unknown)
          assert.equal(status, rings ? 202 : 201)
          if (rings) acme.about(Date.parse(due_at), moment(`2027-03-01 ${rings}`), what)
        })
    },
    { start: START, config: { workers: 1 }, set: { credits: 50, workspace: { dials_per_minute: 6000 } } }
  )
)

test(
  'a zone or a state that does not exist is refused; what a workflow knows of its contact is taken if it means anything',
  scenario(
    async ({ retell, acme }) => {
      retell.cast('*', { script: 'answers', always: true })
      for (const [field, value] of [['callee_timezone', 'America/Denvr'], ['callee_timezone', 'UTC+2'], ['callee_state', 'US-ZZ']]) {
        const { status, body } = await acme.request({ to_number: '+12125550142', [field]: value })
        assert.deepEqual([status, body.errors?.map(one => one.pointer)], [422, [`/${field}`]], value)
      }
      const flow = async contact => {
        const { status, body } = await acme.request(undefined, { raw: JSON.stringify({ contact_id: 'c', phone: '+12125550143', ...contact }), headers: { 'content-type': 'application/json' } })
        assert.ok(status < 300, JSON.stringify(body))
        return acme.callback(body.callback_id)
      }
      const known = await flow({ timezone: 'US/Mountain', state: 'Rhode Island', country: 'US' })
      assert.deepEqual([known.callee_zones, known.callee_states, known.zone_source], [['US/Mountain'], ['US-NY', 'US-RI'], 'contact'])
      const odd = await flow({ phone: '+12125550144', timezone: 'half past', state: 'of mind' })
      assert.deepEqual([odd.callee_zones, odd.callee_states, odd.zone_source], [['America/New_York'], ['US-NY'], 'number'])
    },
    { start: START, config: { workers: 1 }, set: { credits: 50, workspace: { dials_per_minute: 6000 } } }
  )
)

test(
  'where the callee says that they are holds for the rest of the chain, and explain tells whence it is known',
  scenario(
    async ({ gateway, retell, clock, acme }) => {
      const says = text => ({ script: 'answers', transcript: `Agent: Hello. \nUser: ${text} \n` })
      retell.cast('*', says('Call me tomorrow at 3 p.m. Mountain time.'), 'no_answer', says('Call me tomorrow at 4 p.m.'))
      const call = await acme.place({ to: '+12135550142' })
      const at = [moment('2027-03-02 15:00 America/Denver'), moment('2027-03-02 16:00 America/Denver'), moment('2027-03-03 16:00 America/Denver')]
      for (const [i, due] of at.entries()) {
        const row = await acme.scheduled(call.callback_id, { attempt: i + 2 })
        acme.about(Date.parse(row.due_at), due, `attempt ${i + 2}`)
        assert.deepEqual([row.callee_zones, row.zone_source], [['America/Denver'], 'speech'])
        await clock.set(Date.parse(row.due_at) + 1000)
      }
      const told = (await gateway.get(`/v1/callbacks/${call.callback_id}/explain`)).data.filter(one => /callee's clock/.test(one.text))
      for (const one of told.slice(1)) assert.match(one.text, /America\/Denver, known from the speech/)
      assert.ok(told.length >= 4, String(told.length))
    },
    { start: '2027-03-01 09:30 America/Los_Angeles' }
  )
)
