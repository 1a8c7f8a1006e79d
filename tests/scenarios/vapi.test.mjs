// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What is Vapi's own, through the whole gateway: credentials of every kind, squads, a list that knows no filter for a dial, calls
// that end twice, questions about callers. The common story stands in story.test.mjs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ASSISTANT, SQUAD } from '../simulators/vapi/world.mjs'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const vapi = (body, options) => scenario(body, { provider: 'vapi', ...options })
const looks = sim => sim.requests.filter(one => one.route === 'list_calls')
const seen = (gateway, result) => gateway.metric('switchhook_webhooks_total', `result="${result}"`)

// ---- credentials ----

const CREDENTIALS = {
  'an HMAC with other names, sha512 and base64': [
    {
      type: 'hmac',
      algorithm: 'sha512',
      signatureHeader: 'X-Switch-Signature',
      timestampHeader: 'X-Switch-Time',
      signaturePrefix: 'v1=',
      signatureEncoding: 'base64'
    },
    {
      hmac_algorithm: 'sha512',
      signature_header: 'X-Switch-Signature',
      timestamp_header: 'X-Switch-Time',
      signature_prefix: 'v1=',
      signature_encoding: 'base64'
    }
  ],
  'an HMAC over method, address and body': [
    { type: 'hmac', payloadFormat: '{method} {url} {timestamp} {body}' },
    { payload_format: '{method} {url} {timestamp} {body}' }
  ],
  'an HMAC with message ids': [
    { type: 'hmac', payloadFormat: '{svix-id}.{timestamp}.{body}', messageIdHeader: 'svix-id' },
    { payload_format: '{svix-id}.{timestamp}.{body}', message_id_header: 'svix-id' }
  ],
  'a bearer token': [{ type: 'bearer' }, { webhook_scheme: 'bearer' }],
  'the shared secret of old': [
    { type: 'bearer', headerName: 'x-vapi-secret', bearerPrefixEnabled: false },
    { webhook_scheme: 'secret' }
  ]
}

for (const [name, [credential, settings]] of Object.entries(CREDENTIALS))
  test(
    `webhooks are believed that bear ${name}, and no others`,
    vapi(async ({ gateway, sim, acme }) => {
      await gateway.put(`/v1/workspaces/${acme.workspace.id}/credentials`, { ...acme.provider.credentials(sim), ...settings })
      sim.webhooks.credential = credential
      sim.cast(CALLEE, 'answers')
      const call = await acme.place()
      await acme.latest(call.callback_id, 'completed')
      assert.equal(await seen(gateway, 'unauthorized'), 0)

      const body = { message: { type: 'hang', timestamp: 1, call: { id: 'c1', type: 'inboundPhoneCall' } } }
      assert.equal((await acme.deliver(body)).status, 204)
      assert.equal((await acme.deliver(body, { key: 'another secret' })).status, 401)
      assert.equal((await acme.deliver(body, { key: null })).status, 401)
      sim.webhooks.credential = null
      assert.equal((await acme.deliver(body)).status, 401, 'the header of old, empty')
    })
  )

test(
  'the secret rotates: the old one is believed while its grace lasts',
  vapi(async ({ gateway, sim, acme }) => {
    const rotated = { ...acme.provider.credentials(sim), webhook_secret: 'whs_the_next_one' }
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/credentials`, rotated)
    const body = n => ({ message: { type: 'hang', timestamp: n, call: { id: 'c1', type: 'inboundPhoneCall' } } })
    assert.equal((await acme.deliver(body(1))).status, 204)
    assert.equal((await acme.deliver(body(2), { key: 'whs_the_next_one' })).status, 204)
    assert.equal((await acme.deliver(body(3), { key: 'whs_nobodys' })).status, 401)
  })
)

// ---- dials ----

test(
  'a squad is an agent: it is synced, dialled, and known again',
  vapi(async ({ gateway, sim, acme }) => {
    const squad = acme.agents.find(one => one.provider_agent_id === `squad:${SQUAD}`)
    assert.equal(squad.name, 'Desk squad')
    await gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: squad.id, inbound: true, outbound: true })
    sim.setServer('org', (await gateway.get(`/v1/agents/${squad.id}/webhook-url`)).url)
    sim.cast(CALLEE, 'voicemail')
    const call = await acme.place({ variables: { name: 'Zoë' } })
    const dial = await acme.expectDial()
    assert.equal(dial.squadId, SQUAD)
    assert.equal(dial.assistantId, undefined)
    assert.equal(dial.variables.name, 'Zoë')
    await acme.scheduled(call.callback_id, { attempt: 2, reason: 'voicemail_followup' })
  })
)

for (const kind of ['accept_drop_answer', 'accept_then_500', 'accept_then_429', 'accept_garbled'])
  test(
    `the answer is lost (${kind}): the call is found among others of that time, and no phone rings twice`,
    vapi(async ({ gateway, sim, clock, acme }) => {
      const stranger = { ...acme.provider.credentials(sim), to: '+12135550199' }
      await fetch(`${sim.url}/call`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stranger.api_key}` },
        body: JSON.stringify({ assistantId: ASSISTANT, phoneNumberId: sim.numbers.get(acme.from).id, customer: { number: stranger.to } })
      })
      sim.fault('create_call', kind)
      sim.fault('hooks', 'never', { times: null })
      sim.cast('*', 'answers')
      const call = await acme.place()
      assert.equal(call.status, 202, 'under way: nobody knows yet')
      await clock.forward('6s')
      await acme.latest(call.callback_id, 'completed')
      assert.equal(sim.rings.by_number[CALLEE], 1)
      assert.equal(acme.dials.length, 2, 'the stranger’s and ours')
      assert.equal(await acme.balance(), 9)
      const { query } = looks(sim)[0]
      assert.match(query, /^\?limit=100&createdAtGe=.*&createdAtLe=/)
      assert.ok(!query.includes('dial') && !query.includes(CALLEE.slice(1)), 'what is looked for is not sent')
      assert.equal(await gateway.metric('switchhook_dials_total', 'state="ambiguous"'), 1)
    })
  )

test(
  'never arrived: when the list has proved it, it is dialled once more',
  vapi(async ({ sim, acme }) => {
    sim.fault('create_call', 'refuse_before_accept')
    sim.cast('*', 'answers')
    const call = await acme.place()
    await acme.latestInTime(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 2)
    assert.equal(sim.rings.by_number[CALLEE], 1)
    const [first, second] = acme.dials.map(one => one.assistantOverrides.metadata)
    assert.equal(second.sh_attempt, first.sh_attempt, 'it took no attempt')
    assert.notEqual(second.sh_dial_id, first.sh_dial_id)
  })
)

test(
  'a call to the same number that bears no mark may be the lost one: a person decides',
  vapi(async ({ gateway, sim, acme }) => {
    sim.fault('create_call', 'refuse_before_accept')
    const call = await acme.place()
    sim.cast(CALLEE, 'answers')
    await fetch(`${sim.url}/call`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sim.apiKeys[0]}` },
      body: JSON.stringify({ assistantId: ASSISTANT, phoneNumberId: sim.numbers.get(acme.from).id, customer: { number: CALLEE } })
    })
    const parked = async () => (await gateway.metric('switchhook_dials_total', 'state="parked"')) === 1
    await acme.passTime(parked, 'it was parked')
    assert.equal((await acme.chain(call.callback_id)).length, 1)
    assert.equal(sim.rings.by_number[CALLEE], 1, 'it rang for somebody else, and not again')
  })
)

test(
  'no slot is free: nobody is rung, no attempt is taken, and it is tried again',
  vapi(async ({ sim, clock, acme }) => {
    sim.settings.concurrency_limit = 1
    sim.cast('+12135550150', 'keeps_talking')
    const talks = await acme.place({ to: '+12135550150' })
    assert.equal(talks.status, 201)
    sim.cast(CALLEE, 'answers')
    const waits = await acme.place()
    assert.equal(waits.status, 202)
    await eventually(() => sim.requests.some(one => one.status === 400), 'Vapi had no slot')
    sim.play(talks.call_id, 'answers')
    await acme.latest(talks.callback_id, 'completed')
    await clock.forward('31s')
    await acme.latest(waits.callback_id, 'completed')
    const [row] = await acme.chain(waits.callback_id)
    assert.equal(row.attempt, 1)
    assert.equal(sim.rings.by_number[CALLEE], 1)
  })
)

// ---- events ----

test(
  'the report is lost: what the status said is enough, a little later',
  vapi(async ({ sim, clock, acme }) => {
    sim.cast(CALLEE, { script: 'voicemail', hooks: ['ringing', 'in-progress', 'ended'] })
    const call = await acme.place()
    await eventually(async () => sim.webhooks.log.some(one => one.event === 'ended'), 'the end was told')
    await clock.forward('10m')
    await acme.scheduled(call.callback_id, { attempt: 2, reason: 'voicemail_followup' })
  })
)

test(
  'metadata that moved beside the overrides is found, and messages in any order say the same',
  vapi(async ({ sim, acme }) => {
    sim.settings.metadata_moved = true
    sim.hold()
    sim.cast(CALLEE, 'answers')
    const call = await acme.place()
    await sim.release(letters => letters.toReversed())
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(
      (await acme.chain(call.callback_id)).map(one => one.outcome),
      ['terminal']
    )
  })
)

test(
  'a fault in the middle of a conversation is no reason to ring again; the same fault before a word is',
  vapi(async ({ sim, acme }) => {
    const reason = 'call.in-progress.error-providerfault-openai-503-server-overloaded-error'
    sim.cast('+12135550151', { reason, turns: [['bot', 'Hello?'], ['user', 'Yes?']] })
    sim.cast('+12135550152', { reason, turns: [['bot', 'Hello?']] })
    const spoke = await acme.place({ to: '+12135550151' })
    const silent = await acme.place({ to: '+12135550152' })
    await acme.scheduled(silent.callback_id, { attempt: 2 })
    await acme.latest(spoke.callback_id, 'completed')
    assert.equal((await acme.chain(spoke.callback_id))[0].outcome, 'technical_error')
  })
)

test(
  'who asks to be called again is, and who wants no more calls is not',
  vapi(async ({ clock, sim, acme }) => {
    sim.cast('+12135550153', { script: 'asks_for_callback', in_ms: 3 * 3600000 })
    sim.cast('+12135550154', 'do_not_call')
    const again = await acme.place({ to: '+12135550153' })
    const never = await acme.place({ to: '+12135550154' })
    await acme.scheduled(again.callback_id, { attempt: 2, at: clock.now() + 3 * 3600000 })
    await acme.latest(never.callback_id, 'completed')
    const refused = await acme.request({ to_number: '+12135550154' })
    assert.equal(refused.status, 409, JSON.stringify(refused.body))
  })
)

test(
  'who calls a number that is bound to nobody is put through to its agent, or is told that nobody is there',
  vapi(async ({ gateway, sim, acme }) => {
    sim.unbind(acme.from)
    sim.setServer(acme.from, acme.webhook)
    const asked = async () => {
      const { id } = sim.inbound({ from: CALLEE, to: acme.from })
      await eventually(() => sim.calls.has(id), 'the gateway answered')
      return sim.calls.get(id)
    }
    assert.equal((await asked()).call.assistantId, ASSISTANT)
    await gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: acme.agent.id, inbound: false, outbound: true })
    const refused = await asked()
    assert.equal(refused.call.endedReason, 'assistant-request-returned-error')
    assert.match(refused.script.spoken, /does not take calls/)
  })
)
