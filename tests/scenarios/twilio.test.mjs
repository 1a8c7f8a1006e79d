// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What is Twilio's own, through the whole gateway: agents that are made here, TwiML with the dial's variables, a list of calls that
// proves nothing, detection that comes after the end, keys that rotate. The common story stands in story.test.mjs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MEDIA } from '../simulators/twilio/account.mjs'
import { ACCOUNT, newNumber } from '../simulators/twilio/world.mjs'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const twilio = (body, options) => scenario(body, { provider: 'twilio', ...options })
const asked = (sim, route) => sim.requests.filter(one => one.route === route)
const only = sim => [...sim.calls.values()][0]
const query = url => Object.fromEntries(new URL(url).searchParams)

// ---- agents ----

test(
  'agents are made here, by settings that the driver has, and nowhere else',
  scenario(
    async ({ gateway, accounts }) => {
      const { retell, twilio: acme } = accounts
      const make = body => gateway.ask('POST', '/v1/agents', { workspace_id: acme.workspace.id, name: 'A', ...body })
      const { status, body } = await make({ settings: { twiml: '<Response/>', record: true } })
      assert.equal(status, 201)
      assert.deepEqual(
        [body.provider_agent_id, body.synced_at, body.enabled, body.settings],
        [null, null, true, { twiml: '<Response/>', record: true }]
      )
      const bad = await make({ settings: { twimll: 'x', account_sid: 'AC', connect: 'Carrier pigeon' } })
      assert.equal(bad.status, 422)
      assert.deepEqual(
        bad.body.errors.map(one => one.pointer).toSorted(),
        ['/settings/account_sid', '/settings/connect', '/settings/twimll']
      )
      assert.equal((await make({ workspace_id: '01890a5d-ac96-774b-bcce-b302099a8057' })).status, 404)
      assert.equal((await make({ name: undefined })).status, 422)

      // Retell has a roster of its own; Twilio has none to read.
      const there = await make({ workspace_id: retell.workspace.id })
      assert.deepEqual([there.status, there.body.code], [422, 'unsupported'])
      const sync = await gateway.ask('POST', '/v1/agents/sync', { workspace_id: acme.workspace.id })
      assert.deepEqual([sync.status, sync.body.code], [422, 'unsupported'])
      assert.match(sync.body.detail, /twilio cannot list agents/)
      const listed = (await gateway.get('/v1/providers')).data.find(one => one.name === 'twilio')
      assert.ok(listed.agents_made_here && listed.capabilities.includes('number_import') && !listed.capabilities.includes('agent_roster'))
      assert.equal((await gateway.list(`/v1/agents?workspace=${acme.workspace.id}`)).length, 2)
    },
    { providers: ['twilio', 'retell'] }
  )
)

test(
  'an agent that was made here is renamed, and deleted when nothing uses it; the provider’s own are not',
  scenario(
    async ({ gateway, clock, accounts }) => {
      const { retell, twilio: acme } = accounts
      const ask = (verb, id, body, more) => gateway.ask(verb, `/v1/agents/${id}`, body, more)
      const refused = ({ status, body }, wanted, code, says) => {
        assert.deepEqual([status, body.code], [wanted, code], JSON.stringify(body))
        assert.match(JSON.stringify(body), says)
      }
      const agent = await gateway.post('/v1/agents', { workspace_id: acme.workspace.id, name: 'Front desk', settings: { twiml: '<Response/>' } })
      const other = await gateway.post('/v1/agents', { workspace_id: acme.workspace.id, name: 'x'.repeat(200) })

      // Renamed; names are one line, and show something.
      const renamed = await ask('PATCH', agent.id, { name: 'Zoë’s desk' })
      assert.deepEqual([renamed.status, renamed.body.name, renamed.body.version], [200, 'Zoë’s desk', agent.version + 1])
      assert.deepEqual([renamed.body.settings, renamed.body.enabled], [agent.settings, true])
      const bad = ['', '   ', '\u00a0\u2003\u3000', 'a\nb', 'a\r', '\ta', 'a\u007f', 'a\u0085b', 'a\u2028b', 'x'.repeat(201), 7, null]
      for (const name of bad) {
        refused(await ask('PATCH', agent.id, { name }), 422, 'invalid', /"pointer":"\/name"/)
        refused(await gateway.ask('POST', '/v1/agents', { workspace_id: acme.workspace.id, name }), 422, 'invalid', /"pointer":"\/name"/)
      }
      refused(await gateway.ask('POST', '/v1/customers', { name: 'a\nb' }), 422, 'invalid', /a line's end/)
      const [theirs] = await gateway.list(`/v1/agents?workspace=${retell.workspace.id}`)
      refused(await ask('PATCH', theirs.id, { name: 'Mine', enabled: false }), 422, 'invalid', /the provider names this agent.*"\/name"/)
      assert.deepEqual((await ask('GET', theirs.id)).body, theirs)
      refused(await ask('DELETE', theirs.id), 409, 'conflict', /the provider's: delete it there/)

      // In use: a number is mapped to it, then a callback waits for it.
      await gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: agent.id, inbound: true, outbound: true })
      const webhook = (await gateway.get(`/v1/agents/${agent.id}/webhook-url`)).url
      const when = new Date(clock.now() + 86400000).toISOString()
      const waiting = await acme.place({ schedule_at: when })
      refused(await ask('DELETE', agent.id), 409, 'conflict', new RegExp(`1 number is mapped to it \\(${acme.number.id}\\); 1 callback of it is open \\(${waiting.callback_id}\\)`))
      await gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: other.id, inbound: true, outbound: true })
      refused(await ask('DELETE', agent.id), 409, 'conflict', /in use: 1 callback/)
      assert.equal((await gateway.ask('POST', `/v1/callbacks/${waiting.callback_id}/cancel`)).status, 200)
      // A key that may only read, and one of another workspace.
      const key = async body => (await gateway.post('/v1/keys', { name: 'k', ...body })).key
      refused(await ask('DELETE', agent.id, undefined, { key: await key({ scopes: ['agents:read'] }) }), 403, 'forbidden', /agents:write/)
      const elsewhere = await key({ scopes: ['agents:write'], workspace_id: retell.workspace.id })
      refused(await ask('DELETE', agent.id, undefined, { key: elsewhere }), 404, 'not_found', /./)
      assert.equal((await ask('DELETE', agent.id)).status, 204)

      // Gone, and what was of it stays.
      for (const [verb, body] of [['GET'], ['PATCH', { name: 'b' }], ['PATCH', { settings: { record: true } }], ['DELETE']])
        refused(await ask(verb, agent.id, body), 404, 'not_found', /./)
      for (const path of ['policy', 'webhook-url']) assert.equal((await gateway.ask('GET', `/v1/agents/${agent.id}/${path}`)).status, 404)
      assert.deepEqual((await gateway.list(`/v1/agents?workspace=${acme.workspace.id}`)).filter(one => one.id === agent.id), [])
      refused(await gateway.ask('PUT', `/v1/numbers/${acme.number.id}/agent`, { agent_id: agent.id }), 422, 'invalid', /no such agent/)
      refused(await acme.request({ to_number: CALLEE, agent_id: agent.id }), 422, 'invalid', /no such agent/)
      assert.equal((await fetch(webhook, { method: 'POST', body: 'CallSid=CA1' })).status, 404)
      assert.equal((await acme.callback(waiting.callback_id)).agent_id, agent.id)
      const said = (await gateway.list('/v1/activity')).filter(one => one.agent_id === agent.id).map(one => one.text)
      assert.ok(said.includes('agent Front desk renamed: Zoë’s desk') && said.includes('agent Zoë’s desk deleted'), said.join('\n'))

      // A number that is removed holds no agent; imported again, it comes back without.
      assert.equal((await gateway.ask('DELETE', `/v1/numbers/${acme.number.id}`)).status, 204)
      assert.equal((await ask('DELETE', other.id)).status, 204)
      await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, all: true })
      const { agent_id: none, inbound, outbound } = await gateway.get(`/v1/numbers/${acme.number.id}`)
      assert.deepEqual([none, inbound, outbound], [null, false, false])
    },
    { providers: ['twilio', 'retell'] }
  )
)

test(
  'an agent with a call under way is not deleted, nor one with a parked callback',
  twilio(async ({ gateway, twilio, acme }) => {
    const spare = await gateway.post('/v1/agents', { workspace_id: acme.workspace.id, name: 'Spare' })
    const remap = agent => gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: agent.id, inbound: true, outbound: true })
    twilio.fault('create_call', '500')
    const call = await acme.place()
    await remap(spare)
    const refuses = async () => {
      const { status, body } = await gateway.ask('DELETE', `/v1/agents/${acme.agent.id}`)
      assert.equal(status, 409)
      assert.match(body.detail, new RegExp(`1 callback of it is open \\(${call.callback_id}\\)$`))
    }
    await refuses()
    await acme.latestInTime(call.callback_id, 'parked')
    await refuses()
    assert.equal((await gateway.ask('POST', `/v1/callbacks/${call.callback_id}/cancel`)).status, 200)
    await acme.latest(call.callback_id, 'completed')
    assert.equal((await gateway.ask('DELETE', `/v1/agents/${acme.agent.id}`)).status, 204)
  })
)

test(
  'who answers is connected, with the variables as they were given and ours besides',
  twilio(async ({ twilio, clock, acme }) => {
    const odd = { who: `Zoë "Z" <Núñez> & 'Co'`, empty: '', size: 1.5 }
    twilio.cast('*', 'voicemail', 'answers')
    const call = await acme.place({ variables: odd })
    assert.equal(call.status, 201)
    const next = await acme.scheduled(call.callback_id, { attempt: 2, reason: 'voicemail_followup' })
    const [first] = twilio.calls.values()
    assert.match(first.twiml, new RegExp(`<Connect><Stream url="${MEDIA}">`))
    const ids = query(asked(twilio, 'create_call')[0].body.StatusCallback)
    const { sh_dial_id: dial, ...variables } = first.parameters
    assert.equal(dial, ids.sh_dial_id)
    assert.deepEqual(variables, {
      switchhook_attempt: '1',
      switchhook_is_final_attempt: 'false',
      who: odd.who,
      empty: '',
      size: '1.5'
    })
    // None of them stands in what Twilio keeps of the request.
    assert.ok(!JSON.stringify(asked(twilio, 'create_call')[0]).includes('Zo'))

    await clock.set(Date.parse(next.due_at) + 1000)
    await acme.latest(call.callback_id, 'completed')
    const second = [...twilio.calls.values()][1]
    assert.equal(second.parameters.switchhook_redial_reason, 'voicemail_followup')
    assert.equal(second.parameters.who, odd.who)
    assert.equal(query(asked(twilio, 'create_call')[1].body.StatusCallback).sh_attempt, '2')
  })
)

test(
  'TwiML of its own, or its URL: variables stand where the operator wants them',
  twilio(async ({ gateway, twilio, acme }) => {
    const settings = more => gateway.ask('PATCH', `/v1/agents/${acme.agent.id}`, { settings: { connect_url: null, ...more } })
    await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, numbers: [acme.number.provider_id] })
    twilio.cast('*', 'busy', 'busy', 'busy')
    const twiml = '<Response>\n\t<Say>Hello {{who}}</Say>\r\n</Response>\n'
    await settings({ twiml, machine_detection: 'off', record: true })
    await acme.place({ to: '+12135550171', variables: { who: 'A & B' } })
    await settings({ twiml: null, twiml_url: 'https://voice.example.com/twiml?who={{who}}', ring_timeout_s: '20', machine_detection: null })
    await acme.place({ to: '+12135550172', variables: { who: 'A & B' } })
    // An agent that has nothing to say calls with what the number is bound to; here that is the gateway itself.
    await settings({ twiml_url: null })
    const refused = await acme.request({ to_number: '+12135550173' })
    assert.deepEqual([refused.status, refused.body.code], [502, 'provider_refused'])

    const [inline, url] = asked(twilio, 'create_call').map(one => one.body)
    assert.equal(inline.Twiml, twiml.replace('{{who}}', 'A &amp; B'))
    assert.deepEqual([inline.Url, inline.MachineDetection, inline.Record], [undefined, undefined, 'true'])
    assert.equal(url.Url, 'https://voice.example.com/twiml?who=A%20%26%20B')
    assert.deepEqual([url.Timeout, url.MachineDetection, url.FallbackUrl], ['20', 'Enable', undefined])
    assert.equal(asked(twilio, 'create_call').length, 2)
    assert.equal(await acme.balance(), 10 - 2)
  })
)

test(
  'without an agent a call does what its number does',
  twilio(async ({ gateway, twilio, acme }) => {
    twilio.numbers.get(acme.from).voice_url = 'https://demo.example.net/welcome/voice/'
    await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, numbers: [acme.number.provider_id] })
    await gateway.ask('DELETE', `/v1/numbers/${acme.number.id}/agent`)
    await gateway.ask('PATCH', `/v1/numbers/${acme.number.id}`, { outbound: true })
    twilio.cast('*', 'busy')
    assert.equal((await acme.place()).status, 201)
    assert.equal(asked(twilio, 'create_call')[0].body.Url, 'https://demo.example.net/welcome/voice/')
  })
)

// ---- calls that come in ----

test(
  'a call to a number is answered by the agent that is mapped to it, and else rejected',
  twilio(async ({ gateway, twilio, acme }) => {
    await gateway.ask('PUT', `/v1/numbers/${acme.numbers[1].id}/agent`, { agent_id: acme.agent.id, inbound: true, outbound: false })
    const workspace = (await gateway.get(`/v1/workspaces/${acme.workspace.id}/webhook-url`)).url
    for (const url of [acme.webhook, workspace]) {
      acme.provider.point(twilio, url)
      const { sid } = twilio.inbound({ from: CALLEE, to: acme.numbers[1].number })
      const { twiml, parameters } = await eventually(() => twilio.calls.get(sid).twiml && twilio.calls.get(sid), 'it was answered')
      assert.match(twiml, new RegExp(`<Connect><Stream url="${MEDIA}">`))
      assert.deepEqual(parameters, {}, 'nobody gave any')
      const stored = await eventually(
        async () => (await gateway.list('/v1/calls')).find(one => one.provider_call_id === sid && one.outcome),
        'its end was stored'
      )
      assert.deepEqual([stored.direction, stored.outcome], ['inbound', 'terminal'])
    }
    const { sid } = twilio.inbound({ from: CALLEE, to: acme.numbers[2].number })
    assert.match((await eventually(() => twilio.calls.get(sid).twiml && twilio.calls.get(sid), 'it was answered')).twiml, /<Reject\/>/)
  })
)

test(
  'callers who are no numbers are shown as what they are',
  twilio(async ({ gateway, twilio, acme }) => {
    for (const from of ['sip:ada@example.com', 'client:ada', '28746', 'anonymous', '+266696687']) {
      const { sid } = twilio.inbound({ from, to: acme.from })
      const stored = await eventually(
        async () => (await gateway.list('/v1/calls')).find(one => one.provider_call_id === sid && one.outcome),
        `${from} was stored`
      )
      assert.equal(stored.from_number, from === '+266696687' ? 'anonymous' : from)
    }
    assert.equal(asked(twilio, 'create_call').length, 0, 'nobody of them is called')
  })
)

// ---- lost answers ----

for (const kind of ['accept_drop_answer', 'accept_then_500', 'accept_then_503', 'reset_after_first_byte', 'accept_garbled'])
  test(
    `a lost answer (${kind}): the first callback settles it, and no list is asked`,
    twilio(async ({ twilio, acme }) => {
      twilio.fault('create_call', kind)
      twilio.cast('*', 'answers')
      const call = await acme.place()
      await acme.latest(call.callback_id, 'completed')
      assert.deepEqual(Object.values(twilio.rings.by_dial), [1])
      assert.equal(asked(twilio, 'list_calls').length, 0)
      assert.equal(await acme.balance(), 9)
    })
  )

test(
  'a lost answer without callbacks: the events of a call to that callee, a quarter of an hour after its end',
  twilio(async all => {
    const { twilio, clock, acme } = all
    twilio.cast('*', 'no_answer', 'busy')
    twilio.fault('hooks', 'never', { times: null })
    twilio.fault('create_call', 'accept_drop_answer')
    const call = await acme.place()
    assert.equal(call.status, 202)
    // Another program of the account calls the same callee at the same time.
    twilio.place({ From: acme.from, To: CALLEE, Url: 'https://other.example/twiml', StatusCallback: 'https://other.example/?sh_dial_id=x' })
    for (const step of ['6s', '30s', '2m', '5m']) {
      await clock.forward(step)
      await eventually(() => asked(twilio, 'list_calls').length > 0, 'the list was asked')
    }
    assert.equal((await acme.chain(call.callback_id)).at(-1).state, 'dialling', 'nothing is known yet')
    assert.equal(asked(twilio, 'list_call_events').length, 0)
    await acme.latestInTime(call.callback_id, 'scheduled')
    assert.equal((await acme.chain(call.callback_id))[0].outcome, 'no_answer')
    assert.equal(acme.dials.length, 1)
    assert.equal(new Set(asked(twilio, 'list_call_events').map(one => one.path)).size, 2, 'both calls were asked')
    assert.equal(twilio.rings.by_number[CALLEE], 2, 'theirs and ours')
  })
)

test(
  'a call that still rings keeps the dial open beyond the verdict',
  twilio(
    async all => {
      const { twilio, clock, acme } = all
      twilio.cast('*', 'keeps_ringing')
      twilio.fault('hooks', 'never', { times: null })
      twilio.fault('create_call', 'accept_drop_answer')
      const call = await acme.place()
      // Another program's call to the same callee has ended: that it is not the one says nothing about the one that rings.
      const other = twilio.place({ From: acme.from, To: CALLEE, Url: 'https://other.example/twiml' })
      twilio.play(other.sid ?? other.id, 'busy')
      for (const step of ['6s', '30s', '2m', '10m', '10m', '30m']) {
        const before = asked(twilio, 'list_calls').length
        await clock.forward(step)
        await eventually(() => asked(twilio, 'list_calls').length > before, 'the list was asked')
        assert.equal((await acme.chain(call.callback_id)).at(-1).state, 'dialling')
      }
      twilio.play(only(twilio).id, 'busy')
      await acme.passTime(async () => (await acme.chain(call.callback_id))[0].outcome === 'busy', 'its end was seen')
      assert.ok(Object.values(twilio.rings.by_dial).every(rings => rings === 1))
    },
    { twilio: { settings: { instant: false } } }
  )
)

test(
  'what no list shows is parked, and a late callback is believed',
  twilio(async all => {
    const { gateway, twilio, acme } = all
    twilio.settings.list_lag_ms = Infinity
    twilio.cast('*', 'declines')
    twilio.fault('hooks', 'held', { times: null })
    twilio.fault('create_call', 'accept_drop_answer')
    const call = await acme.place()
    await acme.latestInTime(call.callback_id, 'parked')
    assert.equal(acme.dials.length, 1)
    assert.equal((await acme.request({ to_number: CALLEE })).status, 409, 'the callee is held')
    assert.equal(await gateway.metric('switchhook_dials_total', 'state="parked"'), 1)
    twilio.clearFaults('hooks')
    await twilio.release()
    await acme.scheduled(call.callback_id, { attempt: 2 })
    assert.equal((await acme.chain(call.callback_id))[0].outcome, 'no_answer')
    assert.deepEqual(twilio.rings.by_number, { [CALLEE]: 1 })
  })
)

test(
  'what never arrived is parked too: silence proves nothing',
  twilio(async all => {
    const { twilio, acme } = all
    twilio.fault('create_call', 'refuse_before_accept')
    const call = await acme.place()
    await acme.latestInTime(call.callback_id, 'parked')
    assert.equal(acme.dials.length, 1)
    assert.deepEqual(twilio.rings.by_number, {})
  })
)

test(
  'the end is not heard: the call is asked for by its id',
  twilio(async ({ twilio, clock, acme }) => {
    twilio.fault('hooks', 'never', { times: null })
    twilio.cast('*', 'no_answer')
    const call = await acme.place()
    assert.equal(call.status, 201)
    await clock.forward('11m')
    await acme.scheduled(call.callback_id, { attempt: 2, reason: 'no_answer_followup' })
    assert.equal(asked(twilio, 'get_call').length, 1)
  })
)

// ---- refusals ----

test(
  'a limit is waited for; a number that is none is not asked again; a bad key pauses the workspace',
  twilio(async ({ gateway, twilio, clock, acme }) => {
    twilio.cast('*', 'answers')
    twilio.fault('create_call', '429', { headers: { 'retry-after': '20' } })
    const limited = await acme.place()
    assert.equal(limited.status, 202)
    await clock.forward('25s')
    await acme.latest(limited.callback_id, 'completed')
    assert.deepEqual(Object.values(twilio.rings.by_dial), [1])

    twilio.fault('create_call', '400', { more: { code: 21217 } })
    const refused = await acme.request({ to_number: '+12135550177' })
    assert.deepEqual([refused.status, refused.body.code], [502, 'provider_refused'])
    assert.match(refused.body.detail, /callee_invalid/)
    const before = acme.dials.length
    await clock.forward('1h')
    assert.equal(acme.dials.length, before)
    assert.equal(await acme.balance(), 9, 'nobody was called, and nothing is charged')

    twilio.fault('create_call', '401')
    await acme.request({ to_number: '+12135550178' })
    await eventually(async () => (await gateway.get(`/v1/workspaces/${acme.workspace.id}`)).paused_reason, 'the workspace was paused')
  })
)

// ---- callbacks ----

test(
  'detection that comes after the end still counts',
  twilio(async ({ twilio, clock, acme }) => {
    twilio.settings.detection_late = true
    twilio.cast('*', 'voicemail')
    twilio.fault('hooks', 'held', { times: null })
    const call = await acme.place()
    await eventually(() => twilio.webhooks.held.some(one => one.event === 'amd'), 'all is written')
    twilio.clearFaults('hooks')
    await twilio.release(letters => letters.filter(one => one.event !== 'amd'))
    await eventually(async () => (await acme.gateway.list('/v1/calls'))[0]?.ended_at, 'the end was stored')
    assert.equal((await acme.chain(call.callback_id))[0].outcome, null, 'it is not final yet')
    twilio.resend(call.call_id, 'amd')
    await twilio.webhooks.idle()
    await clock.forward('10m')
    await acme.scheduled(call.callback_id, { attempt: 2, reason: 'voicemail_followup' })
  })
)

test(
  'callbacks out of order, twice and replayed a month later change something once',
  twilio(async ({ gateway, twilio, clock, acme }) => {
    twilio.cast('*', 'busy')
    twilio.fault('hooks', 'twice', { times: null })
    twilio.hold()
    const call = await acme.place()
    await eventually(() => twilio.webhooks.held.length === 6, 'all is written, twice')
    await twilio.release(letters => letters.toReversed())
    const row = await acme.scheduled(call.callback_id, { attempt: 2, reason: 'busy_followup' })
    twilio.cast('*', 'answers')
    await clock.set(Date.parse(row.due_at) + 1000)
    await acme.latest(call.callback_id, 'completed')
    const before = await gateway.list('/v1/calls')
    await clock.forward('30d')
    twilio.clearFaults()
    for (const id of [...twilio.calls.keys()]) twilio.resend(id)
    await twilio.webhooks.idle()
    assert.deepEqual(await gateway.list('/v1/calls'), before)
    assert.equal((await acme.chain(call.callback_id)).length, 2)
  })
)

test(
  'a callback that the gateway refuses comes again within its seconds',
  twilio(async ({ twilio, acme }) => {
    twilio.cast('*', 'answers')
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    const [{ given, attempts }] = twilio.webhooks.log.filter(one => one.event === 'completed')
    assert.equal(attempts.length, 1)
    assert.match(given, /#rc=3&rp=all&ct=2000&rt=4000$/)
  })
)

test(
  'the secondary token is believed once it is promoted, a stranger never',
  twilio(async ({ gateway, twilio, acme }) => {
    const [old, next] = [twilio.webhooks.key, '9b8a7c6d5e4f30211203f4e5d6c7b8a9']
    const credentials = more =>
      gateway.put(`/v1/workspaces/${acme.workspace.id}/credentials`, { ...acme.provider.credentials(twilio), ...more })
    await credentials({ webhook_signing_key: old, webhook_signing_key_next: next })
    twilio.webhooks.key = next
    twilio.cast('*', 'answers', 'busy')
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    twilio.webhooks.key = old

    const send = async (letter, headers) =>
      gateway.ask('POST', letter.url, undefined, { key: null, raw: letter.body, headers: { 'content-type': letter.type, ...headers } })
    const [letter] = twilio.webhooks.log.filter(one => one.event === 'completed')
    const signed = await twilio.webhooks.signed(letter, { key: 'a stranger' })
    assert.equal((await send(letter, signed)).status, 401)
    assert.equal((await send(letter, {})).status, 401)
    const good = await twilio.webhooks.signed(letter)
    assert.equal((await send({ ...letter, body: letter.body.replace('completed', 'busy') }, good)).status, 401)
    assert.equal((await send({ ...letter, url: letter.url.replace(/sh_attempt=1/, 'sh_attempt=2') }, good)).status, 401)
    assert.equal((await send(letter, good)).status, 204, 'and the letter itself is')
    const json = { ...letter, body: '{"a":1}', type: 'application/json' }
    assert.equal((await send(json, await twilio.webhooks.signed(json))).status, 401, 'nothing covers a body of JSON')
    assert.ok(!JSON.stringify(await gateway.list('/v1/activity')).includes(ACCOUNT))
  })
)

// ---- numbers ----

test(
  'numbers of all kinds are shown as what they are, and what cannot call does not',
  twilio(
    async ({ gateway, twilio, acme }) => {
      const without = { voice: false, sms: true, mms: false, fax: false }
      twilio.numbers.set('28746', newNumber('28746', 0, { capabilities: without }))
      twilio.numbers.set('+14155550129', newNumber('+14155550129', 0, { voice_receive_mode: 'fax', voice_application_sid: 'AP1' }))
      const all = await acme.importable()
      const by = Object.fromEntries(all.map(one => [one.label, one]))
      assert.equal(all.length, 6)
      assert.deepEqual([by['28746'].number, by['28746'].voice, by['28746'].sms], [null, false, false])
      assert.deepEqual([by['+14155550129'].voice, by['+14155550129'].bindings.voice_application_sid], [false, 'AP1'])
      assert.deepEqual([by['+14155550190'].number, by['+14155550190'].voice], ['+14155550190', true])
      await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, numbers: [by['28746'].provider_id] })
      const short = (await gateway.list('/v1/numbers')).find(one => one.label === '28746')
      await gateway.ask('PATCH', `/v1/numbers/${short.id}`, { outbound: true })
      const minted = await gateway.post(`/v1/numbers/${short.id}/outbound-keys`, { name: 'x' })
      const refused = await acme.request({ to_number: CALLEE, from_number: undefined }, { key: minted.key })
      assert.equal(refused.body.code, 'outbound_disabled')
      assert.match(refused.body.detail, /neither calls nor messages/)
      const sync = await gateway.ask('POST', '/v1/agents/sync', { workspace_id: acme.workspace.id })
      assert.match(sync.body.detail, /lacks agent_roster; its agents are made here: POST \/v1\/agents \(switchhook agent create\)/)
      assert.equal(asked(twilio, 'create_call').length, 0)
    },
    { twilio: { callerIds: ['+14155550190'] } }
  )
)
