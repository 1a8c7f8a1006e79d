// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Deliveries that are signed, and should still do no harm: a dial id of another provider's, parameters and bodies in which one thing
// may be read two ways, and more of them than any provider sends.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const FORM = 'application/x-www-form-urlencoded'
const form = pairs => pairs.map(pair => pair.map(encodeURIComponent).join('=')).join('&')
const processed = gateway =>
  eventually(
    async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0,
    'every event was processed'
  )

/** What each provider says when a call is over: {body, type, query} of a dial, a callback and the provider's own id. */
const ENDS = {
  retell: (dial, callback, id) => ({
    body: JSON.stringify({
      event: 'call_ended',
      call: { call_id: id, call_status: 'ended', direction: 'outbound', metadata: ids(dial, callback), disconnection_reason: 'dial_busy' }
    })
  }),
  vapi: (dial, callback, id) => ({
    body: JSON.stringify({
      message: { type: 'end-of-call-report', endedReason: 'customer-busy', call: { id, type: 'outboundPhoneCall', metadata: ids(dial, callback) } }
    })
  }),
  bland: (dial, callback, id) => ({
    body: JSON.stringify({ call_id: id, completed: true, status: 'busy', inbound: false, metadata: ids(dial, callback) })
  }),
  twilio: (dial, callback, id) => ({
    body: form([['CallSid', id], ['CallStatus', 'busy'], ['SequenceNumber', '3'], ['Direction', 'outbound-api']]),
    type: FORM,
    query: `?${new URLSearchParams(ids(dial, callback))}`
  })
}
const ids = (dial, callback) => ({ sh_dial_id: dial, sh_callback_id: callback, sh_attempt: '1' })

test(
  'a delivery of one account ends no dial of another, whatever ids it carries',
  scenario(
    async ({ gateway, accounts, ...all }) => {
      const names = Object.keys(accounts)
      const placed = {}
      for (const [n, name] of names.entries()) {
        all[name].cast('*', 'keeps_talking')
        const call = await accounts[name].place({ to: `+1213555015${n}` })
        const entry = [...all[name].calls.values()].at(-1)
        placed[name] = { ...call, id: entry.id, dial: all[name].marks(entry.call, entry).dial }
      }
      const send = async (from, { body, type = 'application/json', query = '' }) => {
        const url = accounts[from].webhook + query
        const proof = await all[from].webhooks.signed({ url, body, type })
        return gateway.ask('POST', url, undefined, { key: null, raw: body, headers: { 'content-type': type, ...proof } })
      }
      for (const from of names)
        for (const to of names.filter(name => name !== from))
          for (const id of [`${from}_${to}`, placed[to].id]) {
            const { dial, callback_id: callback } = placed[to]
            assert.equal((await send(from, ENDS[from](dial, callback, id))).status, 204, `${from} about a dial of ${to}`)
          }
      // Nor is anybody told with what it was dialled.
      for (const to of names.filter(name => name !== 'twilio')) {
        const body = form([['CallSid', `CA${to}`], ['CallStatus', 'in-progress'], ['Direction', 'outbound-api'], ['To', CALLEE]])
        const { status, body: twiml } = await send('twilio', { body, type: FORM, query: `?sh_dial_id=${placed[to].dial}` })
        assert.equal(status, 200)
        assert.match(twiml, /<Response><Hangup\/><\/Response>/)
      }
      await processed(gateway)
      for (const name of names) {
        const { callback_id: callback, id } = placed[name]
        assert.deepEqual((await accounts[name].chain(callback)).map(row => row.state), ['dialling'], `${name} goes on`)
        all[name].play(id, 'busy')
        await accounts[name].scheduled(callback, { attempt: 2 })
      }
    },
    { providers: ['retell', 'vapi', 'bland', 'twilio'] }
  )
)

test(
  'what a Twilio signature covers is what is read',
  scenario(
    async ({ gateway, twilio, acme }) => {
      twilio.cast('*', 'keeps_talking')
      const call = await acme.place()
      const [entry] = twilio.calls.values()
      const url = twilio.body(entry).StatusCallback.split('#')[0]
      const order = ([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : Number(x > y))
      const proof = (at, pairs) =>
        createHmac('sha1', twilio.webhooks.key).update(at + pairs.toSorted(order).flat().join('')).digest('base64')
      const sha256 = text => createHash('sha256').update(text).digest('hex')
      const send = async ({ at = url, pairs = [], body = form(pairs), type = FORM, signed = pairs, signedAt = at, method = 'POST' }) => {
        const headers = { 'x-twilio-signature': proof(signedAt, signed), ...(method === 'POST' && { 'content-type': type }) }
        const options = { key: null, headers, ...(method === 'POST' && { raw: body }) }
        return (await gateway.ask(method, at, undefined, options)).status
      }
      const end = [['CallSid', entry.id], ['CallStatus', 'busy'], ['SequenceNumber', '7'], ['Direction', 'outbound-api']]
      const json = JSON.stringify(Object.fromEntries(end))
      const many = Array.from({ length: 100000 }, (_, i) => [`p${i}`, 'v'])
      const refused = {
        'another status': { body: form(end).replace('busy', 'failed'), signed: end },
        'a status besides': { body: `${form(end)}&CallStatus=failed`, signed: end },
        'the URL with another dial': { pairs: end, signedAt: url.replace(/sh_dial_id=[^&]*/, 'sh_dial_id=x') },
        'the URL by another scheme': { pairs: end, signedAt: url.replace('http:', 'https:') },
        'the query in another order': { pairs: end, signedAt: url.replace(/\?.*/, query => `?${query.slice(1).split('&').reverse().join('&')}`) },
        'JSON that nothing covers': { body: json, type: 'application/json', signed: [] },
        'JSON under another digest': { at: `${url}&bodySHA256=${sha256(json + ' ')}`, body: json, type: 'application/json' },
        'JSON under an empty digest': { at: `${url}&bodySHA256=`, body: json, type: 'application/json' },
        'no form at all': { body: 'CallStatus=%zz', signed: [] },
        'more parameters than anybody sends': { pairs: many }
      }
      const stored = async () => (await gateway.sql('SELECT count(*) AS n FROM inbox'))[0].n
      await twilio.webhooks.idle()
      const before = await stored()
      for (const [what, letter] of Object.entries(refused)) assert.equal(await send(letter), 401, what)
      assert.equal(await stored(), before)

      const taken = {
        'a parameter twice counts once': { pairs: [['A', '1'], ['A', '1']], signed: [['A', '1']] },
        'by the URL without its port': { pairs: [['A', '2']], signedAt: url.replace(/:\d+/, '') },
        'a form of a megabyte': { pairs: [['A', 'x'.repeat(1 << 20)]] },
        'a text that holds a NUL': { pairs: [['CallSid', 'a\0b'], ['CallStatus', 'busy'], ['SequenceNumber', '1']] },
        'JSON under its digest': { at: `${url}&bodySHA256=${sha256(json)}`, body: json, type: 'application/json' },
        'a GET': { at: `${url}&CallStatus=ringing&SequenceNumber=2`, method: 'GET' }
      }
      for (const [what, letter] of Object.entries(taken)) assert.equal(await send(letter), 204, what)
      await processed(gateway)
      assert.equal((await acme.chain(call.callback_id))[0].state, 'dialling')
      assert.equal(await send({ pairs: end, type: 'text/plain; charset=utf-16' }), 204, 'the type says nothing')
      await acme.scheduled(call.callback_id, { attempt: 2, reason: 'busy_followup' })
    },
    { provider: 'twilio' }
  )
)

test(
  'a variable stays in its place in TwiML, whatever it holds',
  scenario(
    async ({ gateway, twilio, acme }) => {
      const odd = { 'a"><Dial>+1900</Dial>': 'x', end: `]]>&"<'`, lines: 'a\r\nX-Evil: 1\n\n<b>', none: '\u0001\ufffe\uffff\ufffd', long: 'z'.repeat(8000) }
      twilio.cast('*', 'answers', 'answers')
      const call = await acme.place({ variables: odd })
      await acme.latest(call.callback_id, 'completed')
      const [{ twiml, parameters }] = twilio.calls.values()
      assert.equal(twiml.match(/<(\w+)/g).join(), `<Response,<Connect,<Stream${',<Parameter'.repeat(8)}`)
      assert.equal(parameters['a"><Dial>+1900</Dial>'], 'x')
      assert.deepEqual([parameters.end, parameters.lines, parameters.none], [`]]>&"<'`, 'a\nX-Evil: 1\n\n<b>', '\ufffd'])

      await gateway.patch(`/v1/agents/${acme.agent.id}`, { settings: { connect_url: null, twiml_url: 'https://voice.example.com/{{end}}?x={{lines}}' } })
      await acme.place({ to: '+12135550199', variables: odd })
      assert.equal([...twilio.calls.values()].length, 2)
      const { Url } = twilio.requests.filter(one => one.route === 'create_call').at(-1).body
      assert.equal(Url, 'https://voice.example.com/%5D%5D%3E%26%22%3C%27?x=a%0D%0AX-Evil%3A%201%0A%0A%3Cb%3E')
    },
    { provider: 'twilio' }
  )
)

test(
  'options that an operator adds change neither whom a call rings nor whose it is',
  scenario(
    async ({ gateway, bland, clock, acme }) => {
      const options = text => gateway.patch(`/v1/agents/${acme.agent.id}`, { settings: { call_options: text } })
      bland.cast('*', 'answers')
      await options(
        '{"\\u0070hone_number":"+19005550199","from":"+19005550198","metadata":{"sh_dial_id":"x"},"webhook":"https://elsewhere.example/","voice":"june"}'
      )
      assert.equal((await acme.request({ to_number: CALLEE })).status, 201)
      const [{ phone_number: to, from, metadata, webhook, voice }] = acme.dials
      assert.deepEqual([to, from, webhook, voice], [CALLEE, acme.from, undefined, 'june'])
      assert.match(metadata.sh_dial_id, /^[0-9a-f-]{36}$/)

      const wrong = await gateway.ask('PATCH', `/v1/agents/${acme.agent.id}`, { settings: { call_options: '{"voice":"june"' } })
      assert.deepEqual([wrong.status, wrong.body.errors[0].pointer], [422, '/settings/call_options'])
      // One that was stored before anybody checked it is no call.
      await gateway.sql("UPDATE agent SET settings = jsonb_set(settings, '{call_options}', $1) WHERE agent_id = $2", [
        JSON.stringify('{"voice":"june"'),
        acme.agent.id
      ])
      await clock.forward('10s')
      const refused = await acme.request({ to_number: '+12135550143' })
      assert.deepEqual([refused.status, refused.body.code], [502, 'provider_refused'])
      assert.match(refused.body.detail, /not placed: .*call_options is not a JSON object/)
      assert.equal(acme.dials.length, 1)
    },
    { provider: 'bland' }
  )
)
