// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The simulated Vapi, seen by the official SDK's own client and checked against the facts that are published: its samples, its
// signature vectors. What the gateway's tests rest on is proven here, without the gateway.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { VapiClient } from '@vapi-ai/server-sdk'
import { script } from './humans.mjs'
import { VapiSimulator } from './simulator.mjs'
import { HMAC } from './webhooks.mjs'
import { ASSISTANT, CARRIER_TOKEN, iso, newNumber, SQUAD } from './world.mjs'

const API = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const HOOK = 'whs_vapi_test_5f1d9c0a7b3e'
const FROM = '+14155550110'
const TO = '+12135550142'
const FACTS = new URL('../../drivers/vapi/', import.meta.url)
const read = name => JSON.parse(readFileSync(new URL(name, FACTS)))
const sample = name => read(`samples/vapi/${name}.json`)

/** A simulator, the SDK's client on it, and somebody who listens to its webhooks; all gone when the test is over. */
function simulated(body, options = {}) {
  return async () => {
    const heard = []
    const ear = { status: 204, says: undefined }
    const listener = createServer(async (req, res) => {
      const raw = Buffer.concat(await req.toArray()).toString()
      heard.push({ raw, headers: req.headers, ...JSON.parse(raw).message })
      res.writeHead(ear.status).end(ear.says && JSON.stringify(ear.says))
    })
    await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve))
    const vapi = await VapiSimulator.start({ apiKey: API, webhookKey: HOOK, numbers: [FROM, '+14155550111', '+14155550112'], ...options })
    vapi.setServer(ASSISTANT, `http://127.0.0.1:${listener.address().port}/hook`)
    const client = new VapiClient({ token: API, environment: vapi.url, maxRetries: 0 })
    const place = (more = {}) =>
      client.calls.create({
        assistantId: ASSISTANT,
        phoneNumberId: vapi.numbers.get(FROM).id,
        customer: { number: TO },
        ...more
      })
    const delivered = async () => {
      await new Promise(setImmediate)
      await vapi.webhooks.idle()
      return heard.splice(0)
    }
    try {
      await body({ vapi, client, ear, place, delivered, url: vapi.org.server?.url ?? vapi.assistants.get(ASSISTANT).server.url })
    } finally {
      await vapi.stop()
      listener.closeAllConnections()
      listener.close()
    }
  }
}

const refused = (status, pattern) => error => {
  assert.equal(error.statusCode, status)
  assert.equal(error.body.statusCode, status)
  assert.match([error.body.message].flat().join('\n'), pattern)
  return true
}
const names = (value, path = '') =>
  Array.isArray(value)
    ? value.flatMap(one => names(one, path + '[]'))
    : value && typeof value === 'object'
      ? Object.entries(value).flatMap(([name, one]) => [path + name, ...names(one, `${path}${name}.`)])
      : []

test(
  'the official client lists numbers, assistants and squads',
  simulated(async ({ client, vapi }) => {
    const numbers = await client.phoneNumbers.list()
    assert.deepEqual(numbers.map(one => one.number).sort(), [...vapi.numbers.keys()])
    assert.equal(numbers[0].twilioAuthToken, CARRIER_TOKEN, 'lists hold the carrier’s secret')
    assert.equal((await client.phoneNumbers.get({ id: numbers[0].id })).number, numbers[0].number)
    const assistants = await client.assistants.list()
    assert.equal(assistants.length, 3)
    assert.equal((await client.assistants.get({ id: ASSISTANT })).latestVersion, 'v3')
    assert.deepEqual((await client.squads.list()).map(one => one.id), [SQUAD])
    await assert.rejects(client.assistants.get({ id: 'nobody' }), refused(404, /Couldn't Find Assistant/))
    await assert.rejects(new VapiClient({ token: 'x', environment: vapi.url, maxRetries: 0 }).assistants.list(), refused(401, /Invalid Key/))
  })
)

test(
  'lists have bounds and no pages: newest first or oldest first, bare or wrapped, kept finer than shown',
  simulated(async ({ client, vapi, place }) => {
    const at = Date.parse('2026-09-09T07:00:00.000Z')
    for (let n = 0; n < 5; n++) vapi.numbers.set(`+1415555020${n}`, newNumber(`+1415555020${n}`, { at: at + n * 1000 }))
    const old = await client.phoneNumbers.list({ createdAtLe: iso(at + 4001), limit: 2 })
    assert.deepEqual(old.map(one => one.number), ['+14155550204', '+14155550203'])
    const rest = await client.phoneNumbers.list({ createdAtLe: old[1].createdAt })
    assert.ok(!rest.some(one => one.id === old[1].id), 'the row itself was made a little later than it shows')
    vapi.settings.oldest_first = true
    assert.equal((await client.phoneNumbers.list({ limit: 1 }))[0].number, '+14155550200')
    vapi.settings.wrapped_lists = true
    assert.equal((await client.phoneNumbers.list({ limit: 1 })).results.length, 1)
    const page = await (await fetch(`${vapi.url}/v2/phone-number?page=2&limit=5`, { headers: { authorization: `Bearer ${API}` } })).json()
    assert.deepEqual([page.results.length, page.metadata.hasNextPage, page.metadata.totalItems], [3, false, 8])

    const call = await place()
    assert.deepEqual((await client.calls.list({ id: call.id })).map(one => one.id), [call.id])
    assert.deepEqual(await client.calls.list({ assistantId: 'other' }), [])
    const ask = async query => (await fetch(`${vapi.url}/call?${query}`, { headers: { authorization: `Bearer ${API}` } })).status
    for (const query of ['name=x', 'status=ended', 'limit=1001', 'createdAtGe=soon']) assert.equal(await ask(query), 400, query)
  })
)

test(
  'a call is created, found, read, and reported; every field is one that the samples have',
  simulated(async ({ client, vapi, place, delivered }) => {
    vapi.cast(TO, 'answers')
    const metadata = { sh_dial_id: 'd-1', sh_callback_id: 'c-1', sh_attempt: '1' }
    const call = await place({
      name: 'd-1',
      customer: { number: TO, externalId: 'd-1' },
      assistantOverrides: { variableValues: { name: 'Zoë' }, metadata }
    })
    assert.equal(call.status, 'queued')
    assert.equal(call.subscriptionLimits.concurrencyBlocked, false)
    const read = await client.calls.get({ id: call.id })
    assert.equal(read.endedReason, 'customer-ended-call')
    assert.deepEqual(read.assistantOverrides.metadata, metadata)
    assert.deepEqual((await client.calls.list({ createdAtGe: call.createdAt })).map(one => one.name), ['d-1'])
    assert.deepEqual(vapi.rings.by_dial, { 'd-1': 1 })
    assert.deepEqual(vapi.rings.by_attempt, { 'c-1/1': 1 })

    const told = await delivered()
    assert.deepEqual(
      told.map(({ type, status }) => (status ? `${type} ${status}` : type)),
      ['status-update ringing', 'status-update in-progress', 'conversation-update', 'hang', 'status-update ended', 'end-of-call-report']
    )
    const report = told.at(-1)
    assert.match(report.artifact.transcript, /^AI: Hello.*\nUser: /)
    assert.notEqual(report.artifact.presignedMonoUrl, undefined)
    assert.equal(report.call.artifact, undefined, 'the call inside a message has no results')
    assert.equal(report.phoneNumber.twilioAuthToken, CARRIER_TOKEN, 'webhooks carry the carrier’s secret')

    const known = new Set([
      ...names(sample('end-of-call-report.customer-ended').message),
      ...names(sample('status-update.ended').message),
      ...names(sample('api.call.get')),
      'phoneNumber.twilioAuthToken',
      'assistantOverrides.metadata.sh_callback_id',
      'call.assistantOverrides.metadata.sh_callback_id',
      'assistantOverrides.metadata.sh_attempt',
      'call.assistantOverrides.metadata.sh_attempt'
    ])
    const invented = list => list.filter(name => !known.has(name) && !/variableValues|structuredOutputs|server\./.test(name))
    assert.deepEqual(invented(names(JSON.parse(report.raw).message)), [])
    assert.deepEqual(invented(names(JSON.parse(told[4].raw).message)), [])
    assert.deepEqual(invented(names(vapi.calls.get(call.id).call)), [])
  })
)

test(
  'what Vapi refuses, it refuses, and creates nothing',
  simulated(async ({ client, vapi, place }) => {
    await assert.rejects(place({ customer: { number: '2135550142' } }), refused(400, /customer.number must be a valid phone number/))
    await assert.rejects(place({ phoneNumberId: FROM }), refused(400, /phoneNumberId must be a UUID/))
    await assert.rejects(place({ name: 'x'.repeat(41) }), refused(400, /name must be shorter/))
    await assert.rejects(place({ customer: { number: TO, externalId: 'x'.repeat(41) } }), refused(400, /externalId/))
    await assert.rejects(place({ metadata: {} }), refused(400, /property metadata should not exist/))
    await assert.rejects(place({ squadId: SQUAD }), refused(400, /exactly one/))
    await assert.rejects(place({ assistantId: undefined }), refused(400, /exactly one/))
    await assert.rejects(place({ assistantId: SQUAD }), refused(400, /Couldn't Find Assistant/))
    await assert.rejects(client.calls.get({ id: 'nobody' }), refused(404, /Couldn't Find Call/))
    assert.equal(vapi.calls.size, 0)

    vapi.settings.concurrency_limit = 1
    vapi.cast(TO, 'keeps_talking', 'answers')
    const talks = await place()
    await assert.rejects(place(), refused(400, /^Over Concurrency Limit$/))
    vapi.play(talks.id, 'answers')
    await place()
    assert.equal(vapi.calls.size, 2)
  })
)

test('the client of the SDK dials twice when an answer is lost, and the gateway must not', async () => {
  const vapi = await VapiSimulator.start({ apiKey: API, webhookKey: HOOK, numbers: [FROM] })
  try {
    const client = new VapiClient({ token: API, environment: vapi.url, maxRetries: 1 })
    vapi.fault('create_call', 'accept_then_503')
    await client.calls.create({ assistantId: ASSISTANT, phoneNumberId: vapi.numbers.get(FROM).id, customer: { number: TO } })
    assert.equal(vapi.rings.by_number[TO], 2)
  } finally {
    await vapi.stop()
  }
})

test('every ending that can be cast is one of Vapi’s', () => {
  const all = new Map(read('ended-reasons.json').values.map(one => [one.value, one]))
  for (const name of ['answers', 'busy', 'no_answer', 'voicemail', 'silent', 'asks_for_callback', 'do_not_call'])
    assert.ok(all.has(script(name).reason), name)
  const known = /there are (.*)/.exec(refusal(() => script('declines')))[1].split(', ')
  for (const name of known.filter(one => /-/.test(one))) {
    assert.ok(all.has(name), name)
    if (all.get(name).dialled === 'no') assert.equal(script(name).rings, false, name)
    if (all.get(name).dialled === 'yes') assert.equal(script(name).rings, true, name)
  }
  assert.ok(known.length > 40)
})

function refusal(cast) {
  try {
    cast()
  } catch (error) {
    return error.message
  }
}

test(
  'webhooks are signed by the vectors’ schemes',
  simulated(async ({ vapi }) => {
    const signer = vapi.webhooks
    let checked = 0
    for (const vector of read('vapi-vectors.json').vectors.filter(one => one.expect === 'accept')) {
      const { credential, headers, secret, body, url } = vector
      signer.credential = { ...credential, type: vector.scheme === 'hmac' ? 'hmac' : 'bearer' }
      const stamp = Object.entries(headers).find(([name]) => name === (credential.timestampHeader ?? ''))?.[1]
      if (credential.messageIdHeader || (stamp && stamp.length > 10)) continue // a random id, a time in milliseconds
      const made = await signer.signed({ url, body }, { key: secret, at: Number(stamp ?? 0) * 1000 })
      for (const [name, value] of Object.entries(made)) assert.equal(headers[name.toLowerCase()], value, `${vector.id}: ${name}`)
      checked++
    }
    assert.equal(checked, 9)
    signer.credential = null
    assert.deepEqual(await signer.signed({ url: 'https://x.example/', body: '{}' }), { 'x-vapi-secret': '' })
    signer.credential = { ...HMAC, algorithm: 'sha256', messageIdHeader: 'svix-id', payloadFormat: '{svix-id}.{timestamp}.{body}' }
    assert.match((await signer.signed({ url: 'https://x.example/', body: '{}' }))['svix-id'], /^msg_/)
  })
)

test(
  'each message is sent once, unless the server has a back-off plan',
  simulated(async ({ vapi, ear, place, delivered, url }) => {
    ear.status = 500
    await place()
    assert.equal((await delivered()).length, 3)
    vapi.setServer(ASSISTANT, url, {
      backoffPlan: { type: 'fixed', maxRetries: 2, baseDelaySeconds: 0.005, excludedStatusCodes: [401] }
    })
    await place()
    assert.equal((await delivered()).length, 9)
    ear.status = 401
    await place()
    assert.equal((await delivered()).length, 3)
  })
)

test(
  'assistant, number, organisation: the first that has a server is told, and only of what it wants',
  simulated(async ({ vapi, place, delivered, url }) => {
    vapi.setServer(ASSISTANT, null)
    await place()
    assert.equal((await delivered()).length, 0)
    vapi.setServer('org', url + '/org')
    vapi.setServer(FROM, url + '/number')
    await place()
    assert.ok(vapi.webhooks.log.every(one => one.url === url + '/number'))
    assert.equal((await delivered()).length, 3)
    vapi.assistants.get(ASSISTANT).serverMessages = ['end-of-call-report']
    await place()
    assert.deepEqual((await delivered()).map(one => one.type), ['end-of-call-report'])
  })
)

test(
  'metadata may move beside the overrides',
  simulated(async ({ vapi, place, delivered }) => {
    vapi.settings.metadata_moved = true
    await place({ assistantOverrides: { metadata: { sh_dial_id: 'd-1' } } })
    const { call } = (await delivered()).at(-1)
    assert.deepEqual([call.metadata, call.assistantOverrides], [{ sh_dial_id: 'd-1' }, {}])
  })
)

test(
  'a wish to be called again, or never again, is a structured output',
  simulated(async ({ vapi, place, delivered }) => {
    vapi.cast(TO, { script: 'asks_for_callback', in_ms: 3600000 }, 'do_not_call')
    await place()
    await place()
    const [asks, never] = (await delivered())
      .filter(one => one.type === 'end-of-call-report')
      .map(one => Object.fromEntries(Object.values(one.artifact.structuredOutputs).map(({ name, result }) => [name, result])))
    assert.equal(asks.switchhook_callback, true)
    assert.ok(Date.parse(asks.switchhook_callback_time) > Date.now())
    assert.deepEqual(never, { switchhook_do_not_call: true })
  })
)

test(
  'who calls a number that is bound to nobody is put through as its server says',
  simulated(async ({ vapi, ear, delivered, url }) => {
    vapi.unbind(FROM)
    vapi.setServer(FROM, url)
    const calls = async says => {
      Object.assign(ear, { status: 200, says })
      const { id } = vapi.inbound({ from: TO, to: FROM })
      const told = await delivered()
      assert.equal(told[0].type, 'assistant-request')
      assert.equal(told[0].call.assistantId, undefined)
      return vapi.calls.get(id).call
    }
    assert.equal((await calls({ assistantId: ASSISTANT, assistantOverrides: { variableValues: { a: 'b' } } })).endedReason, 'customer-ended-call')
    assert.equal((await calls({ squadId: SQUAD })).squadId, SQUAD)
    assert.equal((await calls({ error: 'Not now.' })).endedReason, 'assistant-request-returned-error')
    assert.equal((await calls({})).endedReason, 'assistant-request-returned-no-assistant')
    assert.equal((await calls()).endedReason, 'assistant-request-failed')
    const bound = vapi.inbound({ from: TO, to: '+14155550111' })
    assert.equal(bound.assistantId, ASSISTANT)
  })
)
