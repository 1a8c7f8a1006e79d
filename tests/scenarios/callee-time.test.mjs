// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// By whose clock, and under whose law, may a phone ring? The workspace is in California; its callees are not. Asked when a call is
// ordered, and again when it is claimed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment } from './lib/time.mjs'

const NEW_YORK = '+12125550142'
const MIAMI = '+13055550142'
const PENSACOLA = '+18505550142' // Tallahassee too, an hour ahead
const TOLL_FREE = '+18005550142'

const at = (start, body) => scenario(body, { start, set: { credits: 50, workspace: { dials_per_minute: 6000 } } })

const override = ({ gateway, acme }, policy) => gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, policy)

/** Ordered now, and put off: until when, and why. */
async function waits(acme, order, until, reason) {
  const { status, body } = await acme.request(typeof order === 'string' ? { to_number: order } : order)
  assert.deepEqual([status, body.state, body.reason], [202, 'scheduled', reason])
  // An opening is an opening; a cap counts from a call, which the told clock has run on from.
  acme.about(Date.parse(body.due_at), moment(until), 'it is due', reason === 'caps' ? 15000 : 1000)
  return body
}

const decided = async (gateway, id) =>
  (await gateway.sql(`SELECT kind, verdict, policy, record FROM decision WHERE callback_id = '${id}' ORDER BY decision_id`)).at(-1)

test(
  'the callee’s evening counts, not the workspace’s afternoon',
  at('2027-03-01 16:50 America/Los_Angeles', async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', { script: 'answers', always: true })
    const early = await acme.place({ to: NEW_YORK })
    assert.equal(early.status, 201)
    await acme.latest(early.callback_id, 'completed')
    await clock.set('2027-03-01 17:05 America/Los_Angeles')
    const late = await waits(acme, NEW_YORK, '2027-03-02 09:00 America/New_York', 'quiet_hours')
    const row = await acme.callback(late.callback_id)
    assert.equal(row.waits_for, 'quiet_hours')
    assert.deepEqual(
      [row.callee_zones, row.callee_states, row.callee_country, row.zone_source, row.begun, row.flagged],
      [['America/New_York'], ['US-NY'], 'US', 'number', 'api', false]
    )
    const { kind, verdict, policy, record } = await decided(gateway, late.callback_id)
    assert.deepEqual([kind, verdict, policy], ['order', 'later', 'default'])
    assert.deepEqual(record.forbidden_by.map(one => one.id).slice(0, 1), ['quiet_hours'])
    assert.deepEqual(record.callee.zones, 'America/New_York')
    assert.ok(record.packs.find(one => one.name === 'us-federal').version)

    // Who knows better than the number where they are says so.
    const told = await acme.place({ to: NEW_YORK, callee_timezone: 'America/Los_Angeles' })
    assert.equal(told.status, 201)
    assert.deepEqual((await acme.callback(told.callback_id)).callee_zones, ['America/Los_Angeles'])
    assert.equal((await acme.callback(told.callback_id)).zone_source, 'contact')

    // The next rows of a chain inherit it.
    await acme.latest(told.callback_id, 'completed')
    retell.cast('+12125550143', 'voicemail')
    const chain = await acme.place({ to: '+12125550143', callee_timezone: 'America/Los_Angeles' })
    const next = await acme.scheduled(chain.callback_id, { attempt: 2 })
    assert.deepEqual([next.callee_zones, next.zone_source], [['America/Los_Angeles'], 'contact'])
  })
)

test(
  'Florida: eight in the evening by law, and three calls a day',
  at('2027-03-01 16:00 America/New_York', async ({ gateway, retell, clock, acme }) => {
    await override({ gateway, acme }, { quiet_hours: { start: '22:00', end: '07:00' } })
    retell.cast('*', { script: 'answers', always: true })
    for (let n = 0; n < 3; n++) {
      const call = await acme.place({ to: MIAMI, variables: { n: String(n) } })
      assert.equal(call.status, 201)
      await acme.latest(call.callback_id, 'completed')
      await clock.forward('10m')
    }
    await waits(acme, { to_number: MIAMI, metadata: { fourth: true } }, '2027-03-02 16:00 America/New_York', 'caps')
    assert.equal((await acme.place({ to: NEW_YORK })).status, 201, 'New York has no such law')
    await clock.set('2027-03-01 20:30 America/New_York')
    const late = await waits(acme, '+13055550143', '2027-03-02 08:00 America/New_York', 'us-fl-501.616')
    const { record } = await decided(gateway, late.callback_id)
    const [rule] = record.forbidden_by
    assert.deepEqual([rule.id, rule.pack], ['us-fl-501.616', 'us-states'])
    assert.match(rule.version, /^\d{4}\./)

    // A person may override the policy's hours, and no law's.
    const now = { override_quiet_hours: true, reason: 'they sit beside the phone' }
    const refused = await gateway.ask('POST', `/v1/callbacks/${late.callback_id}/dial-now`, now)
    assert.deepEqual([refused.status, refused.body.code], [409, 'quiet_hours'])
    assert.match(refused.body.detail, /us-fl-501\.616 forbids it/)
  })
)

test(
  'a number that may lie in two zones rings when both permit',
  at('2027-03-01 09:30 America/New_York', async ({ clock, retell, acme }) => {
    retell.cast('*', { script: 'answers', always: true })
    const early = await waits(acme, PENSACOLA, '2027-03-01 09:00 America/Chicago', 'quiet_hours')
    assert.deepEqual((await acme.callback(early.callback_id)).callee_zones.toSorted(), ['America/Chicago', 'America/New_York'])
    await clock.set('2027-03-01 09:00:02 America/Chicago')
    await acme.latest(early.callback_id, 'completed')
    await clock.set('2027-03-01 19:30 America/Chicago')
    await waits(acme, PENSACOLA, '2027-03-02 09:00 America/Chicago', 'quiet_hours')
  })
)

test(
  'a number that says no more than its country: coast to coast',
  at('2027-03-01 10:30 America/New_York', async ({ clock, retell, acme }) => {
    retell.cast('*', { script: 'answers', always: true })
    const early = await acme.request({ to_number: TOLL_FREE })
    assert.equal(early.status, 202, 'half past seven in California')
    assert.ok(Date.parse(early.body.due_at) >= moment('2027-03-01 08:00 America/Los_Angeles'))
    await clock.set('2027-03-01 18:05 America/Los_Angeles')
    const late = await acme.request({ to_number: '+18005550143' })
    assert.equal(late.status, 202, 'five past nine in New York')
    const { callee_zones: zones } = await acme.callback(late.body.callback_id)
    assert.deepEqual(zones.toSorted(), ['America/Los_Angeles', 'America/New_York'])
  })
)

test(
  'asked again when it is claimed: what comes late waits for the morning',
  at('2027-03-01 15:00 America/New_York', async ({ gateway, clock, retell, acme }) => {
    retell.cast('*', { script: 'answers', always: true })
    const asked = new Date(moment('2027-03-01 19:50 America/New_York')).toISOString()
    const call = await acme.place({ to: NEW_YORK, schedule_at: asked })
    assert.equal(call.reason, null)
    assert.equal((await decided(gateway, call.callback_id)).verdict, 'ok')
    await clock.set('2027-03-01 20:10 America/New_York')
    const row = await eventually(async () => {
      const one = await acme.callback(call.callback_id)
      return one.due_at !== asked && one.state === 'scheduled' && one
    }, 'it was put off')
    acme.about(Date.parse(row.due_at), moment('2027-03-02 09:00 America/New_York'), 'it is due', 1000)
    assert.equal(row.first_due_at, asked)
    const { kind, verdict, record } = await decided(gateway, call.callback_id)
    assert.deepEqual([kind, verdict, record.due_since, record.next], ['admit', 'later', asked, row.due_at])
    await clock.set('2027-03-02 09:00:02 America/New_York')
    await acme.latest(call.callback_id, 'completed')
  })
)

test(
  'no time can be found: held until the policy finds one, and no person can give it one that is forbidden',
  at('2027-03-01 12:00 America/New_York', async ({ gateway, clock, retell, acme }) => {
    retell.cast('*', { script: 'answers', always: true })
    const soon = new Date(clock.now() + 600000).toISOString()
    const [one, two, three] = await Promise.all(
      [NEW_YORK, MIAMI, PENSACOLA].map(to => acme.place({ to, schedule_at: soon }))
    )
    // By night alone, and the law knows no nights.
    await override({ gateway, acme }, { quiet_hours: { start: '06:00', end: '21:30' } })
    await clock.forward('11m')
    const held = () => gateway.list('/v1/callbacks?state=held')
    await eventually(async () => (await held()).length === 3, 'they are held')
    assert.equal((await decided(gateway, one.callback_id)).verdict, 'held')
    assert.equal((await acme.callback(one.callback_id)).end_reason, 'no_permitted_time')
    assert.equal((await gateway.ask('POST', '/v1/outbound/calls', { to_number: NEW_YORK, from_number: acme.from }, { key: acme.key })).status, 409)
    await gateway.post(`/v1/callbacks/${three.callback_id}/cancel`)
    assert.equal((await acme.callback(three.callback_id)).state, 'cancelled')

    const due_at = new Date(clock.now() + 300000).toISOString()
    const moved = await gateway.ask('POST', `/v1/callbacks/${one.callback_id}/reschedule`, { due_at })
    assert.deepEqual([moved.status, moved.body.code], [409, 'quiet_hours'])
    assert.equal((await gateway.ask('POST', `/v1/callbacks/${two.callback_id}/dial-now`)).status, 409)

    await override({ gateway, acme }, {})
    for (const { callback_id } of [one, two]) await acme.latest(callback_id, 'completed')
    assert.equal((await held()).length, 0)
    assert.equal(await gateway.metric('switchhook_callback_imbalance'), 0)
  })
)

test(
  'in quiet hours only with evidence of who asked, looked for when it is dialled',
  at('2027-03-01 10:00 America/Los_Angeles', async ({ gateway, clock, retell, acme }) => {
    const asks = { script: 'answers', transcript: 'Agent: Hello. \nUser: Call me back tonight at half past eight p.m., I work late. \n' }
    const [one, two] = ['+12135550150', '+12135550151']
    for (const to of [one, two]) retell.cast(to, asks, 'answers')
    const calls = [await acme.place({ to: one }), await acme.place({ to: two })]
    const named = moment('2027-03-01 20:30 America/Los_Angeles')
    for (const call of calls) await acme.scheduled(call.callback_id, { attempt: 2, at: named })
    await gateway.sql(`DELETE FROM evidence WHERE chain_root_id = '${calls[1].callback_id}'`)
    await clock.set(named + 1000)
    await acme.latest(calls[0].callback_id, 'completed')
    const [{ record }] = await gateway.sql(
      `SELECT record FROM decision WHERE kind = 'admit' AND chain_root_id = '${calls[0].callback_id}' ORDER BY decision_id DESC LIMIT 1`
    )
    assert.deepEqual([record.verdict, record.exempt, record.forbidden_by.map(rule => rule.id)], ['ok', true, ['quiet_hours']])

    const morning = moment('2027-03-02 09:00 America/Los_Angeles')
    const row = await acme.scheduled(calls[1].callback_id, { attempt: 2, at: morning })
    const { kind, verdict } = await decided(gateway, row.id)
    assert.deepEqual([kind, verdict, row.explicit], ['admit', 'no_evidence', false])
    await clock.set(morning + 2000)
    await acme.latest(calls[1].callback_id, 'completed')
  })
)
