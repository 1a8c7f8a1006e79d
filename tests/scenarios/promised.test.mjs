// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A time that a callee named counts for the call at that time, and for no other; and a place that is not known any more makes nothing
// lawful.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment } from './lib/time.mjs'

const TO = '+12135550150'
const MIAMI = '+13055550142'
const asks = { script: 'answers', transcript: 'Agent: Hello. \nUser: Call me back tonight at half past eight p.m., I work late. \n' }
const named = moment('2027-03-01 20:30 America/Los_Angeles')

const promise = async (gateway, id) =>
  (await gateway.sql(
    `SELECT explicit, wall_zone IS NOT NULL AS wall, evidence_id IS NOT NULL AS evidence FROM callbacks WHERE callback_id = '${id}'`
  ))[0]
const kept = { explicit: true, wall: true, evidence: true }
const none = { explicit: false, wall: false, evidence: false }

test(
  'a person who dials now takes the time that was named from the call',
  scenario(
    async ({ gateway, retell, acme }) => {
      retell.cast(TO, asks, 'answers')
      const call = await acme.place({ to: TO })
      const next = await acme.scheduled(call.callback_id, { attempt: 2, at: named })
      assert.deepEqual(await promise(gateway, next.id), kept)
      await gateway.post(`/v1/callbacks/${next.id}/dial-now`)
      await acme.latest(call.callback_id, 'completed')
      assert.deepEqual(await promise(gateway, next.id), none)
    },
    { start: '2027-03-01 10:00 America/Los_Angeles' }
  )
)

test(
  'a call that took no attempt when the time that was named had all but passed is dialled again as any other',
  scenario(
    async ({ gateway, retell, clock, acme }) => {
      retell.cast(TO, asks, 'concurrency_limit_reached', 'answers')
      const call = await acme.place({ to: TO })
      const next = await acme.scheduled(call.callback_id, { attempt: 2, at: named })
      // It counts for half an hour, and a minute goes by before anybody dials once more.
      await clock.set(named + 29 * 60e3 + 5000)
      await eventually(
        async () => (await gateway.sql('SELECT FROM callbacks WHERE repeats = 1')).length === 1,
        'it was dialled, and took no attempt'
      )
      const again = await acme.scheduled(call.callback_id, { attempt: 2, at: moment('2027-03-02 09:00 America/Los_Angeles') })
      assert.equal(again.id, next.id)
      assert.deepEqual(await promise(gateway, next.id), none)
    },
    { start: '2027-03-01 10:00 America/Los_Angeles' }
  )
)

test(
  'the law of a state holds by its own clocks where the zones of a callback are in the zone data no more',
  scenario(
    async ({ gateway, retell, clock, acme }) => {
      await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { quiet_hours: { start: '22:00', end: '07:00' } })
      retell.cast('*', 'answers')
      const call = await acme.place({ to: MIAMI, schedule_at: new Date(clock.now() + 1800e3).toISOString() })
      await gateway.sql("UPDATE callbacks SET callee_zones = 'Atlantis/Poseidonis'")
      await clock.set('2027-03-01 20:10 America/New_York')
      await eventually(async () => (await gateway.sql('SELECT FROM callbacks WHERE first_due_at IS NOT NULL')).length === 1, 'it was put off')
      await acme.scheduled(call.callback_id, { attempt: 1, at: moment('2027-03-02 08:00 America/Los_Angeles') })
      assert.deepEqual(acme.dials, [])
    },
    { start: '2027-03-01 19:20 America/New_York' }
  )
)

test(
  'an override whose zone is in the zone data no more permits nothing, rather than what it forbids',
  scenario(
    async ({ gateway, retell, acme }) => {
      retell.cast('*', 'answers')
      await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { quiet_hours: { timezone: 'America/New_York' }, max_attempts: 2 })
      await gateway.sql(`UPDATE workspace SET policy = jsonb_set(policy, '{quiet_hours,timezone}', '"Atlantis/Poseidonis"')`)
      const { status, body } = await acme.request({ to_number: TO })
      assert.deepEqual([status, body.code], [422, 'policy_incomplete'])
      assert.match(body.detail, /the time zone Atlantis\/Poseidonis, which the policy names, is not known here/)
      assert.deepEqual(acme.dials, [])
      const { effective } = await gateway.get(`/v1/workspaces/${acme.workspace.id}/policy`)
      assert.equal(effective.max_attempts.from, 'workspace')
    },
    { start: '2027-03-01 10:00 America/Los_Angeles' }
  )
)
