// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The simulated Twilio seen by Twilio's own client, and against the published samples and signature vectors: what the gateway's
// tests rest on is proven here, without the gateway.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import twilio from 'twilio'
import { readForm } from '../lib/form.mjs'
import { parametersOf, TwilioSimulator } from './simulator.mjs'
import { overrides, signedUrl, TwilioWebhooks } from './webhooks.mjs'
import { ACCOUNT, date } from './world.mjs'

const FROM = '+14155550100'
const TO = '+14155550123'
const TOKEN = '3f1c9a7be2d04856a1b0c9d8e7f60514'
const KEY = 'SK00000000000000000000000000000f01'
const published = name => readFileSync(new URL(`../../drivers/twilio/${name}`, import.meta.url), 'utf8')
const vectors = JSON.parse(published('twilio-vectors.json'))
const sample = name => JSON.parse(published(`samples/twilio/${name}.json`))
const form = name => Object.fromEntries(new URLSearchParams(published(`samples/twilio/${name}.txt`)))
const keys = object => Object.keys(object).toSorted()
const TWIML =
  '<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="wss://a"><Parameter name="who" value="A &amp; B"/></Stream></Connect></Response>'

/** Twilio's own client, which is told that api.twilio.com is here. */
class Here extends twilio.RequestClient {
  constructor(url) {
    super({ timeout: 60000, autoRetry: false })
    this.url = url
  }
  request(options) {
    return super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', this.url) })
  }
}

/** A simulator, Twilio's client of it, and somebody who listens to its webhooks; all gone when the test is over. */
function simulated(body, options = {}) {
  return async t => {
    const folder = mkdtempSync(join(tmpdir(), 'twilio-'))
    const trialClock = join(folder, 'clock')
    writeFileSync(trialClock, '0')
    const heard = []
    const ear = { answer: () => ({ status: 204 }) }
    const listener = createServer(async (req, res) => {
      const raw = Buffer.concat(await req.toArray()).toString()
      const params = req.method === 'GET' ? readForm(req.url.split('?')[1] ?? '') : readForm(raw)
      const one = { method: req.method, path: req.url, raw, params, headers: req.headers }
      heard.push(one)
      const { status, type, text = '' } = ear.answer(one)
      res.writeHead(status, type && { 'content-type': type }).end(text)
    })
    await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve))
    const sim = await TwilioSimulator.start({
      apiKey: `${KEY}:a secret`,
      webhookKey: TOKEN,
      numbers: [FROM, '+14155550101', '+14155550102'],
      callerIds: ['+14155550190'],
      trialClock,
      webhooks: { spacing_ms: [5, 5, 5] },
      ...options
    })
    const client = twilio(KEY, 'a secret', { accountSid: ACCOUNT, httpClient: new Here(sim.url) })
    const hook = `http://127.0.0.1:${listener.address().port}/hook?sh_dial_id=d1&sh_callback_id=c1&sh_attempt=1`
    const place = (more = {}) =>
      client.calls.create({
        to: TO,
        from: FROM,
        url: hook,
        statusCallback: hook,
        statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
        ...more
      })
    // The answer to a request leaves before the webhooks; then they are waited for.
    const delivered = async () => {
      await new Promise(setImmediate)
      await sim.webhooks.idle()
    }
    const forward = ms => {
      writeFileSync(trialClock, String(Number(readFileSync(trialClock, 'utf8')) + ms))
      sim.agenda.look()
    }
    try {
      await body({ sim, client, place, heard, ear, hook, delivered, forward, t })
    } finally {
      await sim.stop()
      listener.closeAllConnections()
      listener.close()
      rmSync(folder, { recursive: true })
    }
  }
}

const refusal = (status, code) => error => error.status === status && error.code === code

test('signs as the published vectors do', async () => {
  const webhooks = new TwilioWebhooks({ key: TOKEN, clock: { now: () => 0 }, faults: {} })
  const good = vectors.vectors.filter(one => one.must === 'accept' && one.key === 'main' && one.signed_url === one.url && !one.body_base64)
  assert.ok(good.length > 15)
  for (const { id, url, body, method, content_type: type, header } of good) {
    // What is kept with its port is another product's.
    if (signedUrl(url) !== url) continue
    const { 'x-twilio-signature': signature } = await webhooks.signed({ url, body, method, type: type ?? '' })
    assert.equal(signature, header, id)
  }
  for (const { file, url, header } of vectors.signed_samples) {
    const body = published(file)
    assert.equal((await webhooks.signed({ url, body }))['x-twilio-signature'], header, file)
    assert.ok(twilio.validateRequest(TOKEN, header, url, readForm(body)), file)
  }
})

test('knows what stands behind the # of a URL, and what is signed of it', () => {
  assert.equal(signedUrl('https://a.example:8443/h?x=1#rc=3'), 'https://a.example/h?x=1')
  assert.equal(signedUrl('http://a.example:8080/h'), 'http://a.example:8080/h')
  assert.equal(signedUrl('https://user:pass@a.example/h'), 'https://a.example/h')
  assert.equal(signedUrl('https://[2001:db8::1]:443/h'), 'https://[2001:db8::1]/h')
  const usual = overrides('https://a.example/h')
  assert.equal(usual.retries, 1)
  assert.deepEqual([usual.after({ status: 503 }), usual.after({ error: 'ECONNREFUSED' }), usual.after({ error: 'TimeoutError' })], [false, true, false])
  const all = overrides('https://a.example/h#rc=3&rp=all')
  assert.equal(all.retries, 3)
  assert.ok(all.after({ status: 404 }) && all.after({ status: 503 }) && all.after({ error: 'TimeoutError' }))
  assert.equal(all.after({ status: 204 }), false)
})

test(
  'shows numbers and caller ids, page by page, to its own client',
  simulated(async ({ sim, client }) => {
    const found = await client.incomingPhoneNumbers.list({ pageSize: 2 })
    assert.deepEqual(
      found.map(one => one.phoneNumber),
      [FROM, '+14155550101', '+14155550102']
    )
    assert.ok(found.every(one => one.capabilities.voice && /^PN[0-9a-f]{32}$/.test(one.sid)))
    assert.deepEqual(
      (await client.outgoingCallerIds.list()).map(one => one.phoneNumber),
      ['+14155550190']
    )
    const row = [...sim.numbers.values()][0]
    assert.deepEqual(keys({ ...row, uri: '' }), keys(sample('api.list-numbers.page1').incoming_phone_numbers[0]))
    const other = twilio(KEY, 'wrong', { accountSid: ACCOUNT, httpClient: new Here(sim.url) })
    await assert.rejects(other.incomingPhoneNumbers.list(), refusal(401, 20003))
    const stranger = twilio(KEY, 'a secret', { accountSid: 'AC00000000000000000000000000000a02', httpClient: new Here(sim.url) })
    await assert.rejects(stranger.incomingPhoneNumbers.list(), refusal(404, 20404))
    const token = twilio(ACCOUNT, TOKEN, { httpClient: new Here(sim.url) })
    assert.equal((await token.incomingPhoneNumbers.list()).length, 3)
  })
)

test(
  'places calls as its own client asks, and shows them in the shapes that are published',
  simulated(async ({ sim, client, place, delivered }) => {
    sim.cast(TO, 'answers', 'busy')
    const made = await place()
    assert.equal(made.status, 'queued')
    assert.equal(made.direction, 'outbound-api')
    assert.ok(!(made.dateCreated > 0))
    const fetched = await client.calls(made.sid).fetch()
    assert.equal(fetched.status, 'completed')
    assert.equal(fetched.duration, '30')
    await place()
    await delivered()
    const [busy, answered] = await client.calls.list({ to: TO, pageSize: 1 })
    assert.deepEqual([busy.status, answered.sid], ['busy', made.sid], 'the newest first')
    assert.equal((await client.calls.list({ status: 'queued' })).length, 0)
    assert.deepEqual(keys([...sim.calls.values()][0].call), keys(sample('api.fetch-call.completed')))
    await assert.rejects(client.calls('CA00000000000000000000000000000b99').fetch(), refusal(404, 20404))
  })
)

test(
  'refuses what Twilio refuses, with its codes',
  simulated(async ({ sim, client, place }) => {
    await assert.rejects(place({ to: '12' }), refusal(400, 21211))
    await assert.rejects(place({ from: '+14155550199' }), refusal(400, 21210))
    await assert.rejects(place({ url: 'nowhere' }), refusal(400, 21205))
    await assert.rejects(place({ timeout: 601 }), refusal(400, 21208))
    await assert.rejects(place({ machineDetection: 'maybe' }), refusal(400, 21234))
    await assert.rejects(place({ statusCallbackEvent: ['sung'] }), refusal(400, 21626))
    await assert.rejects(client.calls.create({ to: TO, from: FROM }), refusal(400, 21205))
    await assert.rejects(place({ url: undefined, twiml: `<Response>${'x'.repeat(4000)}</Response>` }), refusal(400, 21200))
    assert.equal(sim.calls.size, 0)
    assert.equal((await place({ from: '+14155550190' })).from, '+14155550190', 'a caller id will do')
    const body = published('samples/twilio/api.create-call.request.txt')
    const at = `${sim.url}/2010-04-01/Accounts/${ACCOUNT}/Calls.json`
    const headers = { authorization: 'Basic ' + Buffer.from(`${KEY}:a secret`).toString('base64') }
    const post = (type, text) => fetch(at, { method: 'POST', headers: { ...headers, 'content-type': type }, body: text })
    assert.equal((await post('application/x-www-form-urlencoded', body)).status, 201, 'the published request')
    assert.equal((await post('application/json', '{"To":"+14155550123"}')).status, 400, 'JSON is refused')
  })
)

test(
  'tells of a call by signed forms, in order, as the published samples do',
  simulated(async ({ sim, place, heard, ear, hook, delivered }) => {
    ear.answer = ({ params }) => (params.SequenceNumber ? { status: 204 } : { status: 200, type: 'text/xml', text: TWIML })
    sim.cast(TO, 'voicemail')
    const { sid } = await place({ machineDetection: 'Enable', asyncAmd: 'true', asyncAmdStatusCallback: hook, record: true })
    await delivered()
    assert.deepEqual(
      heard.map(({ params }) => [params.CallStatus ?? 'amd', params.SequenceNumber]),
      [
        ['initiated', '0'],
        ['ringing', '1'],
        ['in-progress', undefined],
        ['in-progress', '2'],
        ['amd', undefined],
        ['completed', '3']
      ]
    )
    for (const { raw, headers, path } of heard) {
      assert.equal(path, new URL(hook).pathname + new URL(hook).search)
      assert.ok(twilio.validateRequest(TOKEN, headers['x-twilio-signature'], hook, readForm(raw)))
    }
    const [initiated, , voice, , amd, completed] = heard.map(one => one.params)
    assert.deepEqual(keys(initiated), keys(form('status.initiated')))
    assert.deepEqual(keys(voice), keys(form('voice.outbound-answered')))
    assert.deepEqual(keys(amd), keys(form('amd.async.machine')))
    assert.deepEqual(keys(completed), keys(form('status.completed.machine_start')))
    assert.match(completed.Timestamp, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/)
    assert.deepEqual(sim.calls.get(sid).parameters, { who: 'A & B' })
    assert.deepEqual(sim.rings.by_dial, { d1: 1 })
    assert.deepEqual(sim.rings.by_attempt, { 'c1/1': 1 })

    // Once more: the same number in the sequence.
    sim.resend(sid, 'completed')
    await delivered()
    assert.deepEqual(heard.at(-1).params, completed)
  })
)

test(
  'the answers are those of the people who are called',
  simulated(async ({ sim, place, heard, delivered }) => {
    for (const [who, status, sip] of [
      ['no_answer', 'no-answer', '487'],
      ['busy', 'busy', '486'],
      ['declines', 'busy', '603'],
      ['do_not_call', 'failed', '607'],
      ['sip_404', 'failed', '404'],
      ['failed', 'failed', undefined],
      ['canceled', 'canceled', '487'],
      ['answers', 'completed', '200']
    ]) {
      sim.cast(TO, who)
      await place({ statusCallbackEvent: ['completed'], url: undefined, twiml: '<Response/>' })
      await delivered()
      const { CallStatus, SipResponseCode, SequenceNumber } = heard.at(-1).params
      assert.deepEqual([CallStatus, SipResponseCode, SequenceNumber], [status, sip, '0'], who)
    }
    assert.equal(heard.length, 8, 'nobody asked for anything else')
    assert.throws(() => sim.cast(TO, 'asks_for_callback'), /no such script/)
  })
)

test(
  'comes again as the URL says, and asks the fallback when the TwiML is none',
  simulated(async ({ sim, place, heard, ear, hook, delivered }) => {
    ear.answer = () => ({ status: 503 })
    sim.cast(TO, 'no_answer', 'no_answer', 'answers')
    await place({ statusCallbackEvent: ['completed'] })
    await delivered()
    assert.equal(heard.length, 1, 'a 503 is final')
    await place({ statusCallbackEvent: ['completed'], statusCallback: hook + '#rc=3&rp=all' })
    await delivered()
    assert.equal(heard.length, 5)
    assert.equal(new Set(heard.slice(1).map(one => one.raw)).size, 1)

    heard.length = 0
    ear.answer = ({ path }) => (path.startsWith('/fallback') ? { status: 200, type: 'application/xml', text: TWIML } : { status: 200, text: 'hello' })
    const { sid } = await place({ statusCallbackEvent: ['completed'], fallbackUrl: hook.replace('/hook', '/fallback') })
    await delivered()
    const fallback = heard.find(one => one.path.startsWith('/fallback'))
    assert.equal(fallback.params.ErrorCode, '12100')
    assert.equal(fallback.params.ErrorUrl, hook)
    assert.equal(sim.calls.get(sid).twiml, TWIML)
  })
)

test(
  'asks by GET with everything in the query',
  simulated(async ({ sim, place, heard, hook, delivered }) => {
    sim.cast(TO, 'busy')
    await place({ statusCallbackEvent: ['completed'], statusCallbackMethod: 'GET' })
    await delivered()
    const [{ method, path, headers, params }] = heard
    assert.equal(method, 'GET')
    assert.equal(params.CallStatus, 'busy')
    assert.equal(params.sh_dial_id, 'd1')
    assert.ok(twilio.validateRequest(TOKEN, headers['x-twilio-signature'], new URL(path, hook).href, {}))
  })
)

test(
  'a call takes its time, and can be ended before',
  simulated(
    async ({ sim, client, place, forward }) => {
      sim.cast(TO, 'answers', 'keeps_ringing', 'keeps_talking')
      const one = await place()
      assert.equal((await client.calls(one.sid).fetch()).status, 'ringing')
      forward(4000)
      assert.equal((await client.calls(one.sid).fetch()).status, 'in-progress')
      forward(40000)
      const ended = await client.calls(one.sid).fetch()
      assert.deepEqual([ended.status, ended.duration], ['completed', '30'])
      const rings = await place()
      assert.equal((await client.calls(rings.sid).update({ status: 'canceled' })).status, 'canceled')
      const talks = await place()
      forward(4000)
      assert.equal((await client.calls(talks.sid).update({ status: 'completed' })).status, 'completed')
      await assert.rejects(client.calls(talks.sid).update({ status: 'completed' }), refusal(400, 21220))
    },
    { settings: { instant: false } }
  )
)

test(
  'a quarter of an hour after its end a call shows which requests it made',
  simulated(async ({ sim, client, place, hook, delivered, forward }) => {
    sim.cast(TO, 'no_answer')
    const { sid } = await place()
    await delivered()
    assert.deepEqual(await client.calls(sid).events.list(), [])
    forward(16 * 60000)
    const events = await client.calls(sid).events.list()
    assert.deepEqual(
      events.map(one => one.request.url.split('?')[0]),
      [`https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Calls.json`, ...Array(3).fill(hook.split('?')[0])]
    )
    assert.equal(events[0].request.parameters.status_callback, hook)
    assert.equal(events.at(-1).request.parameters.call_status, 'no-answer')
  })
)

test(
  'lists hide what has not begun from those who ask for days, and may lag',
  simulated(async ({ sim, client, place }) => {
    sim.settings.instant = false
    sim.cast(TO, 'sip_503', 'keeps_ringing')
    const never = await place()
    sim.calls.get(never.sid).call = { ...sim.calls.get(never.sid).call, start_time: null, status: 'queued' }
    const rings = await place()
    const day = new Date(Date.now() - 86400000)
    assert.deepEqual((await client.calls.list({ startTimeAfter: day })).map(one => one.sid), [rings.sid])
    assert.equal((await client.calls.list({ to: TO })).length, 2)
    assert.equal((await client.calls.list({ status: 'queued' }))[0].sid, never.sid)
    sim.settings.list_lag_ms = Infinity
    assert.equal((await client.calls.list({ to: TO })).length, 0)
    assert.equal((await client.calls(rings.sid).fetch()).sid, rings.sid)
  })
)

test(
  'somebody calls a number, and the number says who answers',
  simulated(async ({ sim, heard, ear, hook, delivered }) => {
    ear.answer = ({ params }) => (params.SequenceNumber ? { status: 204 } : { status: 200, type: 'text/xml', text: TWIML })
    Object.assign(sim.numbers.get(FROM), { voice_url: hook, status_callback: hook })
    const call = sim.inbound({ from: '+5511955550123', to: FROM })
    await delivered()
    const [voice, completed] = heard.map(one => one.params)
    assert.deepEqual(keys(voice), keys(form('voice.inbound.anonymous')))
    assert.equal(voice.Direction, 'inbound')
    assert.equal(completed.CallStatus, 'completed')
    assert.equal(completed.SequenceNumber, '0')
    assert.equal(heard.length, 2, 'the end, and nothing between')
    assert.deepEqual(sim.calls.get(call.sid).parameters, { who: 'A & B' })
    assert.deepEqual(sim.rings.by_number, {})
  })
)

test('small things: dates and parameters', () => {
  assert.equal(date(Date.UTC(2026, 10, 20, 23, 20, 18)), 'Fri, 20 Nov 2026 23:20:18 +0000')
  assert.equal(date(undefined), null)
  assert.deepEqual(parametersOf('<Parameter name="a&quot;" value="&lt;b&gt; &apos;"/>'), { 'a"': "<b> '" })
})
