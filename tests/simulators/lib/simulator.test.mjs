// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What simulated providers have in common, seen by one that exists nowhere: "Acme" takes forms, asks what to do when somebody
// answers, and tells each stage of a call. What Retell's own test shows of the common parts is not repeated here.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { readForm } from './form.mjs'
import { CONNECTED, endings, scriptReader, UNCONNECTED } from './people.mjs'
import { Refusal } from './refusal.mjs'
import { Simulator } from './simulator.mjs'
import { Webhooks } from './webhooks.mjs'

const TO = '+12135550142'
const sign = (key, url, body) => createHmac('sha1', key).update(url + body).digest('base64')

class AcmeWebhooks extends Webhooks {
  async headers({ url, body }, { key }) {
    return { 'x-acme-signature': sign(key, url, body) }
  }
  again({ error, status }) {
    return error !== undefined || status === 503
  }
}

class AcmeSimulator extends Simulator {
  static script = scriptReader({
    people: {
      answers: { status: 'completed' },
      busy: { status: 'busy' },
      no_answer: { status: 'no-answer' },
      keeps_ringing: { status: null }
    },
    outcomes: { ...endings(CONNECTED, ['fax']), ...endings({ ...UNCONNECTED, status: 'failed' }, ['gone']) }
  })
  static Webhooks = AcmeWebhooks
  static routes = [
    [
      'create_call',
      'POST',
      /^\/calls$/,
      (sim, { body }) => {
        if (!body.To) throw new Refusal(400, 'no To', { code: 21201, headers: { 'x-code': '21201' } })
        const id = `CA${sim.calls.size}`
        const call = { sid: id, status: 'queued', url: body.Url, tell: body.Tell }
        return { status: 201, body: sim.dialled({ id, call, from: body.From, to: body.To }) }
      }
    ],
    ['old', 'GET', /^\/old$/, () => ({ status: 200, body: {} }), 'legacy']
  ]
  static settings = { legacy: false }

  read(raw) {
    return readForm(raw)
  }
  refusalBody({ message, status, more }) {
    return { code: more.code ?? 0, message, status }
  }
  createdId(body) {
    return body.sid
  }
  marks({ url }) {
    return { dial: new URL(url).searchParams.get('sh_dial') }
  }
  placed(entry) {
    entry.call = { ...entry.call, status: 'ringing' }
    return { initiated: 'initiated', ringing: 'ringing' }
  }
  answered(entry) {
    entry.call = { ...entry.call, status: 'in-progress' }
    return { question: 'what now?', answered: 'in-progress' }
  }
  ended(entry) {
    entry.call = { ...entry.call, status: entry.script.status }
    return { completed: entry.call.status }
  }
  letter({ call }, event, payload) {
    if (event === 'question')
      return { url: call.url, body: 'Status=in-progress', type: 'application/x-www-form-urlencoded', asks: true }
    return [call.tell].flat().includes(event) ? { url: call.url, body: `Status=${payload}`, spacing: [1] } : {}
  }
  heard({ id }, answer) {
    this.calls.get(id).twiml = answer.body
  }
}

/** Acme, somebody who listens, and a way to ask for a call. */
function acme(body, options) {
  return async () => {
    const heard = []
    const ear = { status: 204 }
    const listener = createServer(async (req, res) => {
      const raw = Buffer.concat(await req.toArray()).toString()
      const signed = req.headers['x-acme-signature'] === sign('k', url() + req.url, raw)
      heard.push({ raw, type: req.headers['content-type'], signed })
      res.writeHead(ear.status).end(ear.says)
    })
    const url = () => `http://127.0.0.1:${listener.address().port}`
    await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve))
    const sim = await AcmeSimulator.start({ apiKey: 'a', webhookKey: 'k', ...options })
    const place = async (given = {}) => {
      const form = new URLSearchParams({ From: '+14155550100', To: TO, Url: `${url()}/?sh_dial=d1`, ...given })
      for (const event of ['initiated', 'completed']) form.append('Tell', event)
      const res = await fetch(`${sim.url}/calls`, { method: 'POST', headers: { authorization: 'Bearer a' }, body: form })
      return { status: res.status, code: res.headers.get('x-code'), ...(await res.json()) }
    }
    const told = async () => {
      await new Promise(setImmediate)
      await sim.webhooks.idle()
      return heard.splice(0)
    }
    try {
      await body({ sim, place, told, ear })
    } finally {
      await sim.stop()
      listener.closeAllConnections()
      listener.close()
    }
  }
}

test(
  'a form is read, a name that comes twice has a list, and a refusal has the provider’s own words',
  acme(async ({ sim, place }) => {
    assert.equal((await place()).status, 'ringing')
    assert.deepEqual(sim.requests[0].body.Tell, ['initiated', 'completed'])
    assert.deepEqual(await place({ To: '' }), { status: 400, code: 21201, message: 'no To' })
    assert.equal((await fetch(`${sim.url}/old`, { headers: { authorization: 'Bearer a' } })).status, 404)
    sim.settings.legacy = true
    assert.equal((await fetch(`${sim.url}/old`, { headers: { authorization: 'Bearer a' } })).status, 200)
    assert.deepEqual(sim.rings.by_dial, { d1: 1 })
  })
)

test(
  'each stage is told that somebody wants to know of; a question is answered, held or not',
  acme(async ({ sim, place, told, ear }) => {
    Object.assign(ear, { status: 200, says: '<Response/>' })
    sim.cast(TO, 'answers')
    await place()
    const first = await told()
    assert.deepEqual(first.map(one => one.raw), ['Status=initiated', 'Status=in-progress', 'Status=completed'])
    assert.ok(first.every(one => one.signed))
    assert.equal(first[1].type, 'application/x-www-form-urlencoded')
    assert.equal(sim.calls.get('CA0').twiml, '<Response/>')

    sim.fault('hooks', 'never', { times: 2 })
    sim.hold()
    sim.cast(TO, 'answers', 'answers')
    await place()
    await place()
    assert.deepEqual((await told()).map(one => one.raw), ['Status=in-progress', 'Status=in-progress'])
    assert.deepEqual(sim.webhooks.held.map(one => [one.id, one.event]), [['CA2', 'initiated'], ['CA2', 'completed']])
    await sim.release()
    assert.equal((await told()).length, 2)
  })
)

test(
  'the provider says after what it tries again, a letter says how often',
  acme(async ({ sim, place, told, ear }) => {
    sim.cast(TO, 'busy', 'busy')
    ear.status = 503
    await place()
    assert.equal((await told()).length, 4)
    ear.status = 500
    await place()
    assert.equal((await told()).length, 2)
  })
)

test(
  'who keeps ringing is not connected until somebody answers; endings go by their own names',
  acme(async ({ sim, place, told }) => {
    sim.cast(TO, 'keeps_ringing', 'gone', { script: 'fax', status: 'completed' })
    await place()
    sim.agenda.look()
    assert.equal(sim.calls.get('CA0').call.status, 'ringing')
    sim.play('CA0', 'answers')
    assert.deepEqual((await told()).map(one => one.raw).sort(), ['Status=completed', 'Status=in-progress', 'Status=initiated'])
    await place()
    assert.deepEqual((await told()).map(one => one.raw), ['Status=initiated', 'Status=failed'])
    await place()
    assert.deepEqual((await told()).map(one => one.raw), ['Status=initiated', 'Status=in-progress', 'Status=completed'])
    assert.throws(() => sim.cast(TO, 'asks_for_callback'), /no such script: asks_for_callback; there are answers, busy/)
  })
)

test(
  'another gateway’s dial is told of in the same words, with another id',
  acme(async ({ sim, place }) => {
    sim.cast(TO, 'busy')
    sim.fault('hooks', 'unknown_dial')
    await place()
    await new Promise(setImmediate)
    await sim.webhooks.idle()
    const [strange, real] = sim.webhooks.log
    assert.equal(strange.id, real.id + '_')
    assert.match(strange.url, /sh_dial=[0-9a-f-]{36}$/)
    assert.match(real.url, /sh_dial=d1$/)
  })
)
