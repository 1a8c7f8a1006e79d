// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The simulated Bland against the published samples and signature vectors. There is no client of the vendor's to see it by;
// what the gateway's tests rest on is proven here, without the gateway.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { BlandSimulator } from './simulator.mjs'
import { BlandWebhooks } from './webhooks.mjs'
import { PATHWAY, PERSONA } from './world.mjs'

const FROM = '+12025550144'
const TO = '+12025550143'
const KEY = 'org_0123456789abcdef'
const published = name => JSON.parse(readFileSync(new URL(`../../drivers/bland/${name}`, import.meta.url)))
const sample = name => published(`samples/bland/${name}.json`)
const keys = object => Object.keys(object).toSorted()
const kinds = object => Object.fromEntries(Object.entries(object).map(([name, value]) => [name, value === null ? null : typeof value]))

/** A simulator, a plain client of it, and somebody who listens to its webhooks; all gone when the test is over. */
function simulated(body, options = {}) {
  return async t => {
    const heard = []
    const ear = { status: 204 }
    const listener = createServer(async (req, res) => {
      const raw = Buffer.concat(await req.toArray()).toString()
      heard.push({ raw, path: req.url, signature: req.headers['x-webhook-signature'], body: JSON.parse(raw) })
      res.writeHead(typeof ear.status === 'function' ? ear.status(heard.at(-1)) : ear.status).end()
    })
    await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve))
    const bland = await BlandSimulator.start({
      apiKey: KEY,
      webhookKey: 'bland_whsec_test_9a8b7c6d5e4f',
      numbers: [FROM, '+12025550166', '+12025550199'],
      webhooks: { spacing_ms: [5, 5, 5] },
      ...options
    })
    bland.account.webhook_url = `http://127.0.0.1:${listener.address().port}/hook`
    const ask = async (method, path, given, headers = {}) => {
      const answer = await fetch(bland.url + path, {
        method,
        headers: { authorization: KEY, ...(given && { 'content-type': 'application/json' }), ...headers },
        ...(given && { body: JSON.stringify(given) })
      })
      return { status: answer.status, body: await answer.json() }
    }
    const place = (more = {}, headers) =>
      ask('POST', '/v1/calls', { phone_number: TO, from: FROM, pathway_id: PATHWAY, ...more }, headers)
    // The answer to a request leaves before the webhooks; then they are waited for.
    const delivered = async () => {
      await new Promise(setImmediate)
      await bland.webhooks.idle()
    }
    try {
      await body({ bland, ask, place, heard, ear, delivered, t })
    } finally {
      await bland.stop()
      listener.closeAllConnections()
      listener.close()
    }
  }
}

test('signs as the published vectors do', () => {
  const { vectors } = published('bland-vectors.json')
  const good = vectors.filter(one => one.expect === 'accept')
  assert.equal(good.length, 3)
  for (const { secret, headers, body_base64 } of good) {
    const webhooks = new BlandWebhooks({ key: secret, clock: { now: () => 0 }, faults: {} })
    assert.equal(webhooks.sign(Buffer.from(body_base64, 'base64')), headers['x-webhook-signature'])
  }
})

test(
  'shows the account, its numbers and its agents in the shapes that are published',
  simulated(
    async ({ bland, ask }) => {
      assert.deepEqual(kinds((await ask('GET', '/v1/me')).body), kinds(sample('api.me')))
      const inbound = (await ask('GET', '/v1/inbound')).body
      assert.deepEqual(keys(inbound.inbound_numbers[0]), keys(sample('api.inbound.list').inbound_numbers[0]))
      assert.deepEqual(
        inbound.inbound_numbers.map(one => one.phone_number),
        [FROM]
      )
      const own = (await ask('GET', '/v1/inbound', undefined, { encrypted_key: bland.account.encrypted_key })).body
      assert.deepEqual(
        own.inbound_numbers.map(one => one.phone_number),
        ['+12025550188']
      )
      const outbound = (await ask('GET', '/v1/outbound')).body.outbound_numbers
      assert.deepEqual(keys(outbound[0]), keys(sample('api.outbound.list').outbound_numbers[0]))
      const sip = (await ask('GET', '/v1/sip/numbers')).body
      assert.deepEqual(keys(sip.data.numbers[0]), keys(sample('api.sip-numbers.list').data.numbers[0]))
      assert.equal(sip.errors, null)

      const personas = (await ask('GET', '/v1/personas?limit=2&page=1')).body
      assert.equal(personas.data.length, 2)
      assert.deepEqual(
        keys(personas.data[0]).filter(name => name !== 'current_draft_version'),
        keys(sample('api.personas.list').data[0]).filter(name => name !== 'current_draft_version')
      )
      assert.equal((await ask('GET', '/v1/personas?limit=2&page=2')).body.data.length, 1)
      assert.deepEqual((await ask('GET', '/v1/personas?limit=2&page=3')).body.data, [])
      assert.equal((await ask('GET', '/v1/personas?limit=101')).status, 400)

      assert.equal((await ask('GET', '/v1/pathway')).body[0].id, sample('api.pathways.list.array')[0].id)
      bland.settings.pathways_as = 'wrapped'
      assert.deepEqual(
        keys((await ask('GET', '/v1/pathway')).body.pathways[0]).filter(name => !['nodes', 'edges'].includes(name)),
        keys(sample('api.pathways.list.wrapped').pathways[0])
      )
      assert.equal((await ask('GET', '/v1/agents')).body.agents[0].agent_id, sample('api.agents.list').agents[0].agent_id)
    },
    { own: ['+12025550188'] }
  )
)

test(
  'takes the published requests and answers them as published',
  simulated(async ({ bland, ask, place }) => {
    const { webhook, ...pathway } = sample('api.call.create.request.pathway')
    const first = await ask('POST', '/v1/calls', { ...pathway, from: FROM, webhook })
    assert.equal(first.status, 200)
    assert.deepEqual({ ...first.body, call_id: '' }, { ...sample('api.call.create.response'), call_id: '' })
    assert.deepEqual(bland.rings.by_dial, { [pathway.metadata.sh_dial_id]: 1 })

    bland.settings.same_number_ms = 0
    const persona = { ...sample('api.call.create.request.persona'), from: FROM }
    assert.equal((await ask('POST', '/v1/calls', persona)).status, 200)
    assert.equal((await place({ pathway_id: undefined, task: 'Ask.' })).status, 200)
    assert.equal((await place({ pathway_version: 3 }, { authorization: `Bearer ${KEY}` })).status, 200)
  })
)

test(
  'refuses in the words that are published',
  simulated(
    async ({ bland, ask, place }) => {
      const same = (answer, status, name) => assert.deepEqual(answer, { status, body: sample(name) })
      same(await ask('POST', '/v1/calls', {}), 400, 'api.error.400.validation')
      same(await place({}, { authorization: 'org_another' }), 401, 'api.error.401')
      bland.account.dnc.add(TO)
      same(await place(), 400, 'api.error.400.dnc')
      bland.account.dnc.clear()
      bland.account.blacklist.add(TO)
      same(await place(), 429, 'api.error.429.blacklisted')
      bland.account.blacklist.clear()
      assert.equal((await place()).status, 200)
      same(await place(), 429, 'api.error.429.same-number')
      bland.settings.same_number_ms = 0

      const words = async (more, headers) => {
        const { status, body } = await place(more, headers)
        assert.equal(body.status, 'error')
        return `${status} ${body.errors?.join(' ') ?? body.message}`
      }
      assert.match(await words({ retries: 3 }), /^400 Additional properties are not allowed/)
      assert.match(await words({ phone_number: '202555' }), /^400 Invalid phone number/)
      assert.match(await words({ from: '+12025550100' }), /^400 Invalid 'from'/)
      assert.match(await words({ webhook: 'http://hooks.example/' }), /^400 .*webhook/)
      assert.match(await words({ pathway_id: 'none' }), /^404 Pathway not found/)
      assert.match(await words({ pathway_version: 9 }), /^404 Pathway version/)
      assert.match(await words({ pathway_id: undefined, persona_id: 'none' }), /^404 Persona/)
      assert.match(await words({ persona_id: PERSONA, agent_id: bland.agents[0].agent_id }), /^400 agent_id excludes/)
      assert.match(await words({ from: '+12025550188' }), /^500 BYOT Number/)
      assert.match(await words({ from: '+12025550188' }, { encrypted_key: 'ek_other' }), /^500 Invalid `encrypted_key`/)
      assert.equal((await place({ from: '+12025550188' }, { encrypted_key: bland.account.encrypted_key })).status, 200)
      assert.equal((await ask('GET', '/v1/calls/none')).status, 404)
      assert.equal((await ask('POST', '/v1/calls/none/stop')).body.message, 'SID not found for the given c_id.')
    },
    { own: ['+12025550188'] }
  )
)

test(
  'reports each of its people as published',
  simulated(async ({ bland, place, heard, delivered }) => {
    bland.settings.same_number_ms = 0
    const told = {
      answers: 'completed-human',
      voicemail: 'voicemail',
      no_answer: 'no-answer',
      busy: 'busy',
      number_not_found: 'failed.number-not-found',
      temporarily_unavailable: 'failed.temporarily-unavailable',
      spam_blocked: 'failed.spam-blocked',
      do_not_call: 'do-not-contact',
      silent: 'silent-human'
    }
    const members = ['status', 'queue_status', 'completed', 'answered_by', 'error_message']
    for (const [person, name] of Object.entries(told)) {
      bland.cast(TO, person)
      await place({ metadata: { sh_dial_id: `d-${person}` }, request_data: { first_name: 'Robin' } })
      await delivered()
      const { raw, signature, body } = heard.at(-1)
      const wanted = sample(`postcall.${name}`)
      assert.equal(signature, bland.webhooks.sign(raw))
      assert.deepEqual(keys(body), keys(wanted), person)
      for (const member of members) assert.deepEqual(body[member], wanted[member], `${person}: ${member}`)
      assert.equal(body.disposition_tag === 'DO_NOT_CONTACT', wanted.disposition_tag === 'DO_NOT_CONTACT')
      assert.equal(
        body.transcripts.some(one => one.user === 'user'),
        wanted.transcripts.some(one => one.user === 'user')
      )
      assert.equal(body.metadata.sh_dial_id, `d-${person}`)
      assert.equal(body.variables.first_name, 'Robin')
    }
    assert.equal(heard.length, Object.keys(told).length, 'one report a call')
  })
)

test(
  'notes a wish to be called back among the variables',
  simulated(async ({ bland, place, heard, delivered }) => {
    bland.cast(TO, { script: 'asks_for_callback', at: '2027-03-04T09:00:00-08:00' })
    await place()
    await delivered()
    assert.equal(heard[0].body.variables.switchhook_callback, true)
    assert.equal(heard[0].body.variables.switchhook_callback_time, '2027-03-04T09:00:00-08:00')
  })
)

test(
  'tells of a call while it lasts only whom wants to know',
  simulated(async ({ bland, place, heard, delivered }) => {
    bland.settings.same_number_ms = 0
    bland.cast(TO, 'answers', 'answers')
    await place()
    await delivered()
    assert.deepEqual(
      heard.map(one => one.body.category ?? 'report'),
      ['report']
    )
    heard.length = 0
    await place({ webhook_events: ['queue', 'call'] })
    await delivered()
    assert.deepEqual(
      heard.map(one => one.body.category ?? 'report'),
      ['queue', 'call', 'report']
    )
    assert.deepEqual({ ...heard[0].body, call_id: '' }, { ...sample('event.queue'), call_id: '' })
    assert.deepEqual({ ...heard[1].body, call_id: '' }, { ...sample('event.call.connected'), call_id: '' })
  })
)

test(
  'citations come after the report, or with it',
  simulated(async ({ bland, place, heard, delivered }) => {
    bland.settings.same_number_ms = 0
    const citations = [{ variable_name: 'switchhook_callback', variable_type: 'boolean', value: true, cited_utterances: [] }]
    const asked = { citation_schema_ids: ['s-1'], webhook_events: ['citations'] }
    bland.cast(TO, { script: 'answers', citations }, { script: 'answers', citations }, 'no_answer')
    await place(asked)
    await delivered()
    assert.deepEqual(
      heard.map(one => [one.body.event_type, one.body.citations]),
      [
        [undefined, undefined],
        ['citations', citations]
      ]
    )
    assert.deepEqual(keys(heard[1].body), keys(sample('event.citations')))
    heard.length = 0
    bland.settings.delay_report = true
    await place(asked)
    await delivered()
    assert.equal(heard.length, 1)
    assert.equal(heard[0].body.event_type, 'citations')
    assert.equal(heard[0].body.status, 'completed')
    await place(asked)
    await delivered()
    assert.equal(heard.at(-1).body.citations, undefined, 'nothing was said that could be cited')
  })
)

test(
  'an organisation strips its reports; a number and a call name their own webhook',
  simulated(async ({ bland, place, heard, delivered }) => {
    const base = bland.account.webhook_url
    bland.settings.stripped = ['metadata', 'transcripts', 'concatenated_transcript']
    bland.numbers.get(FROM).row.webhook = `${base}/number`
    bland.inbound({ from: TO, to: FROM })
    await delivered()
    assert.equal(heard[0].path, '/hook/number')
    assert.equal(heard[0].body.inbound, true)
    assert.ok(!('metadata' in heard[0].body) && !('transcripts' in heard[0].body))
    bland.cast(TO, 'no_answer')
    await place()
    await delivered()
    assert.equal(heard[1].path, '/hook')
  })
)

test(
  'tries again after a refusal, with the same words',
  simulated(async ({ place, heard, ear, delivered }) => {
    let n = 0
    ear.status = () => [503, 401, 204][n++]
    await place()
    await delivered()
    assert.equal(heard.length, 3)
    assert.equal(new Set(heard.map(one => one.raw)).size, 1)
    assert.equal(new Set(heard.map(one => one.signature)).size, 1)
  })
)

test(
  'lists calls by time, by number and by rows, without what a dial carries',
  simulated(async ({ bland, ask, place }) => {
    bland.settings.same_number_ms = 0
    const ids = []
    for (let n = 0; n < 5; n++) ids.push((await place({ metadata: { sh_dial_id: `d-${n}` } })).body.call_id)
    await place({ phone_number: '+12025550142' })
    const list = async query => (await ask('GET', `/v1/calls?${query}`)).body
    const all = await list('ascending=true')
    assert.deepEqual(keys(all), keys(sample('api.calls.list')))
    assert.deepEqual(keys(all.calls[0]), keys(sample('api.calls.list').calls[0]))
    assert.equal(all.total_count, 6)
    const rows = await list('ascending=true&from=2&to=4')
    assert.deepEqual(
      rows.calls.map(one => one.call_id),
      ids.slice(2, 4),
      'from and to count rows'
    )
    assert.equal((await list('to_number=%2B12025550143')).count, 0, 'lists leave out the plus')
    assert.equal((await list('to_number=12025550143&limit=3')).count, 3)
    bland.settings.plus_in_lists = true
    assert.equal((await list('to_number=%2B12025550143')).count, 5)
    const later = new Date(bland.clock.now() + 60000).toISOString()
    assert.equal((await list(`start_date=${encodeURIComponent(later)}`)).count, 0)
    assert.equal((await list(`end_date=${encodeURIComponent(later)}`)).count, 6)
    bland.settings.list_lag_ms = Infinity
    assert.equal((await list('')).count, 0)
  })
)

test(
  'a look-up shows what the list leaves out, from the queue to the end',
  simulated(
    async ({ bland, ask, place, delivered }) => {
      bland.cast(TO, 'keeps_ringing')
      const metadata = { sh_dial_id: 'd-1' }
      const id = (await place({ metadata, request_data: { name: 'Zoë' } })).body.call_id
      const look = async () => (await ask('GET', `/v1/calls/${id}`)).body
      const queued = await look()
      assert.equal(queued.status, null)
      assert.equal(queued.queue_status, 'queued')
      assert.equal(queued.completed, false)
      assert.deepEqual(queued.metadata, metadata)
      assert.equal(queued.request_data.request_data.name, 'Zoë')
      bland.play(id, 'answers')
      await delivered()
      const over = await look()
      assert.deepEqual(keys(over), keys(sample('api.call.get')))
      assert.equal(over.status, 'completed')
      assert.ok(over.started_at.endsWith('Z') && over.created_at.endsWith('+00:00'))
      assert.equal((await ask('POST', `/v1/calls/${id}/stop`)).status, 400, 'over is over')
    },
    { settings: { instant: false } }
  )
)

test(
  'a call that is stopped is canceled, or ended by the agent',
  simulated(async ({ bland, ask, place, heard, delivered }) => {
    bland.settings.same_number_ms = 0
    bland.cast(TO, 'keeps_ringing')
    const id = (await place()).body.call_id
    assert.equal((await ask('POST', `/v1/calls/${id}/stop`)).status, 200)
    await delivered()
    assert.equal(heard.at(-1).body.status, 'canceled')
    assert.equal(heard.at(-1).body.answered_by, null)
  })
)

test(
  'the faults that make answers disappear leave the call behind',
  simulated(async ({ bland, ask, place }) => {
    bland.settings.same_number_ms = 0
    bland.fault('create_call', 'accept_drop_answer')
    await assert.rejects(place({ metadata: { sh_dial_id: 'd-1' } }))
    assert.equal(bland.rings.by_dial['d-1'], 1)
    bland.fault('create_call', 'accept_then_500')
    const answer = await place({ metadata: { sh_dial_id: 'd-2' } })
    assert.deepEqual([answer.status, answer.body.status, bland.rings.by_dial['d-2']], [500, 'error', 1])
    bland.fault('create_call', 'list_never')
    await place({ metadata: { sh_dial_id: 'd-3' } })
    assert.equal((await ask('GET', '/v1/calls')).body.count, 2)
  })
)
