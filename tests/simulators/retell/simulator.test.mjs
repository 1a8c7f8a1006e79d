// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The simulated Retell, seen by the official SDK's own client and checked against the facts that are published. What
// the gateway's tests rest on is proven here, without the gateway.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import Retell from 'retell-sdk'
import { symmetric } from 'retell-sdk/lib/webhook_auth'
import { RetellSimulator } from './simulator.mjs'

const API = 'key_0123456789abcdef'
const HOOK = 'key_fedcba9876543210'
const FROM = '+14155550100'
const TO = '+12135550142'
const AGENT = 'agent_0f3a9c51d27e4b86a1c2d3e4f5'

/** A simulator, the SDK's client on it, and somebody who listens to its webhooks; all gone when the test is over. */
function simulated(body, options = {}) {
  return async t => {
    const heard = []
    const ear = { status: 204 }
    const listener = createServer(async (req, res) => {
      const raw = Buffer.concat(await req.toArray()).toString()
      heard.push({ raw, signature: req.headers['x-retell-signature'], ...JSON.parse(raw) })
      res.writeHead(typeof ear.status === 'function' ? ear.status(heard.at(-1)) : ear.status).end()
    })
    await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve))
    const retell = await RetellSimulator.start({
      apiKey: API,
      webhookKey: HOOK,
      numbers: [FROM, '+14155550101', '+14155550102'],
      webhooks: { spacing_ms: [5, 5, 5] },
      ...options
    })
    retell.account.webhook_url = `http://127.0.0.1:${listener.address().port}/hook`
    const client = new Retell({ apiKey: API, baseURL: retell.url, maxRetries: 0 })
    const place = (more = {}) => client.call.createPhoneCall({ from_number: FROM, to_number: TO, ...more })
    // The answer to a request leaves before the webhooks; then they are waited for.
    const delivered = async () => {
      await new Promise(setImmediate)
      await retell.webhooks.idle()
    }
    try {
      await body({ retell, client, heard, ear, place, delivered, t })
    } finally {
      await retell.stop()
      listener.closeAllConnections()
      listener.close()
    }
  }
}

const refused = status => error =>
  error.status === status && error.error.status === 'error' && typeof error.error.message === 'string'
const eventually = async (check, what) => {
  const end = Date.now() + 60000
  while (!check()) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

test(
  'the official client lists numbers, agents and their versions',
  simulated(async ({ client }) => {
    const numbers = await client.phoneNumber.list()
    assert.deepEqual(
      numbers.items.map(one => one.phone_number),
      [FROM, '+14155550101', '+14155550102']
    )
    assert.equal(numbers.has_more, false)
    assert.equal((await client.phoneNumber.retrieve(FROM)).outbound_agents[0].agent_id, AGENT)

    const agents = await client.agent.list()
    assert.deepEqual(
      agents.items.map(one => one.channel),
      ['voice', 'voice', 'chat']
    )
    assert.deepEqual(
      (await client.agent.list({ filter_criteria: { channel: { type: 'string', op: 'eq', value: 'chat' } } })).items.length,
      1
    )
    assert.equal((await client.agent.retrieve(AGENT)).version, 9)
    assert.equal((await client.agent.retrieve(AGENT, { version: 7 })).is_published, true)
    assert.equal((await client.chatAgent.retrieve('agent_chat_77')).agent_name, 'SMS Helper')
    assert.equal((await client.concurrency.retrieve()).concurrency_limit, 20)
  })
)

test(
  'pages follow each other by opaque keys',
  simulated(async ({ client, place }) => {
    const seen = []
    let page
    do {
      page = await client.phoneNumber.list({ limit: 2, ...(page && { pagination_key: page.pagination_key }) })
      seen.push(...page.items.map(one => one.phone_number))
    } while (page.has_more)
    assert.equal(seen.length, 3)
    assert.equal(new Set(seen).size, 3)

    const ids = []
    for (let n = 0; n < 5; n++) ids.push((await place()).call_id)
    const first = await client.call.list({ limit: 2 })
    const late = await place()
    const second = await client.call.list({ limit: 2, pagination_key: first.pagination_key })
    assert.deepEqual(
      [...first.items, ...second.items].map(one => one.call_id),
      ids.toReversed().slice(0, 4),
      'a newer call does not shift the pages'
    )
    assert.equal((await client.call.list({ include_total: true })).total, 6)
    assert.equal((await client.call.list({ sort_order: 'ascending' })).items.at(-1).call_id, late.call_id)
    await assert.rejects(client.call.list({ limit: 1001 }), refused(400))
    await assert.rejects(client.call.list({ skip: 1, pagination_key: first.pagination_key }), refused(400))
  })
)

test(
  'a call is created, found by its metadata, read, and reported by signed webhooks',
  simulated(async ({ client, retell, heard, place, delivered }) => {
    retell.cast(TO, 'voicemail')
    const call = await place({
      metadata: { sh_dial_id: 'd-1', sh_callback_id: 'c-1', sh_attempt: '1' },
      retell_llm_dynamic_variables: { name: 'Zoë Núñez' }
    })
    assert.equal(call.call_status, 'registered')
    await place({ metadata: { sh_dial_id: 'd-2' } })
    await delivered()

    const found = await client.call.list({
      filter_criteria: {
        metadata: [{ key: 'sh_dial_id', type: 'string', op: 'eq', value: 'd-1' }],
        direction: { type: 'enum', op: 'in', value: ['outbound'] },
        to_number: { type: 'string', op: 'eq', value: TO }
      }
    })
    assert.deepEqual(
      found.items.map(one => one.call_id),
      [call.call_id]
    )
    assert.equal(found.items[0].transcript, undefined)
    const whole = await client.call.retrieve(call.call_id)
    assert.equal(whole.disconnection_reason, 'voicemail_reached')
    assert.equal(whole.call_analysis.in_voicemail, true)
    assert.ok(whole.transcript)

    const events = heard.filter(one => one.call.call_id === call.call_id)
    assert.deepEqual(
      events.map(one => one.event),
      ['call_started', 'call_ended', 'call_analyzed']
    )
    for (const one of events) assert.equal(await Retell.verify(one.raw, HOOK, one.signature), true)
    assert.equal(await Retell.verify(events[0].raw, API, events[0].signature), false)
    assert.equal(events[0].call.disconnection_reason, undefined)
    assert.equal(events[1].call.call_analysis, undefined)
    assert.equal(events[1].call.retell_llm_dynamic_variables.name, 'Zoë Núñez')
    assert.deepEqual(retell.rings.by_attempt, { 'c-1/1': 1, '?/?': 1 })
  })
)

test(
  'who does not pick up is never a started call',
  simulated(async ({ heard, place, delivered }) => {
    await place()
    await delivered()
    assert.deepEqual(
      heard.map(one => one.event),
      ['call_ended', 'call_analyzed']
    )
    assert.equal(heard[0].call.call_status, 'not_connected')
    assert.equal(heard[0].call.start_timestamp, undefined)
    assert.equal(heard[1].call.call_analysis.custom_analysis_data, undefined)
  })
)

test('every human', async t => {
  const cases = [
    // script, status, reason, rings
    ['answers', 'ended', 'user_hangup', 1],
    ['busy', 'not_connected', 'dial_busy', 1],
    ['no_answer', 'not_connected', 'dial_no_answer', 1],
    ['never_picks_up', 'not_connected', 'dial_no_answer', 1],
    ['declines', 'not_connected', 'user_declined', 1],
    ['do_not_call', 'ended', 'user_requested_dnc', 1],
    ['silent', 'ended', 'inactivity', 1],
    ['voicemail_unnoticed', 'ended', 'agent_hangup', 1],
    ['concurrency_limit_reached', 'error', 'concurrency_limit_reached', undefined],
    ['no_valid_payment', 'error', 'no_valid_payment', undefined],
    ['invalid_destination', 'not_connected', 'invalid_destination', undefined]
  ]
  for (const [script, status, reason, rings] of cases) {
    await t.test(
      script,
      simulated(async ({ retell, client, place }) => {
        retell.cast('*', script)
        const call = await client.call.retrieve((await place()).call_id)
        assert.deepEqual([call.call_status, call.disconnection_reason], [status, reason])
        assert.equal(retell.rings.by_number[TO], rings)
      })
    )
  }
})

test(
  'a wish to be called back stands in the custom analysis',
  simulated(async ({ retell, heard, place, delivered }) => {
    retell.cast(TO, { script: 'asks_for_callback', at: '2027-03-02T10:00:00-08:00' }, 'asks_for_callback')
    await place()
    await place()
    await delivered()
    const [first, second] = heard
      .filter(one => one.event === 'call_analyzed')
      .map(one => one.call.call_analysis.custom_analysis_data)
    assert.deepEqual(first, { switchhook_callback: true, switchhook_callback_time: '2027-03-02T10:00:00-08:00' })
    assert.deepEqual(second, { switchhook_callback: true })
  })
)

test(
  'scripts queue per number, and some hold for ever',
  simulated(async ({ retell, client, place }) => {
    retell.cast(TO, 'busy', 'answers')
    retell.cast('+12135550199', 'never_picks_up')
    const reasons = []
    for (const to of [TO, '+12135550199', '+12135550199', TO, TO])
      reasons.push((await client.call.retrieve((await place({ to_number: to })).call_id)).disconnection_reason)
    assert.deepEqual(reasons, ['dial_busy', 'dial_no_answer', 'dial_no_answer', 'user_hangup', 'dial_no_answer'])
  })
)

test(
  'requests are refused as the real one does',
  simulated(async ({ retell, client, place }) => {
    await assert.rejects(place({ to_number: '2135550142' }), refused(400))
    await assert.rejects(place({ to_number: '+0135550142' }), refused(400))
    await assert.rejects(place({ retell_llm_dynamic_variables: { attempt: 2 } }), refused(400))
    await assert.rejects(place({ custom_sip_headers: { Tenant: 'x' } }), refused(400))
    await assert.rejects(place({ from_number: '+14155559999' }), refused(422))
    await assert.rejects(place({ override_agent_id: 'agent_nobody' }), refused(422))
    await assert.rejects(place({ override_agent_id: 'agent_chat_77' }), refused(422))
    await assert.rejects(place({ override_agent_id: AGENT, override_agent_version: 8 }), refused(422))
    await assert.rejects(client.call.retrieve('call_nobody'), refused(422))
    await assert.rejects(client.phoneNumber.retrieve('+14155559999'), refused(422))
    await assert.rejects(client.call.list({ filter_criteria: { to: { type: 'string', op: 'eq', value: TO } } }), refused(400))
    await assert.rejects(
      client.call.list({ filter_criteria: { call_status: { type: 'enum', op: 'in', value: ['registered'] } } }),
      refused(400)
    )
    await assert.rejects(new Retell({ apiKey: HOOK, baseURL: retell.url, maxRetries: 0 }).agent.list(), refused(401))
    await assert.rejects(client.get('/v9/nothing'), refused(404))
    assert.deepEqual(retell.rings.by_number, {})
  })
)

test(
  'filters of v3 and of its predecessor',
  simulated(async ({ retell, client, place }) => {
    retell.cast(TO, 'answers')
    const call = await place({ metadata: { sh_dial_id: 'd-1', n: 3 } })
    await place()
    const ids = async filters => (await client.call.list({ filter_criteria: filters })).items.map(one => one.call_id)
    const number = (op, value) => ({ type: 'number', op, value })
    assert.deepEqual(await ids({ start_timestamp: number('gt', 0) }), [call.call_id], 'who never connected has no start')
    assert.deepEqual(await ids({ start_timestamp: { type: 'range', op: 'bt', value: [0, 1] } }), [])
    assert.deepEqual(await ids({ call_status: { type: 'enum', op: 'in', value: ['ended'] } }), [call.call_id])
    assert.deepEqual(await ids({ metadata: [{ key: 'n', ...number('ge', 3) }] }), [call.call_id])
    assert.deepEqual(await ids({ metadata: [{ key: 'n', type: 'string', op: 'eq', value: '3' }] }), [], 'a number is no string')
    assert.equal((await ids({ metadata: [{ key: 'n', type: 'present', op: 'np' }] })).length, 1)
    assert.equal((await ids({ from_number: { type: 'string', op: 'sw', value: '+1415' } })).length, 2)

    const old = await client.post('/v2/list-calls', {
      body: { filter_criteria: { 'metadata.sh_dial_id': ['d-1'], direction: ['outbound'] } }
    })
    assert.deepEqual(
      old.map(one => one.call_id),
      [call.call_id]
    )
    const numbers = await client.get('/list-phone-numbers')
    assert.equal(numbers.length, 3)
    assert.equal(numbers[0].outbound_agent_id, AGENT)
    retell.settings.legacy = false
    await assert.rejects(client.get('/list-phone-numbers'), refused(404))
  })
)

test(
  'what is not accepted is tried three times more',
  simulated(async ({ retell, heard, ear, place, delivered }) => {
    ear.status = ({ event }) => (event === 'call_ended' ? 503 : 204)
    retell.cast(TO, 'answers')
    await place()
    await delivered()
    assert.deepEqual(heard.map(one => one.event).toSorted(), [
      'call_analyzed',
      'call_ended',
      'call_ended',
      'call_ended',
      'call_ended',
      'call_started'
    ])
  })
)

test(
  'an agent’s own URL silences the account’s',
  simulated(async ({ retell, heard, place, delivered }) => {
    const account = retell.account.webhook_url
    retell.setAgentWebhook(AGENT, account + '?own')
    await place()
    await delivered()
    retell.setAgentWebhook(AGENT, null)
    await place()
    await delivered()
    assert.deepEqual(
      retell.webhooks.log.map(one => one.url),
      [account + '?own', account + '?own', account, account]
    )
  })
)

test(
  'webhooks are withheld, doubled, turned round and held back when told',
  simulated(async ({ retell, heard, place, delivered }) => {
    const said = async () => {
      await delivered()
      return heard.splice(0).map(one => one.event)
    }
    retell.fault('hooks', 'never', { times: 2 })
    await place()
    assert.deepEqual(await said(), [])
    retell.fault('hooks', 'twice')
    await place()
    assert.deepEqual(await said(), ['call_ended', 'call_ended', 'call_analyzed'])
    retell.cast(TO, { script: 'answers', hooks: ['call_ended', 'call_started', 'call_analyzed'] })
    await place()
    assert.deepEqual(await said(), ['call_ended', 'call_started', 'call_analyzed'])
    retell.hold()
    await place()
    assert.deepEqual(await said(), [])
    assert.equal(retell.webhooks.held.length, 2)
    await retell.release(letters => letters.toReversed())
    assert.deepEqual(await said(), ['call_analyzed', 'call_ended'])
    retell.resend([...retell.calls.keys()].at(-1), 'call_ended')
    assert.deepEqual(await said(), ['call_ended'])
  })
)

test('faults of requests, and what became of the call', async t => {
  const cases = [
    // fault, options, status that the client sees (undefined: a broken connection), rings
    ['429', { headers: { 'retry-after': '3' } }, 429, 0],
    ['500', {}, 500, 0],
    ['402', {}, 402, 0],
    ['401', {}, 401, 0],
    ['accept_then_500', {}, 500, 1],
    ['accept_then_429', {}, 429, 1],
    ['accept_drop_answer', {}, undefined, 1],
    ['reset_after_first_byte', {}, undefined, 1],
    ['refuse_before_accept', {}, undefined, 0],
    ['accept_after', { ms: 20, drop: true }, undefined, 1]
  ]
  for (const [kind, options, status, rings] of cases) {
    await t.test(
      kind,
      simulated(async ({ retell, place }) => {
        retell.fault('create_phone_call', kind, options)
        await assert.rejects(place(), error => error.status === status)
        await eventually(() => (retell.rings.by_number[TO] ?? 0) === rings, `${rings} rings`)
        await place()
        assert.equal(retell.rings.by_number[TO], rings + 1, 'a fault spoils one request')
      })
    )
  }
  await t.test(
    'slow',
    simulated(async ({ retell, place }) => {
      retell.fault('create_phone_call', 'slow', { ms: 50 })
      const before = performance.now()
      await place()
      assert.ok(performance.now() - before >= 49)
    })
  )
  await t.test(
    'hook_before_answer',
    simulated(async ({ retell, heard, place }) => {
      retell.fault('create_phone_call', 'hook_before_answer')
      await place()
      assert.equal(heard.length, 2)
    })
  )
  await t.test(
    'list_never',
    simulated(async ({ retell, client, place }) => {
      retell.fault('create_phone_call', 'list_never', { to: TO })
      await place()
      assert.equal((await client.call.list()).items.length, 0)
      await place()
      assert.equal((await client.call.list()).items.length, 1)
    })
  )
  await t.test(
    'page_lost',
    simulated(async ({ retell, client, place }) => {
      await place()
      retell.fault('list_calls', 'page_lost', { times: 2 })
      const first = await client.call.list()
      assert.deepEqual([first.items, first.has_more], [[], true])
      await assert.rejects(client.call.list({ pagination_key: first.pagination_key }), Retell.APIConnectionError)
      assert.equal((await client.call.list()).items.length, 1)
    })
  )
  await t.test(
    'goes_round',
    simulated(async ({ retell, client }) => {
      retell.fault('list_phone_numbers', 'goes_round', { pages: 2, times: null })
      const keys = []
      for (let page; keys.length < 4; keys.push(page.pagination_key)) {
        page = await client.phoneNumber.list(keys.length ? { pagination_key: keys.at(-1) } : {})
        assert.deepEqual([page.items.length, page.has_more], [3, true])
      }
      assert.deepEqual([keys[0], keys[1]], [keys[2], keys[3]])
      assert.notEqual(keys[0], keys[1])
    })
  )
  await t.test(
    'one for another number waits',
    simulated(async ({ retell, place }) => {
      retell.fault('create_phone_call', '500', { to: FROM })
      await place()
      assert.equal(retell.rings.by_number[TO], 1)
    })
  )
  await t.test(
    'hooks held for one number',
    simulated(async ({ retell, heard, place, delivered }) => {
      retell.fault('hooks', 'held', { to: TO, times: 1 })
      await place()
      await delivered()
      assert.equal(heard.length, 1)
      await retell.webhooks.letGo(FROM)
      assert.equal(heard.length, 1)
      await retell.webhooks.letGo(TO)
      assert.equal(heard.length, 2)
    })
  )
  await t.test(
    'hooks of a dial that nobody knows',
    simulated(async ({ retell, heard, place, delivered }) => {
      retell.fault('hooks', 'unknown_dial')
      await place()
      await delivered()
      const [strange, real] = heard.map(one => one.call)
      assert.equal(strange.call_id, real.call_id + '_')
    })
  )
  await t.test(
    'kept_connection_dies',
    simulated(async ({ retell }) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const ask = () =>
        new Promise((resolve, reject) => {
          get(retell.url + '/get-concurrency', { agent, headers: { authorization: `Bearer ${API}` } }, res =>
            res.resume().on('end', () => resolve(res.statusCode))
          ).on('error', reject)
        })
      retell.fault('get_concurrency', 'kept_connection_dies')
      assert.equal(await ask(), 200, 'a fresh connection is spared')
      await assert.rejects(ask(), { code: 'ECONNRESET' })
      assert.equal(await ask(), 200)
      agent.destroy()
    })
  )
  await t.test(
    'away',
    simulated(async ({ retell, client }) => {
      await retell.away()
      await assert.rejects(client.agent.list(), Retell.APIConnectionError)
      await retell.listen()
      await client.agent.list()
    })
  )
})

test('calls take their time by a told clock', async t => {
  const dir = mkdtempSync(join(tmpdir(), 'retell-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'clock')
  const tell = ms => writeFileSync(file, String(ms))
  tell(3600000)
  await simulated(
    async ({ retell, client, heard, place }) => {
      retell.cast(TO, 'answers', 'keeps_ringing')
      const { call_id: id } = await place()
      const status = async () => (await client.call.retrieve(id)).call_status
      assert.equal(await status(), 'registered')
      assert.equal((await client.call.list()).items.length, 0, 'one that rings is not listed')
      tell(3605000)
      await eventually(() => heard.length === 1, 'call_started')
      assert.equal(await status(), 'ongoing')
      assert.equal((await client.concurrency.retrieve()).current_concurrency, 1)
      tell(3634000)
      await eventually(() => heard.length === 2, 'call_ended')
      tell(3645000)
      await eventually(() => heard.length === 3, 'call_analyzed')
      const call = await client.call.retrieve(id)
      assert.ok(call.duration_ms >= 30000 && call.duration_ms < 40000)
      assert.ok(Math.abs(call.end_timestamp - Date.now() - 3634000) < 60000)
      const { raw, signature } = heard[2]
      assert.equal(await Retell.verify(raw, HOOK, signature), false, 'by the machine’s clock the signature is an hour off')
      assert.equal(await symmetric.verify(raw, HOOK, signature, { timestamp: Date.now() + 3645000 }), true)

      const other = await place()
      retell.settings.instant = true
      retell.play(other.call_id, 'answers')
      await eventually(() => heard.length === 6, 'the rest of the second call')
      retell.settings.list_lag_ms = 900000
      await place()
      assert.equal((await client.call.list()).items.length, 0)
      tell(3645000 + 900000)
      assert.equal((await client.call.list()).items.length, 3)
    },
    { trialClock: file, settings: { instant: false } }
  )(t)
})

test(
  'a call is stopped, one comes in, an SMS chat begins and ends',
  simulated(async ({ retell, client, heard, place, delivered }) => {
    retell.cast(TO, 'keeps_talking')
    const { call_id: id } = await place()
    await eventually(() => heard.length === 1, 'call_started')
    await client.post(`/v2/stop-call/${id}`)
    await delivered()
    assert.equal((await client.call.retrieve(id)).disconnection_reason, 'manual_stopped')
    assert.deepEqual(
      heard.splice(0).map(one => one.event),
      ['call_started', 'call_ended', 'call_analyzed']
    )

    retell.inbound({ from: TO, to: FROM, script: 'asks_for_callback' })
    await delivered()
    assert.deepEqual(
      heard.splice(0).map(one => one.call.direction),
      ['inbound', 'inbound', 'inbound']
    )
    assert.deepEqual(retell.rings.by_number, { [TO]: 1 }, 'an inbound call rings nobody')

    await assert.rejects(client.chat.createSMSChat({ from_number: FROM, to_number: TO }), refused(422))
    const chat = await client.chat.createSMSChat({ from_number: FROM, to_number: TO, override_agent_id: 'agent_chat_77' })
    await delivered()
    retell.endChat(chat.chat_id)
    await delivered()
    assert.deepEqual(
      heard.map(one => one.event),
      ['chat_started', 'chat_ended', 'chat_analyzed']
    )
  })
)

test(
  'the back door does what a shell asks',
  simulated(async ({ retell, client, place, delivered }) => {
    const ask = async (method, path, body) => {
      const res = await fetch(`${retell.url}/_sim/${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
      return { status: res.status, ...(await res.json()) }
    }
    await ask('POST', 'scripts', { to: TO, scripts: ['busy', { script: 'asks_for_callback', in_ms: 1000 }] })
    await ask('POST', 'faults', { on: 'create_phone_call', kind: '500' })
    await ask('PUT', `agents/${AGENT}`, { webhook_url: retell.account.webhook_url + '?agent' })
    await assert.rejects(place(), refused(500))
    await place()
    await delivered()
    const state = await ask('GET', 'state?only=rings,scripts,requests,webhooks')
    assert.deepEqual(state.rings.by_number, { [TO]: 1 })
    assert.deepEqual(state.scripts, { [TO]: ['asks_for_callback'] })
    assert.deepEqual(
      state.requests.map(one => [one.route, one.status]),
      [
        ['create_phone_call', 500],
        ['create_phone_call', 201]
      ]
    )
    assert.ok(state.webhooks.every(one => one.url.endsWith('?agent')))
    assert.equal((await ask('POST', 'scripts', { to: TO, scripts: ['sings'] })).status, 400)
    assert.equal((await ask('GET', 'nothing')).status, 404)
    await ask('DELETE', 'state')
    assert.equal((await client.call.list()).items.length, 0)
  })
)

test('on its own it says where it is, and ends when told', async () => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'main.mjs'), '--port', '0', '--api-key', API, '--webhook-key', HOOK, '--numbers', FROM],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  const exited = new Promise(resolve => child.once('exit', resolve))
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    const client = new Retell({ apiKey: API, baseURL: JSON.parse(line).url, maxRetries: 0 })
    assert.equal((await client.phoneNumber.list()).items[0].phone_number, FROM)
  } finally {
    child.kill('SIGTERM')
  }
  assert.equal(await exited, 0)
})
