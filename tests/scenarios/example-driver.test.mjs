// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The stranger's test: docs/example-driver is copied out of the tree, built against the installed header alone, checked by the installed
// program, installed, and then places calls in a running gateway. Telnyx is played by a server of some lines, with a key pair of its own.
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CALLEE } from './lib/acme.mjs'
import { Folder, installed, run } from './lib/place.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment, span } from './lib/time.mjs'
import { toldClock } from '../simulators/lib/told-clock.mjs'

const EXAMPLE = fileURLToPath(new URL('../../docs/example-driver', import.meta.url))
const NUMBERS = ['+14155550130', '+14155550131', '+14155550132']
const API_KEY = 'KEY5ca1ab1e0ddba11c0ffee'
const CONNECTION = '1494404757140276705' // larger than 2^53

/** What becomes of a call, by the callee: events after call.initiated. */
const HUMANS = {
  silent: [['call.hangup', { hangup_cause: 'timeout', hangup_source: 'caller', sip_hangup_cause: '487' }]],
  machine: [
    ['call.answered', {}],
    ['call.machine.detection.ended', { result: 'machine' }],
    ['call.hangup', { hangup_cause: 'normal_clearing', hangup_source: 'caller', sip_hangup_cause: '200' }]
  ],
  answers: [
    ['call.answered', {}],
    ['call.machine.detection.ended', { result: 'human' }],
    ['call.hangup', { hangup_cause: 'normal_clearing', hangup_source: 'callee', sip_hangup_cause: '200' }]
  ]
}

class Telnyx {
  requests = []
  calls = new Map()
  humans = []
  broken = [] // answers of these dials never arrive
  #keys = generateKeyPairSync('ed25519')

  static async start({ trialClock }) {
    const telnyx = new Telnyx()
    telnyx.clock = toldClock(trialClock)
    telnyx.server = createServer((request, response) => telnyx.#answer(request, response))
    await new Promise(resolve => telnyx.server.listen(0, '127.0.0.1', resolve))
    telnyx.url = `http://127.0.0.1:${telnyx.server.address().port}`
    return telnyx
  }
  async stop() {
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }

  /** As the portal shows it: base64 of the 32 bytes. */
  get publicKey() {
    return this.#keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.url)
    let text = ''
    for await (const piece of request) text += piece
    const body = text ? JSON.parse(text) : undefined
    const route = `${request.method} ${url.pathname.replace(/^(\/v2\/calls\/).+/, '$1ID')}`
    this.requests.push({ route, body })
    const send = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (request.headers.authorization !== `Bearer ${API_KEY}`)
      return send(401, { errors: [{ code: '10009', title: 'Authentication failed' }] })
    if (route === 'GET /v2/phone_numbers') return send(200, this.#page(url, this.#numbers()))
    if (route === 'GET /v2/call_events') return send(200, this.#page(url, this.#log(url)))
    if (route === 'GET /v2/calls/ID') return send(200, { data: this.calls.get(decodeURIComponent(url.pathname.slice(10))).status })
    if (route !== 'POST /v2/calls') return send(404, { errors: [{ code: '10005', title: 'Resource not found' }] })
    const call = this.#place(body)
    if (this.broken.shift()) return request.socket.destroy()
    send(200, { data: call.status })
  }

  /** Two rows a page, however many were asked for. */
  #page(url, rows) {
    const number = Number(url.searchParams.get('page[number]'))
    assert.ok(number >= 1)
    const meta = { total_pages: Math.ceil(rows.length / 2) || 1, total_results: rows.length, page_number: number, page_size: 2 }
    return { data: rows.slice(2 * number - 2, 2 * number), meta }
  }

  #numbers() {
    const row = (phone_number, i) => ({ id: `12933842610757314${i}`, phone_number, status: 'active', connection_id: CONNECTION, tags: [] })
    return [...NUMBERS.map(row), { ...row('+442079460123', 9), status: 'purchase-pending' }]
  }

  #log(url) {
    assert.equal(url.searchParams.get('filter[name]'), 'call.initiated')
    return [...this.calls.values()].map(({ payload }) => ({
      name: 'call.initiated',
      type: 'webhook',
      metadata: { event: { event_type: 'call.initiated', payload } }
    }))
  }

  #place(body) {
    const known = [...this.calls.values()].find(one => one.body.command_id === body.command_id)
    assert.ok(!known, 'a dial came twice')
    const call_control_id = `v3:${randomUUID()}-${this.calls.size}`
    const { client_state, from, to, connection_id } = body
    const payload = { call_control_id, connection_id, client_state, from, to, direction: 'outgoing', start_time: this.#time() }
    const status = { call_control_id, record_type: 'call', is_alive: false, client_state }
    const call = { body, payload, status }
    this.calls.set(call_control_id, call)
    this.#live(call, this.humans.shift() ?? 'silent').catch(() => {}) // the gateway may be stopped meanwhile
    return call
  }

  async #live(call, human) {
    await this.deliver(call.body.webhook_url, this.event('call.initiated', call.payload))
    for (const [name, more] of HUMANS[human]) {
      call.ended_at = this.clock.now()
      await this.deliver(call.body.webhook_url, this.event(name, { ...call.payload, ...more }))
    }
  }

  #time() {
    return new Date(this.clock.now()).toISOString().replace('Z', '000Z')
  }

  event(event_type, payload) {
    return { data: { record_type: 'event', event_type, id: randomUUID(), occurred_at: this.#time(), payload }, meta: { attempt: 1 } }
  }

  signed(raw) {
    const time = String(Math.floor(this.clock.now() / 1000))
    const signature = sign(null, Buffer.from(`${time}|${raw}`), this.#keys.privateKey).toString('base64')
    return { 'telnyx-timestamp': time, 'telnyx-signature-ed25519': signature, 'content-type': 'application/json' }
  }

  /** Until it is taken, with the same id and another signature. */
  async deliver(url, event) {
    for (let attempt = 1; ; attempt++) {
      const raw = JSON.stringify({ ...event, meta: { attempt, delivered_to: url } })
      const { status } = await fetch(url, { method: 'POST', headers: this.signed(raw), body: raw })
      if (status < 300) return
      assert.ok(status >= 500 && attempt < 20, `a webhook was answered ${status}`)
      await new Promise(resolve => setTimeout(resolve, 200))
    }
  }
}

const row = {
  name: 'telnyx',
  title: 'Telnyx',
  numbers: NUMBERS,
  dialRoute: 'POST /v2/calls',
  start: options => Telnyx.start(options),
  credentials: sim => ({ api_key: API_KEY, public_key: sim.publicKey, base_url: sim.url }),
  secrets: () => [API_KEY],
  makeAgent: acme =>
    acme.gateway.post('/v1/agents', {
      workspace_id: acme.workspace.id,
      name: 'Reminder Agent',
      settings: { assistant_id: 'assistant-7f3a' }
    }),
  dial: ({ body }) => ({ from_number: body.from, to_number: body.to, variables: body.assistant.dynamic_variables })
}

/** Builds, checks and installs it as its README says: the driver's bytes. */
async function build() {
  const { prefix, program } = installed()
  const folder = new Folder()
  const copy = folder.join('my-driver')
  cpSync(EXAMPLE, copy, { recursive: true })
  const root = folder.join('root')
  const env = { PKG_CONFIG_PATH: join(prefix, 'lib/pkgconfig') }
  const make = ['-C', copy, `SWITCHHOOK=${program}`, `DESTDIR=${root}`]
  for (const target of ['switchhook-telnyx.so', 'check', 'install']) {
    const { status, stdout, stderr } = await run('make', [...make, target], { env, limit: 300000 })
    assert.equal(status, 0, `make ${target}:\n${stdout}${stderr}`)
    if (target === 'check') assert.match(stdout, /9 passed, 0 failed/)
  }
  const where = join(root, prefix, 'lib/switchhook/drivers')
  assert.deepEqual(readdirSync(where), ['switchhook-telnyx.so'])
  const driver = readFileSync(join(where, 'switchhook-telnyx.so'))
  folder.remove()
  return driver
}

let built
const options = {
  provider: 'telnyx',
  row,
  drivers: async drivers => writeFileSync(drivers.file('telnyx'), await (built ??= build()))
}

test(
  'a driver that was built against the installed header does the main job',
  scenario(async ({ gateway, acme, telnyx, clock }) => {
    assert.equal(acme.numbers.length, 3, 'all pages; what is still being bought is left out')
    const ready = (await gateway.get('/v1/drivers')).data.find(one => one.name === 'telnyx')
    assert.equal(ready.state, 'ready')

    // It rings out; an hour later a mailbox picks up; the next morning somebody answers.
    await clock.set('2027-03-01 16:00 America/Los_Angeles')
    telnyx.humans = ['silent', 'machine', 'answers']
    const call = await acme.place({ variables: { customer_name: 'Zoë Núñez' } })
    assert.equal(call.call_id, [...telnyx.calls.keys()][0])
    const first = await acme.expectDial()
    assert.equal(first.variables.customer_name, 'Zoë Núñez')
    const second = await acme.scheduled(call.callback_id, { attempt: 2, reason: 'no_answer_followup' })
    acme.about(Date.parse(second.due_at), [...telnyx.calls.values()][0].ended_at + span('1h'), 'attempt 2 is due')
    assert.equal((await gateway.get(`/v1/agents/${acme.agent.id}`)).verification_status, 'verified')

    await clock.set(Date.parse(second.due_at) + 1000)
    await acme.expectDial()
    const third = await acme.scheduled(call.callback_id, {
      attempt: 3,
      at: moment('2027-03-02 09:00 America/Los_Angeles'),
      reason: 'voicemail_followup'
    })
    await clock.set(Date.parse(third.due_at) + 1000)
    await acme.expectDial()
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(
      (await acme.chain(call.callback_id)).map(one => [one.attempt, one.outcome]),
      [
        [1, 'no_answer'],
        [2, 'voicemail'],
        [3, 'terminal']
      ]
    )

    // What somebody else signs, or nobody, is not taken.
    const raw = JSON.stringify(telnyx.event('call.hangup', { call_control_id: 'v3:forged', hangup_cause: 'user_busy' }))
    const ask = headers => gateway.ask('POST', acme.webhook, undefined, { key: null, raw, headers })
    assert.equal((await ask({ 'content-type': 'application/json' })).status, 401)
    assert.equal((await ask({ ...telnyx.signed(raw + ' ') })).status, 401)
    assert.equal((await ask(telnyx.signed(raw))).status, 204)
  }, options)
)

test(
  'a dial whose answer is lost is found by its own events, and no phone rings twice',
  scenario(async ({ acme, telnyx }) => {
    telnyx.humans = ['answers']
    telnyx.broken = [true]
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    await eventually(() => telnyx.calls.size === 1, 'the phone rang once')
    assert.equal((await acme.chain(call.callback_id)).length, 1)
  }, options)
)
