// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What people may do to a callback: cancel it, dial it now, move it, close it or dial it again when nobody knows whether its
// phone rang; and the do-not-call list. Each of these has states in which it is refused, and leaves a line behind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment, span } from './lib/time.mjs'

const refused = ({ status, body }, wanted, code) => assert.deepEqual([status, body.code], [wanted, code], JSON.stringify(body))
// One worker: what one request has seen of the told clock, all have.
const OTHER = '+12135550166'
const ONE = { config: { workers: 1 } }
const told = async (acme, kind) => (await acme.activity()).filter(one => one.kind === kind)
const ledger = gateway =>
  gateway.sql("SELECT kind, count(*)::int AS n FROM ledger WHERE kind <> 'grant' GROUP BY kind ORDER BY kind")

test(
  'cancel under way: the call goes on, and nothing follows it',
  scenario(async ({ gateway, retell, acme }) => {
    retell.fault('hooks', 'never', { times: null })
    retell.cast('*', 'no_answer')
    const call = await acme.place()
    const path = `/v1/callbacks/${call.callback_id}/cancel`
    const row = await gateway.post(path)
    assert.equal(row.state, 'dialling')
    assert.ok(row.cancel_requested_at)
    assert.equal((await gateway.post(path)).cancel_requested_at, row.cancel_requested_at, 'asked for once')
    assert.equal((await told(acme, 'callback.cancelled')).length, 1)
    refused(await gateway.ask('POST', `/v1/callbacks/${call.callback_id}/dial-now`), 409, 'wrong_state')

    retell.clearFaults()
    retell.resend([...retell.calls.keys()][0])
    await acme.latest(call.callback_id, 'completed')
    assert.equal((await acme.chain(call.callback_id)).length, 1, 'a no_answer would be called back in an hour')
    assert.equal(await acme.balance(), 9)
    refused(await gateway.ask('POST', path), 409, 'wrong_state')
  })
)

test(
  'dial-now skips the delay, and not what forbids the call',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast(CALLEE, 'no_answer', 'no_answer', 'answers')
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    const now = (body = {}) => gateway.ask('POST', `/v1/callbacks/${second.id}/dial-now`, body)

    await gateway.patch(`/v1/agents/${acme.agent.id}`, { enabled: true })
    await gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: acme.agent.id, inbound: true, outbound: false })
    refused(await now(), 403, 'outbound_disabled')
    await gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: acme.agent.id, inbound: true, outbound: true })
    await gateway.post(`/v1/customers/${acme.customer.id}/credits`, { amount: -9 })
    refused(await now(), 402, 'no_credits')
    await gateway.post(`/v1/customers/${acme.customer.id}/credits`, { amount: 9 })
    refused(await now({ override_quiet_hours: true }), 422, 'invalid')

    const answer = await now()
    assert.equal(answer.status, 202, JSON.stringify(answer.body))
    assert.equal(answer.body.id, second.id)
    await eventually(() => acme.dials.length === 2, 'it was dialled')
    await acme.scheduled(call.callback_id, { attempt: 3 })
    assert.equal((await told(acme, 'callback.dial_now')).length, 1)
    refused(await now(), 409, 'wrong_state')

    // Who is on the list is not dialled, whoever asks: the row is gone with it.
    await gateway.post('/v1/suppressions', { number: CALLEE, reason: 'asked by letter' })
    const third = await acme.latest(call.callback_id, 'suppressed')
    refused(await gateway.ask('POST', `/v1/callbacks/${third.id}/dial-now`), 409, 'wrong_state')
    await clock.forward('2d')
    assert.equal(acme.dials.length, 2)
  })
)

test(
  'quiet hours: only with a reason, which stands in the list of activity',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast(CALLEE, 'no_answer', 'answers')
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    await clock.set('2027-03-01 20:30 America/Los_Angeles')
    const morning = moment('2027-03-02 09:00 America/Los_Angeles')
    await eventually(
      async () => Date.parse((await acme.callback(second.id)).due_at) === morning,
      'the dial was put off until the morning'
    )
    const path = `/v1/callbacks/${second.id}/dial-now`
    const held = await gateway.ask('POST', path)
    refused(held, 409, 'quiet_hours')
    assert.match(held.body.detail, /2027-03-02T17:00:00/, 'it says until when')
    await gateway.post(path, { override_quiet_hours: true, reason: 'waits beside the phone' })
    await eventually(() => acme.dials.length === 2, 'it was dialled')
    await acme.latest(call.callback_id, 'completed')
    const [line] = await told(acme, 'callback.dial_now')
    assert.match(line.text, /quiet hours overridden: waits beside the phone/)
    const [{ record }] = await gateway.sql("SELECT record FROM decision WHERE record ? 'override_key'")
    assert.deepEqual([record.verdict, record.exempt], ['ok', true])
  }, ONE)
)

test(
  'reschedule into the night: when it is dialled, and why not then',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast(CALLEE, 'no_answer', 'answers')
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    const path = `/v1/callbacks/${second.id}/reschedule`
    const night = moment('2027-03-01 22:45 America/Los_Angeles'), morning = moment('2027-03-02 09:00 America/Los_Angeles')
    const cli = await gateway.cli('callback', 'reschedule', second.id, '--at', new Date(night).toISOString(), '--reason', 'she is awake')
    assert.equal(cli.status, 0, cli.stderr)
    assert.match(cli.stdout, /^permitted_at +2027-03-02T17:00:00\.000Z$/m)
    assert.match(cli.stdout, /22:45 in America\/Los_Angeles\. Forbidden then by quiet_hours.*It is tried again Tue 2027-03-02 09:00/)
    const row = await gateway.get(`/v1/callbacks/${second.id}`)
    assert.deepEqual([Date.parse(row.due_at), row.waits_for], [morning, 'quiet_hours'])
    const again = await gateway.post(path, { due_at: new Date(night + 60000).toISOString() })
    assert.deepEqual(
      [again.asked_at, again.permitted_at, again.moved_by].map(one => Date.parse(one) || one),
      [night + 60000, morning, 'quiet_hours']
    )
    const { data } = await gateway.get(`/v1/callbacks/${second.id}/explain`)
    const [first] = data.filter(one => one.kind === 'order')
    assert.deepEqual([first.verdict, first.callback_id, first.text.includes('Forbidden then by quiet_hours')], ['later', second.id, true])
    assert.match((await told(acme, 'callback.rescheduled')).map(one => one.text).join('\n'), /who asked for 2027-03-02T06:45:00\.000Z, which quiet_hours forbids: she is awake/)

    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { quiet_hours: { start: '06:00', end: '21:30' } })
    refused(await gateway.ask('POST', path, { due_at: new Date(night).toISOString() }), 409, 'quiet_hours')
    assert.equal((await gateway.get(`/v1/callbacks/${second.id}`)).due_at, row.due_at, 'nothing was moved')
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, {})

    await clock.set(night + 120000)
    assert.equal(acme.dials.length, 1)
    await clock.set(morning + 1000)
    await acme.latest(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 2)

    const later = await acme.request({ to_number: OTHER, schedule_at: '2027-03-02T22:00:00-08:00' })
    assert.equal(later.status, 202)
    const { due_at, asked_at, reason, text } = later.body
    assert.deepEqual([due_at, asked_at, reason], ['2027-03-03T17:00:00.000Z', '2027-03-03T06:00:00.000Z', 'quiet_hours'])
    assert.match(text, /Forbidden then by quiet_hours/)
    const open = await acme.request({ to_number: OTHER, schedule_at: '2027-03-02T12:00:00-08:00' })
    assert.deepEqual([open.status, 'asked_at' in open.body, 'text' in open.body], [202, false, false])
  })
)

test(
  'reschedule into what caps forbid: when they let it be dialled',
  scenario(async ({ gateway, retell, clock, acme }) => {
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { caps: [{ calls: 2, within: '24h' }] })
    retell.cast(CALLEE, 'no_answer', 'no_answer', 'answers')
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    const other = await acme.place()
    await acme.scheduled(other.callback_id, { attempt: 2 })
    const [{ at }] = await gateway.sql('SELECT min(at) AS at FROM rang')
    const free = Date.parse(at) + span('24h')
    const path = `/v1/callbacks/${second.id}/reschedule`
    const day = await gateway.post(path, { due_at: '2027-03-01T22:00:00Z' })
    assert.deepEqual([Date.parse(day.due_at), day.moved_by], [free, 'caps'])
    assert.match(day.text, /as many calls as the caps allow.*at most 2 calls in 1d/)
    assert.equal((await gateway.get(`/v1/callbacks/${second.id}`)).waits_for, 'caps')
    const night = await gateway.post(path, { due_at: '2027-03-02T06:45:00Z' })
    assert.deepEqual([Date.parse(night.due_at), night.moved_by], [free, 'quiet_hours'])
    assert.match(night.text, /Forbidden then by quiet_hours.*Caps on calls to this callee forbid it too, until 2027-03-02T/)
    const { data } = await gateway.get(`/v1/callbacks/${second.id}/explain`)
    assert.deepEqual(data.filter(one => one.kind === 'order').map(one => one.record.verdict), ['capped', 'later'])
    const later = await gateway.post(path, { due_at: new Date(free + 1000).toISOString() })
    assert.deepEqual([Date.parse(later.due_at), later.moved_by], [free + 1000, null])
    await gateway.post(`/v1/callbacks/${(await acme.latest(other.callback_id, 'scheduled')).id}/cancel`)
    await clock.set(free + 2000)
    await acme.latest(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 3)
  })
)

test(
  'reschedule: another time, for what is scheduled',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast(CALLEE, 'no_answer', 'answers')
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    const path = `/v1/callbacks/${second.id}/reschedule`
    const at = moment('2027-03-01 14:30 America/Los_Angeles')
    for (const due_at of ['tomorrow', '2027-02-28T10:00:00Z', '2029-03-01T10:00:00Z']) {
      const { status, body } = await gateway.ask('POST', path, { due_at })
      assert.deepEqual([status, body.errors?.map(one => one.pointer)], [422, ['/due_at']], due_at)
    }
    const row = await gateway.post(path, { due_at: new Date(at).toISOString() })
    assert.equal(Date.parse(row.due_at), at)
    assert.deepEqual([row.asked_at, row.permitted_at, row.moved_by, row.text], [row.due_at, row.due_at, null, null])
    await clock.set(Date.parse(second.due_at) + span('1m'))
    refused(await gateway.ask('POST', `/v1/callbacks/${call.callback_id}/reschedule`, { due_at: row.due_at }), 409, 'wrong_state')
    assert.equal(acme.dials.length, 1, 'not at the old time')
    await clock.set(at + 1000)
    await acme.latest(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 2)
    assert.equal((await told(acme, 'callback.rescheduled')).length, 1)
  })
)

/** A call whose answer was lost and that no list shows: nobody can prove whether its phone rang. */
async function park({ retell, acme }) {
  retell.fault('create_phone_call', 'accept_drop_answer')
  retell.fault('hooks', 'never', { times: null })
  retell.fault('list_calls', '500', { times: null })
  retell.cast('*', 'answers')
  const call = await acme.place()
  return acme.latestInTime(call.callback_id, 'parked')
}

test(
  'parked, closed: the credit is spent, and late news changes nothing',
  scenario(async ({ gateway, retell, clock, acme }) => {
    const row = await park({ retell, acme })
    const early = await gateway.ask('POST', `/v1/callbacks/${row.id}/dial-now`)
    refused(early, 409, 'wrong_state')
    assert.match(early.body.detail, /\d{4}-\d\d-\d\dT/, 'it says when')

    const closed = await gateway.post(`/v1/callbacks/${row.id}/cancel`)
    assert.deepEqual([closed.state, closed.end_reason], ['completed', 'closed'])
    assert.equal(await acme.balance(), 9)
    assert.deepEqual(await ledger(gateway), [
      { kind: 'reserve', n: 1 },
      { kind: 'settle', n: 1 }
    ])
    const [dial] = (await acme.chain(row.id))[0].dials
    assert.deepEqual([dial.state, dial.history.at(0).state], ['closed', 'intent'])
    assert.equal((await told(acme, 'callback.closed')).length, 1)

    await clock.forward('3h')
    await eventually(async () => (await gateway.sql('SELECT count(*)::int AS n FROM live_dial'))[0].n === 0, 'its row has gone')
    retell.clearFaults()
    retell.resend([...retell.calls.keys()][0])
    await eventually(
      async () => (await gateway.sql("SELECT count(*)::int AS n FROM intents WHERE state = 'decided'"))[0].n === 1,
      'the late end was decided'
    )
    assert.equal((await gateway.sql('SELECT count(*)::int AS n FROM live_dial'))[0].n, 0)
    assert.deepEqual((await acme.chain(row.id)).map(one => one.state), ['completed'])
    assert.equal((await ledger(gateway)).find(one => one.kind === 'settle').n, 1, 'settled once')
    assert.equal(await acme.balance(), 9)
    refused(await gateway.ask('POST', `/v1/callbacks/${row.id}/cancel`), 409, 'wrong_state')
  })
)

test(
  'parked, dialled again: only when no call of its callee can last',
  scenario(async ({ gateway, retell, clock, acme }) => {
    const row = await park({ retell, acme })
    retell.clearFaults()
    retell.cast('*', 'answers')
    refused(await gateway.ask('POST', `/v1/callbacks/${row.id}/dial-now`), 409, 'wrong_state')
    await clock.forward('3h')
    // A worker looks at the told clock now and then, so it may still be too early for it.
    const next = await eventually(async () => {
      const { status, body } = await gateway.ask('POST', `/v1/callbacks/${row.id}/dial-now`, { reason: 'nobody called her' })
      return status === 202 && body
    }, 'it could be dialled again')
    assert.notEqual(next.id, row.id)
    assert.equal(next.attempt, 2)
    await acme.latest(row.id, 'completed')
    const chain = await acme.chain(row.id)
    assert.deepEqual(
      chain.map(one => [one.attempt, one.state, one.end_reason]),
      [
        [1, 'completed', 'dialled_again'],
        [2, 'completed', 'reached']
      ]
    )
    assert.equal(chain[0].dials[0].state, 'closed')
    assert.match(chain[0].dials[0].history.at(-1).why, new RegExp(next.key_id), 'it names who')
    assert.equal(acme.dials.length, 2)
    assert.deepEqual(await ledger(gateway), [
      { kind: 'refund', n: 1 },
      { kind: 'reserve', n: 2 },
      { kind: 'settle', n: 1 }
    ])
    assert.equal(await acme.balance(), 9)
    const [line] = await told(acme, 'callback.dial_again')
    assert.match(line.text, /nobody called her/)
  })
)

test(
  'the do-not-call list',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast('*', 'no_answer')
    const call = await acme.place()
    await acme.scheduled(call.callback_id, { attempt: 2 })
    for (const [body, pointer] of [
      [{ number: '2135550142' }, '/number'],
      [{ number: CALLEE, expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
      [{ number: CALLEE, workspace_id: '01890000-0000-7000-8000-000000000000' }, '/workspace_id']
    ]) {
      const { status, body: problem } = await gateway.ask('POST', '/v1/suppressions', body)
      assert.deepEqual([status, problem.errors?.map(one => one.pointer)], [422, [pointer]], JSON.stringify(problem))
    }
    const made = await gateway.ask('POST', '/v1/suppressions', { number: CALLEE, workspace_id: acme.workspace.id })
    assert.equal(made.status, 201)
    assert.equal(made.body.number, undefined, 'a hash of it is all that is stored')
    assert.deepEqual((await gateway.post('/v1/suppressions/find', { number: CALLEE })).data.map(one => one.id), [made.body.id])
    assert.deepEqual((await gateway.post('/v1/suppressions/find', { number: '+12135550143' })).data, [])
    await acme.latest(call.callback_id, 'suppressed')
    refused(await acme.request({ to_number: CALLEE }), 409, 'suppressed')

    // Once more changes nothing; a key without pii:read sees that there is one, not whose.
    assert.equal((await gateway.post('/v1/suppressions', { number: CALLEE, workspace_id: acme.workspace.id })).id, made.body.id)
    const minted = await gateway.post('/v1/keys', {
      name: 'reader',
      scopes: ['suppressions:read', 'callbacks:read', 'calls:read'],
      workspace_id: acme.workspace.id
    })
    const key = minted.key
    assert.equal((await gateway.get('/v1/suppressions', { key })).data[0].id, made.body.id)
    assert.match((await gateway.get('/v1/callbacks?state=suppressed', { key })).data[0].to_number, /^\+1•+0142$/)
    refused(await gateway.ask('DELETE', `/v1/suppressions/${made.body.id}`, undefined, { key }), 403, 'forbidden')
    refused(await gateway.ask('POST', `/v1/callbacks/${call.callback_id}/cancel`, {}, { key }), 403, 'forbidden')

    await gateway.del(`/v1/suppressions/${made.body.id}`)
    refused(await gateway.ask('DELETE', `/v1/suppressions/${made.body.id}`), 404, 'not_found')
    assert.equal((await acme.request({ to_number: CALLEE })).status, 201)
  })
)

test(
  'what belongs to another workspace is not there',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast('*', 'no_answer')
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    const other = await gateway.post('/v1/workspaces', { name: 'Other', provider: 'retell', timezone: 'Europe/Paris' })
    const { key } = await gateway.post('/v1/keys', { name: 'other', scopes: ['admin'], workspace_id: other.id })
    for (const path of ['callbacks', 'calls', 'suppressions'])
      assert.deepEqual((await gateway.get(`/v1/${path}`, { key })).data, [], path)
    const [one] = (await gateway.get('/v1/calls')).data
    for (const path of [`/v1/callbacks/${second.id}`, `/v1/callbacks/${second.id}/chain`, `/v1/calls/${one.id}`])
      refused(await gateway.ask('GET', path, undefined, { key }), 404, 'not_found')
    for (const verb of ['cancel', 'dial-now'])
      refused(await gateway.ask('POST', `/v1/callbacks/${second.id}/${verb}`, {}, { key }), 404, 'not_found')
    const body = { due_at: second.due_at }
    refused(await gateway.ask('POST', `/v1/callbacks/${second.id}/reschedule`, body, { key }), 404, 'not_found')
    assert.equal((await acme.callback(second.id)).state, 'scheduled')
  })
)

test(
  'calls and their events; the filters of both lists',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast(CALLEE, 'no_answer')
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    await retell.webhooks.idle()
    const [one] = (await gateway.get(`/v1/calls?chain=${call.callback_id}`)).data
    assert.deepEqual(
      [one.provider_call_id, one.to_number, one.outcome, one.direction, one.callback_id],
      [call.call_id, CALLEE, 'no_answer', 'outbound', call.callback_id]
    )
    const events = await eventually(async () => {
      const { events } = await gateway.get(`/v1/calls/${one.id}`)
      return events.length > 1 && events.every(event => event.state === 'processed') && events
    }, 'its events were processed')
    assert.ok(events.some(event => event.kind === 'call_ended'))
    assert.ok(!JSON.stringify(events).includes('body'))

    const count = async query => (await gateway.get(`/v1/${query}`)).data.length
    const nobody = '01890000-0000-7000-8000-000000000000'
    for (const [query, n] of [
      [`calls?workspace=${acme.workspace.id}&number=${acme.number.id}&agent=${acme.agent.id}`, 1],
      [`calls?callback=${second.id}`, 0],
      [`calls?number=${nobody}`, 0],
      ['callbacks', 2],
      ['callbacks?state=scheduled', 1],
      [`callbacks?number=${acme.number.id}&workspace=${acme.workspace.id}&agent=${acme.agent.id}`, 2],
      [`callbacks?due_from=${second.due_at}`, 1],
      [`callbacks?due_until=${second.due_at}`, 1],
      [`callbacks?agent=${nobody}`, 0]
    ])
      assert.equal(await count(query), n, query)
    const pages = await gateway.list('/v1/callbacks?limit=1')
    assert.deepEqual(pages.map(row => row.attempt), [2, 1])
    assert.equal((await gateway.ask('GET', '/v1/callbacks?colour=red')).status, 422)
    assert.equal((await gateway.ask('GET', '/v1/callbacks?due_from=soon')).status, 422)
  })
)
