// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What callers of the API get for what they should not have sent. Errors are problem documents with a stable code.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE, FROM } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'

function problem({ status, headers, body }, wanted, code, pointer) {
  assert.equal(status, wanted, JSON.stringify(body))
  assert.match(headers.get('content-type'), /^application\/problem\+json/)
  assert.equal(body.status, wanted)
  assert.equal(body.code, code)
  assert.equal(headers.get('x-request-id'), body.request_id)
  if (pointer)
    assert.deepEqual(
      body.errors.map(one => one.pointer),
      [pointer]
    )
}

test(
  'a number that is not E.164 gets 422 with a pointer to it',
  scenario(async ({ retell, acme }) => {
    for (const to of ['2135550142', '+0135550142', '+1 213 555 0142', '+', '+1213555014212345', 'anonymous', '']) {
      problem(await acme.request({ to_number: to }), 422, 'not_e164', '/to_number')
    }
    problem(await acme.request({ to_number: 12135550142 }), 422, 'invalid', '/to_number')
    problem(await acme.request({}), 422, 'invalid', '/to_number')
    // Nobody calls himself.
    problem(await acme.request({ to_number: FROM, from_number: FROM }), 422, 'invalid', '/to_number')
    problem(await acme.request({ to_number: FROM, from_number: undefined }), 422, 'invalid', '/to_number')
    problem(await acme.request({ to_number: CALLEE, dynamic_variables: { n: {} } }), 422, 'invalid', '/dynamic_variables/n')
    problem(
      await acme.request(undefined, { raw: '{"to_number": ', headers: { 'content-type': 'application/json' } }),
      400,
      'not_json'
    )
    assert.deepEqual(acme.dials, [])
    assert.deepEqual(retell.rings.by_number, {})
  })
)

test(
  'without credits there is no call: 402',
  scenario(
    async ({ gateway, retell, acme }) => {
      retell.cast('*', 'answers')
      const call = await acme.place()
      await acme.latest(call.callback_id, 'completed')
      problem(await acme.request({ to_number: CALLEE }), 402, 'no_credits')
      await gateway.post(`/v1/customers/${acme.customer.id}/credits`, { amount: 1 })
      assert.equal((await acme.request({ to_number: CALLEE })).status, 201)
      assert.equal(acme.dials.length, 2)
    },
    { set: { credits: 1 } }
  )
)

test(
  'a key opens its own number and nothing else',
  scenario(async ({ gateway, acme }) => {
    problem(await acme.request({ to_number: CALLEE }, { key: null }), 401, 'unauthorized')
    problem(
      await acme.request({ to_number: CALLEE }, { key: acme.key.slice(0, -1) + (acme.key.endsWith('a') ? 'b' : 'a') }),
      401,
      'unauthorized'
    )
    problem(await acme.request({ to_number: CALLEE, from_number: '+14155550101' }), 404, 'not_found')
    problem(await gateway.ask('GET', '/v1/numbers', undefined, { key: acme.key }), 403, 'forbidden')
    await gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: acme.agent.id, inbound: true, outbound: false })
    const off = await acme.request({ to_number: CALLEE, from_number: FROM })
    problem(off, 403, 'outbound_disabled')
    assert.match(off.body.detail, /PATCH \/v1\/numbers\/\{id\} \{"outbound": true\}/)
    problem(await gateway.ask('GET', '/v1/callbacks/01890000-0000-7000-8000-000000000000'), 404, 'not_found')
    assert.deepEqual(acme.dials, [])
  })
)

test(
  'the same Idempotency-Key: same answer, one call; another body: 409',
  scenario(async ({ retell, acme }) => {
    retell.cast('*', 'keeps_talking')
    const headers = { 'idempotency-key': 'order-4711' }
    const first = await acme.request({ to_number: CALLEE }, { headers })
    assert.equal(first.status, 201)
    const second = await acme.request({ to_number: CALLEE }, { headers })
    assert.deepEqual([second.status, second.body], [first.status, first.body])
    problem(await acme.request({ to_number: '+12135550143' }, { headers }), 409, 'idempotency_reuse')
    problem(await acme.request({ to_number: CALLEE }), 409, 'callee_busy')
    assert.deepEqual(retell.rings.by_number, { [CALLEE]: 1 })
  })
)

test(
  'a form and a GoHighLevel workflow place calls too; the workflow’s repeat counts once',
  scenario(async ({ retell, acme }) => {
    retell.cast('*', 'answers')
    const form = await acme.request(undefined, {
      raw: new URLSearchParams({ from_number: FROM, to_number: CALLEE }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' }
    })
    assert.equal(form.status, 201, JSON.stringify(form.body))

    const workflow = JSON.stringify({
      contact_id: 'Zt3q8sVbKx0aPq2mLw9e',
      first_name: 'Ana',
      phone: '+12135550177',
      location: { id: 'l1', country: 'US' },
      workflow: { id: 'w1', name: 'Call back' },
      customData: { plan: 'gold' }
    })
    const headers = { 'content-type': 'application/json' }
    const first = await acme.request(undefined, { raw: workflow, headers })
    assert.equal(first.status, 201, JSON.stringify(first.body))
    const again = await acme.request(undefined, { raw: workflow, headers })
    assert.equal(again.body.call_id, first.body.call_id)
    assert.equal(retell.rings.by_number['+12135550177'], 1)
    assert.equal(acme.dials.at(-1).retell_llm_dynamic_variables.plan, 'gold')

    const broken = workflow.replace('+12135550177', '{{contact.phone}}')
    assert.equal((await acme.request(undefined, { raw: broken, headers })).status, 422)
  })
)

test('what Retell refuses: the answer says so, nothing rings, nothing is charged', async t => {
  const cases = [
    // what Retell does, the answer's status
    ['402', 502],
    ['401', 502],
    ['422', 502]
  ]
  for (const [kind, status] of cases) {
    await t.test(
      kind,
      scenario(async ({ retell, acme }) => {
        retell.fault('create_phone_call', kind)
        assert.equal((await acme.request({ to_number: CALLEE })).status, status)
        assert.deepEqual(retell.rings.by_number, {})
        assert.equal(await acme.balance(), 10)
      })
    )
  }
})

test(
  'ten orders for one callee at once: one call',
  scenario(
    async ({ retell, acme }) => {
      retell.cast('*', 'keeps_talking')
      const answers = await Promise.all(Array.from({ length: 10 }, () => acme.request({ to_number: CALLEE })))
      const statuses = answers.map(one => one.status)
      assert.deepEqual([statuses.filter(one => one === 201).length, statuses.filter(one => one === 409).length], [1, 9])
      assert.deepEqual(retell.rings.by_number, { [CALLEE]: 1 })
    },
    { set: { workspace: { dials_per_minute: 6000 } } }
  )
)

test(
  'an API key hands out no right that it lacks, and a workspace’s key changes no credits',
  scenario(async ({ gateway, acme }) => {
    const minted = await gateway.post('/v1/keys', { name: 'keys only', scopes: ['keys:admin', 'numbers:read'] })
    const made = await gateway.ask('POST', `/v1/numbers/${acme.number.id}/outbound-keys`, { name: 'x' }, { key: minted.key })
    assert.deepEqual([made.status, made.body.code], [403, 'forbidden'])
    const locked = await gateway.post('/v1/keys', { name: 'locked', scopes: ['customers:write'], workspace_id: acme.workspace.id })
    const path = `/v1/customers/${acme.customer.id}`
    for (const [verb, where, body] of [['POST', `${path}/credits`, { amount: 5 }], ['DELETE', path]])
      assert.equal((await gateway.ask(verb, where, body, { key: locked.key })).status, 403)
    assert.equal((await gateway.ask('DELETE', path)).body.code, 'conflict', 'its numbers would dial without a limit')
  })
)

test(
  'a filter that names no state is refused, not answered with nothing',
  scenario(async ({ gateway }) => {
    const { status, body } = await gateway.ask('GET', '/v1/callbacks?state=foo')
    assert.deepEqual([status, body.errors[0].pointer], [422, '?state'])
    assert.deepEqual(await gateway.list('/v1/callbacks?state=parked'), [])
  })
)
