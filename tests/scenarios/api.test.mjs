// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The API as its callers see it: who may see what, what may be set, how lists, versions and repeats behave.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callEnded, CALLEE, FROM } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'
import { Wire } from '../torture/wire.mjs'

const NOBODY = '01890000-0000-7000-8000-000000000000'

function problem({ status, headers, body }, wanted, code, pointers) {
  assert.equal(status, wanted, JSON.stringify(body))
  assert.match(headers.get('content-type'), /^application\/problem\+json/)
  assert.equal(body.code, code)
  if (pointers) assert.deepEqual(body.errors.map(one => one.pointer).toSorted(), pointers.toSorted())
}

test(
  'what is alive, what is ready, what is counted',
  scenario(async ({ gateway }) => {
    const open = { key: null }
    assert.deepEqual(await gateway.get('/healthz', open), { status: 'ok' })
    const ready = await gateway.get('/readyz?verbose', open)
    assert.equal(ready.status, 'ready')
    assert.equal(ready.trial_clock, true)
    assert.deepEqual(
      ready.checks.filter(one => one.name !== 'standby').map(one => `${one.name} ${one.state}`),
      ['worker', 'database', 'keys', 'clock', 'migrations', 'recovering', 'drivers', 'quarantine', 'spool'].map(name => `${name} ok`)
    )
    assert.ok(ready.drivers.some((d) => d.name === 'retell'))
    assert.deepEqual(ready.drivers.filter((d) => d.state !== 'ready'), [])
    assert.ok((await gateway.metric('switchhook_http_requests_total')) > 0)

    const retell = (await gateway.get('/v1/providers')).data.find(one => one.name === 'retell')
    assert.equal(retell.state, 'ready')
    assert.ok(retell.settings.some(one => one.name === 'webhook_key' && one.kind === 'secret'))
    assert.match((await gateway.get('/v1/tenant')).id, /^[0-9a-f-]{36}$/)
  })
)

test(
  'probes cost the database next to nothing',
  scenario(
    async ({ gateway }) => {
      const probe = async () => (await gateway.ask('GET', '/readyz?verbose', undefined, { key: null })).body.checks.length
      const asked = () => gateway.metric('switchhook_ready_questions_total')
      const before = await asked()
      const began = performance.now()
      const answers = []
      for (let i = 0; i < 20; i++) answers.push(...(await Promise.all(Array.from({ length: 20 }, probe))))
      assert.deepEqual(new Set(answers), new Set([10]))
      // One at most for each second that it took, however fast this machine is: and each is answered.
      const most = Math.ceil((performance.now() - began) / 1000) + 1
      const n = (await asked()) - before
      assert.ok(n <= most, `400 probes: ${n} questions, at most ${most}`)
      assert.ok((await asked()) > 0, 'the start was asked about')
    },
    { config: { workers: 1 } }
  )
)

test(
  'a probe is answered while the database is slow, and cuts nobody else short',
  scenario(
    async ({ gateway, clock, acme }) => {
      const lost = () => gateway.metric('switchhook_database_connections_lost_total')
      const questions = () => gateway.metric('switchhook_ready_questions_total')
      const waits = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
      const before = await lost()
      for (const [lock, ask] of [
        ['LOCK TABLE inbox IN SHARE MODE', () => acme.deliver(callEnded('call_slow', { at: clock.now() }))],
        ['LOCK TABLE customer IN ACCESS EXCLUSIVE MODE', () => gateway.ask('GET', '/v1/customers')]
      ]) {
        const other = new Wire(gateway.conninfo)
        await other.text(`BEGIN; ${lock}`)
        const asked = ask()
        await eventually(async () => (await gateway.sql(waits))[0].n > 0, 'it waits')
        // Behind it, on the same connection, when the last answer no longer counts.
        const n = await questions()
        await eventually(async () => {
          const { body } = await gateway.ask('GET', '/readyz?verbose', undefined, { key: null })
          assert.equal(body.checks.length, 10)
          return (await questions()) > n
        }, 'the database was asked anew')
        await other.text('COMMIT')
        other.close()
        assert.ok((await asked).status < 300, lock)
      }
      assert.equal(await lost(), before)
    },
    { config: { workers: 1 } }
  )
)

test(
  'paths, verbs, keys and bodies that are not right',
  scenario(async ({ gateway, acme }) => {
    problem(await gateway.ask('GET', '/v1/nothing'), 404, 'not_found')
    const verb = await gateway.ask('DELETE', '/v1/customers')
    problem(verb, 405, 'method_not_allowed')
    assert.equal(verb.headers.get('allow'), 'GET, POST')
    for (const key of [null, 'shk_', 'nonsense', gateway.key.slice(0, -1), gateway.key + 'x'])
      problem(await gateway.ask('GET', '/v1/customers', undefined, { key }), 401, 'unauthorized')
    for (const id of ['x', NOBODY]) problem(await gateway.ask('GET', `/v1/customers/${id}`), 404, 'not_found')

    const post = (path, body) => gateway.ask('POST', path, body)
    problem(await post('/v1/customers', {}), 422, 'invalid', ['/name'])
    problem(await post('/v1/customers', { name: '', nmae: 1 }), 422, 'invalid', ['/name', '/nmae'])
    problem(await post('/v1/customers', { name: 'a\u0000b' }), 422, 'invalid', [''])
    problem(await post('/v1/customers', []), 422, 'invalid', [''])
    problem(await post('/v1/workspaces', { name: 'x', provider: 'nobody' }), 422, 'invalid', ['/provider'])
    problem(await post('/v1/workspaces', { name: 'x', provider: 'retell', timezone: 'Mars/One' }), 422, 'invalid', ['/timezone'])
    problem(await post('/v1/workspaces', { name: 'x', provider: 'retell', policy_name: 'none' }), 422, 'invalid', ['/policy_name'])
    problem(await post('/v1/workspaces', { name: 'x', provider: 'retell', variable_prefix: '1_' }), 422, 'invalid', ['/variable_prefix'])
    problem(await post(`/v1/customers/${acme.customer.id}/credits`, { amount: 1.5 }), 422, 'invalid', ['/amount'])
    problem(await post(`/v1/customers/${acme.customer.id}/credits`, { amount: 0 }), 422, 'invalid', ['/amount'])
    problem(await post(`/v1/customers/${acme.customer.id}/credits`, { amount: -11 }), 409, 'conflict')
    problem(await gateway.ask('GET', '/v1/numbers?workspace=x'), 422, 'invalid', ['?workspace'])
    problem(await gateway.ask('GET', '/v1/numbers?wrokspace=x'), 422, 'invalid', ['?wrokspace'])
    problem(await gateway.ask('GET', '/v1/numbers?limit=0'), 422, 'invalid', ['?limit'])
    problem(await gateway.ask('GET', '/v1/numbers?cursor=x'), 422, 'invalid', ['?cursor'])
    problem(await gateway.ask('POST', '/v1/customers', undefined, { raw: '{"name": "x"' }), 400, 'not_json')
  })
)

test(
  'lists come in pages, each row once',
  scenario(async ({ gateway }) => {
    for (let i = 0; i < 5; i++) await gateway.post('/v1/customers', { name: `customer ${i}` })
    const all = (await gateway.get('/v1/customers')).data.map(one => one.id)
    assert.equal(all.length, 6)
    assert.deepEqual((await gateway.list('/v1/customers?limit=2')).map(one => one.id), all)
    assert.equal((await gateway.get('/v1/customers?limit=6')).next_cursor, null)
    const activity = (await gateway.list('/v1/activity?limit=3')).map(one => one.id)
    assert.deepEqual(activity, activity.toSorted().toReversed(), 'newest first')
    assert.equal(new Set(activity).size, activity.length)
  })
)

test(
  'a change names the version that it changes',
  scenario(async ({ gateway, acme }) => {
    const path = `/v1/customers/${acme.customer.id}`
    const { headers, body } = await gateway.ask('GET', path)
    assert.equal(headers.get('etag'), `"${body.version}"`)
    const match = tag => ({ headers: { 'if-match': tag } })
    const renamed = await gateway.ask('PATCH', path, { name: 'Acme' }, match(headers.get('etag')))
    assert.deepEqual([renamed.status, renamed.body.name, renamed.body.version], [200, 'Acme', body.version + 1])
    problem(await gateway.ask('PATCH', path, { name: 'Old' }, match(headers.get('etag'))), 412, 'precondition_failed')
    problem(await gateway.ask('PATCH', path, { name: 'Old' }, match('W/"1"')), 412, 'precondition_failed')
    assert.equal((await gateway.ask('PATCH', path, { name: 'New' })).status, 200)

    const workspace = `/v1/workspaces/${acme.workspace.id}`
    problem(await gateway.ask('PATCH', workspace, { timezone: 'UTC' }, match('"999"')), 412, 'precondition_failed')
    assert.equal((await gateway.patch(workspace, { timezone: 'US/Pacific', dials_per_minute: 7 })).dials_per_minute, 7)
    assert.equal((await gateway.patch(workspace, { dials_per_minute: null })).dials_per_minute, null)
  })
)

test(
  'a POST with the same Idempotency-Key happens once',
  scenario(async ({ gateway }) => {
    const headers = { 'idempotency-key': 'one' }
    const post = (body, key = gateway.key) => gateway.ask('POST', '/v1/customers', body, { headers, key })
    const first = await post({ name: 'Once' })
    const second = await post({ name: 'Once' })
    assert.equal(first.status, 201)
    assert.equal(first.headers.get('location'), `/v1/customers/${first.body.id}`)
    assert.deepEqual([second.status, second.body], [first.status, first.body])
    assert.equal(second.headers.get('idempotency-replayed'), 'true')
    problem(await post({ name: 'Twice' }), 409, 'idempotency_reuse')
    const at_once = await Promise.all(
      Array.from({ length: 8 }, () => gateway.ask('POST', '/v1/customers', { name: 'Race' }, { headers: { 'idempotency-key': 'two' } }))
    )
    for (const one of at_once) assert.ok([201, 409].includes(one.status), String(one.status))
    assert.equal((await gateway.list('/v1/customers')).filter(one => one.name === 'Race').length, 1)

    // The key that a POST made is kept sealed, and shown to the same asker again.
    const mint = () => gateway.ask('POST', '/v1/keys', { name: 'k', scopes: ['calls:read'] }, { headers: { 'idempotency-key': 'three' } })
    const minted = await mint()
    assert.equal((await mint()).body.key, minted.body.key)
    assert.equal((await gateway.list('/v1/keys')).filter(one => one.name === 'k').length, 1)
  })
)

test(
  'a key does what its scopes say, in its workspace',
  scenario(async ({ gateway, acme }) => {
    const mint = (more, options) => gateway.ask('POST', '/v1/keys', { name: 'a key', ...more }, options)
    const reader = (await mint({ scopes: ['numbers:read', 'activity:read', 'keys:admin'] })).body
    assert.match(reader.key, /^shk_/)
    const as = { key: reader.key }
    problem(await gateway.ask('GET', '/v1/customers', undefined, as), 403, 'forbidden')
    problem(await mint({ scopes: ['customers:read'] }, as), 422, 'invalid', ['/scopes/0'])
    problem(await mint({ scopes: ['admin'] }, as), 422, 'invalid', ['/scopes/0'])
    problem(await mint({ scopes: ['cooking'] }), 422, 'invalid', ['/scopes/0'])
    problem(await mint({ scopes: ['calls:read'], workspace_id: NOBODY }), 422, 'invalid', ['/workspace_id'])
    problem(await mint({ scopes: ['calls:read'], expires_at: '2020-01-01T00:00:00Z' }), 422, 'invalid', ['/expires_at'])

    // Without pii:read numbers are masked.
    const masked = (await gateway.get('/v1/numbers', as)).data
    for (const one of masked) assert.match(one.number, /^\+1•+\d{4}$/)
    assert.ok(!JSON.stringify(masked).includes(FROM))
    const shown = (await gateway.get('/v1/numbers')).data
    assert.ok(shown.some(one => one.number === FROM))

    // A workspace's key sees nothing of the other one.
    const other = await gateway.post('/v1/workspaces', { name: 'Other', provider: 'retell' })
    assert.equal(other.timezone, 'UTC')
    const locked = (await mint({ scopes: ['admin'], workspace_id: other.id })).body
    const inside = { key: locked.key }
    assert.deepEqual((await gateway.get('/v1/workspaces', inside)).data.map(one => one.id), [other.id])
    assert.deepEqual((await gateway.get('/v1/numbers', inside)).data, [])
    for (const path of [
      `/v1/workspaces/${acme.workspace.id}`,
      `/v1/workspaces/${acme.workspace.id}/webhook-url`,
      `/v1/workspaces/${acme.workspace.id}/policy`,
      `/v1/numbers/${acme.number.id}`,
      `/v1/numbers/${acme.number.id}/outbound-keys`,
      `/v1/agents/${acme.agent.id}`,
      `/v1/agents/${acme.agent.id}/webhook-url`
    ])
      problem(await gateway.ask('GET', path, undefined, inside), 404, 'not_found')
    problem(await gateway.ask('POST', '/v1/workspaces', { name: 'x', provider: 'retell' }, inside), 403, 'forbidden')
    problem(await gateway.ask('POST', '/v1/agents/sync', { workspace_id: acme.workspace.id }, inside), 404, 'not_found')
    problem(await gateway.ask('PATCH', `/v1/agents/${acme.agent.id}`, { enabled: false }, inside), 404, 'not_found')
    problem(
      await gateway.ask('PUT', `/v1/numbers/${acme.number.id}/agent`, { agent_id: acme.agent.id }, inside),
      404,
      'not_found'
    )

    // What is revoked or deleted opens nothing.
    await gateway.del(`/v1/keys/${reader.id}`)
    problem(await gateway.ask('GET', '/v1/numbers', undefined, as), 401, 'unauthorized')
    await gateway.del(`/v1/workspaces/${other.id}`)
    problem(await gateway.ask('GET', '/v1/numbers', undefined, inside), 401, 'unauthorized')
  })
)

test(
  'credentials go in, are tested, and never come out',
  scenario(async ({ gateway, retell, acme }) => {
    const path = `/v1/workspaces/${acme.workspace.id}`
    problem(await gateway.ask('PUT', `${path}/credentials`, { api_kye: 'x', base_url: 7 }), 422, 'invalid', ['/api_kye', '/base_url'])
    const bad = await gateway.put(`${path}/credentials`, { api_key: 'key_wrong' })
    assert.equal(bad.credentials_ok, null)
    assert.deepEqual(bad.secrets_set.toSorted(), ['api_key', 'webhook_key'])
    problem(await gateway.ask('POST', `${path}/credentials/test`), 502, 'provider_refused')
    assert.equal((await gateway.get(path)).credentials_ok, false)

    await gateway.sql("UPDATE workspace SET paused_reason = 'bad_key', paused_at = created_at")
    await gateway.put(`${path}/credentials`, { api_key: retell.apiKeys[0] })
    const good = await gateway.post(`${path}/credentials/test`)
    assert.deepEqual([good.credentials_ok, good.paused_reason], [true, null])
    assert.ok(!JSON.stringify([bad, good]).includes(retell.apiKeys[0]))

    assert.deepEqual((await gateway.put(`${path}/credentials`, { api_key: null })).secrets_set, ['webhook_key'])
    problem(await gateway.ask('POST', `${path}/credentials/test`), 422, 'no_credentials')
    problem(await gateway.ask('POST', '/v1/agents/sync', { workspace_id: acme.workspace.id }), 422, 'no_credentials')

    // Nothing is stored, nothing asked of the provider, and nothing paused.
    const dials = acme.dials.length
    const refused = await acme.request({ to_number: CALLEE })
    problem(refused, 422, 'no_credentials')
    assert.match(refused.body.detail, /has no api_key yet/)
    assert.deepEqual([acme.dials.length, (await gateway.list('/v1/callbacks')).length], [dials, 0])
    assert.equal((await gateway.get(path)).paused_reason, null)

    // Who names nothing changes nothing.
    const before = await gateway.get(path)
    problem(await gateway.ask('PUT', `${path}/credentials`, {}), 422, 'invalid', [''])
    assert.deepEqual(await gateway.get(path), before)
  })
)

test(
  'a call for later waits while a required setting is unset, and is placed once it is set',
  scenario(async ({ gateway, clock, retell, acme }) => {
    retell.cast('*', 'answers')
    const path = `/v1/workspaces/${acme.workspace.id}/credentials`
    const at = new Date(clock.now() + 3600_000).toISOString()
    const { callback_id } = (await acme.request({ to_number: CALLEE, schedule_at: at })).body
    await gateway.put(path, { api_key: null })
    problem(await gateway.ask('POST', `/v1/callbacks/${callback_id}/dial-now`, {}), 422, 'no_credentials')
    await clock.forward('61m')
    await eventually(
      async () => (await gateway.list('/v1/activity')).find(one => one.kind === 'dial.not_placed' && /no api_key/.test(one.text)),
      'the dial is given back'
    )
    assert.equal(acme.dials.length, 0)
    assert.equal((await gateway.get(`/v1/workspaces/${acme.workspace.id}`)).paused_reason, null)
    await gateway.put(path, { api_key: retell.apiKeys[0] })
    await clock.forward('5m')
    await acme.latest(callback_id, 'completed')
    assert.equal(acme.dials.length, 1)
  })
)

test(
  'a setting is checked by its kind where it is set, not at the first call',
  scenario(
    async ({ gateway, accounts }) => {
      const long = 'a'.repeat(4097)
      const cases = [
        // whose, setting, its row, good values, bad values, what is said of them
        ['retell', 'signature_window_s', ['account', 'number', 1, 300], ['1', '300'], ['0', '301', '-5', 'x', ''], /expected a whole number from 1 to 300/],
        ['vapi', 'signature_window_s', ['account', 'number', 1, 300], ['30'], ['-5', '+30', '3e1'], /expected a whole number from 1 to 300/],
        ['twilio', 'ring_timeout_s', ['agent', 'number', 5, 600], ['5', '600'], ['4', '601', 'x', '060', ' 60', '60\n'], /whole number from 5 to 600|control character/],
        ['bland', 'max_duration_min', ['agent', 'number', 1, 120], ['120'], ['720', '1.5', true], /expected a whole number from 1 to 120/],
        ['bland', 'call_options', ['agent', 'json', null, null], ['{}', '{\n\t"voice": "june"\n}\r\n'], ['x', '', '[]', '{"voice"', 'null', '{}{}'], /expected a JSON object/],
        ['bland', 'task', ['agent', 'lines', null, null], ['Ask.\r\n\tThank.\n', ''], ['a\u001b[2J', 'a\u000b', long], /control character, other than a line's end or a tab|at most 4096/],
        ['twilio', 'twiml', ['agent', 'lines', null, null], ['<Response>\n\t<Say>Hi</Say>\n</Response>'], ['a\u007f', long], /control character, other than|at most 4096/],
        ['twilio', 'connect_url', ['agent', 'text', null, null], ['wss://a.example/'], ['wss://a.example/\n'], /control character, such as a line's end/]
      ]
      const { data } = await gateway.get('/v1/providers')
      for (const [provider, name, row, good, bad, says] of cases) {
        const { workspace } = accounts[provider]
        const { scope, kind, least, most } = data.find(one => one.name === provider).settings.find(one => one.name === name)
        assert.deepEqual([scope, kind, least, most], row)
        const ofAgent = scope === 'agent'
        const agent = ofAgent && (await gateway.post('/v1/agents', { workspace_id: workspace.id, name, settings: { [name]: good[0] } }))
        const set = value =>
          ofAgent
            ? gateway.ask('PATCH', `/v1/agents/${agent.id}`, { settings: { [name]: value } })
            : gateway.ask('PUT', `/v1/workspaces/${workspace.id}/credentials`, { [name]: value })
        const at = ofAgent ? `/settings/${name}` : `/${name}`
        for (const value of bad) {
          const refused = await set(value)
          problem(refused, 422, 'invalid', [at])
          assert.match(refused.body.errors[0].detail, says)
        }
        if (ofAgent) problem(await gateway.ask('POST', '/v1/agents', { workspace_id: workspace.id, name, settings: { [name]: bad[0] } }), 422, 'invalid', [at])
        const literal = await set(60)
        if (kind === 'number') assert.deepEqual([literal.status, literal.body.settings[name]], [200, '60'])
        else {
          problem(literal, 422, 'invalid', [at])
          assert.match(literal.body.errors[0].detail, /text in quotes/)
        }
        problem(await set(60.5), 422, 'invalid', [at])
        for (const value of [...good, null]) {
          const { status, body } = await set(value)
          assert.equal(status, 200, JSON.stringify(body))
          assert.deepEqual(body.settings[name], value ?? undefined)
        }
      }
    },
    { providers: ['retell', 'vapi', 'bland', 'twilio'] }
  )
)

test(
  'overrides of a policy are read before they are kept',
  scenario(async ({ gateway, acme }) => {
    for (const path of [`/v1/workspaces/${acme.workspace.id}/policy`, `/v1/agents/${acme.agent.id}/policy`]) {
      const before = await gateway.get(path)
      assert.deepEqual([before.policy_name, before.overrides], ['default', {}])
      const put = await gateway.put(path, { retry: { busy: { delay: '5m' } }, max_attempts: 2 })
      assert.deepEqual(put.overrides, { retry: { busy: { delay: '5m' } }, max_attempts: 2 })
      assert.deepEqual(await gateway.get(path), put)
      problem(await gateway.ask('PUT', path, { max_attempts: 0, quiet_hour: {} }), 422, 'invalid')
      assert.deepEqual(await gateway.get(path), put)
      await gateway.put(path, {})
    }
    // What holds, with whose word each value is.
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { max_attempts: 9, quiet_days: ['sat'] })
    const { plan, effective } = await gateway.put(`/v1/agents/${acme.agent.id}/policy`, { retry: { busy: { delay: '5m' } } })
    assert.deepEqual(
      [plan, effective.max_attempts, effective.quiet_days, effective.retry.busy.delays, effective.retry.busy.enabled, effective.give_up_after],
      [
        'pro',
        { value: 5, from: 'ceiling', name: 'pro' },
        { value: ['sat'], from: 'workspace' },
        { value: ['5m'], from: 'agent' },
        { value: true, from: 'named', name: 'default' },
        { value: '7d', from: 'named', name: 'default' }
      ]
    )
    const rows = await gateway.list(`/v1/agents/${acme.agent.id}/policy/explain`)
    assert.deepEqual(
      rows.filter(row => ['max_attempts', 'retry.busy.delays', 'callbacks.dayparts.noon'].includes(row.key)),
      [
        { key: 'retry.busy.delays', value: ['5m'], from: 'agent' },
        { key: 'max_attempts', value: 5, from: 'ceiling', name: 'pro' },
        { key: 'callbacks.dayparts.noon', value: { at: '12:00', from: '12:00', until: '12:00' }, from: 'default' }
      ]
    )
    problem(await gateway.ask('GET', `/v1/agents/${NOBODY}/policy/explain`), 404, 'not_found')
    problem(await gateway.ask('GET', `/v1/workspaces/${NOBODY}/policy`), 404, 'not_found')
  }, { plan: 'pro' })
)

test(
  'named policies are shown, and a text is tried without being kept',
  scenario(async ({ gateway }) => {
    const names = await gateway.list('/v1/policies')
    assert.deepEqual(names.find(one => one.default), { name: 'default', default: true })
    const named = await gateway.get('/v1/policies/default')
    assert.equal(named.policy.quiet_hours.timezone, 'callee')
    assert.deepEqual(named.effective.gap, { value: '0s', from: 'named', name: 'default' })
    problem(await gateway.ask('GET', '/v1/policies/nowhere'), 404, 'not_found')
    // What is shown is a policy itself.
    const again = await gateway.post('/v1/policies/validate', { yaml: JSON.stringify(named.policy) })
    assert.deepEqual([again.valid, again.errors, again.effective.gap.value], [true, [], '0s'])
    assert.deepEqual(await gateway.post('/v1/policies/validate', { yaml: 'gap: 4h\nmax_atempts: 3\n' }), {
      valid: false,
      errors: [{ line: 2, column: 1, detail: 'unknown key "max_atempts"; did you mean "max_attempts"?' }],
      effective: null
    })
    const shut = await gateway.post('/v1/policies/validate', { yaml: 'quiet_days: [mon, tue, wed, thu, fri, sat, sun]' })
    assert.deepEqual(shut.errors, [{ detail: 'no phone may ever ring: quiet_hours and quiet_days leave no day open' }])
    const lost = await gateway.post('/v1/policies/validate', { yaml: 'jurisdictions: [us-federal, us-stat]\nmax_attempts: 0\n' })
    assert.deepEqual(lost.errors.map(({ line, column }) => [line, column]), [[1, 29], [2, 15]])
    assert.match(lost.errors[0].detail, /no pack "us-stat".*did you mean "us-states"/)
    problem(await gateway.ask('POST', '/v1/policies/validate', {}), 422, 'invalid')
  })
)

test(
  'a plan bounds what policies say',
  scenario(async ({ gateway, acme }) => {
    const of = { agent: `/v1/agents/${acme.agent.id}/policy`, workspace: `/v1/workspaces/${acme.workspace.id}/policy` }
    problem(await gateway.ask('PUT', of.agent, { max_attempts: 2 }), 403, 'plan_forbids')
    // Nothing said is nothing forbidden: what an agent said under another plan can be taken back.
    await gateway.put(of.agent, {})
    const put = await gateway.put(of.workspace, { max_attempts: 9 })
    assert.deepEqual([put.plan, put.effective.max_attempts], ['free', { value: 3, from: 'ceiling', name: 'free' }])
    problem(await gateway.ask('PUT', of.agent, { max_attempts: 2 }, { headers: { 'if-match': '"99"' } }), 403, 'plan_forbids')
  })
)

test(
  'a plan that is not there any more is replaced by free, and agents have no say then',
  scenario(
    async ({ gateway, acme }) => {
      const of = `/v1/agents/${acme.agent.id}/policy`
      await gateway.put(of, { max_attempts: 4, gap: '2h' })
      const { plan, effective } = await gateway.get(of)
      assert.deepEqual([plan, effective.max_attempts.value, effective.gap.value], ['pro', 4, '2h'])
      await gateway.sql("UPDATE tenant SET plan = 'golden'")
      const now = await gateway.get(of)
      assert.deepEqual([now.plan, now.effective.max_attempts, now.effective.gap.value], ['free', { value: 3, from: 'plan', name: 'free' }, '0s'])
      assert.deepEqual(now.overrides, { max_attempts: 4, gap: '2h' })
      assert.ok(gateway.parsed.some(line => line.event === 'plan.missing' && line.plan === 'golden'))
    },
    { plan: 'pro' }
  )
)

test(
  'another plan: nothing is lost, and ceilings come last',
  scenario(
    async ({ gateway, acme }) => {
      const of = { agent: `/v1/agents/${acme.agent.id}/policy`, workspace: `/v1/workspaces/${acme.workspace.id}/policy` }
      await gateway.put(of.workspace, { max_attempts: 5, gap: '1h' })
      await gateway.put(of.agent, { max_attempts: 4, gap: '2h' })
      const holds = async () => {
        const { plan, effective } = await gateway.get(of.agent)
        return [plan, effective.max_attempts.value, effective.max_attempts.from, effective.gap.value]
      }
      assert.deepEqual(await holds(), ['pro', 4, 'agent', '2h'])
      const down = await gateway.patch('/v1/tenant', { plan: 'free' })
      assert.deepEqual(
        [down.plan, down.ceilings, down.agent_overrides, down.clamped],
        ['free', { max_attempts: 3 }, false, { workspaces: 1, agents: 1 }]
      )
      assert.deepEqual(await holds(), ['free', 3, 'ceiling', '1h'])
      assert.deepEqual((await gateway.get(of.agent)).overrides, { max_attempts: 4, gap: '2h' })
      const up = await gateway.cli('tenant', 'update', '--plan', 'scale')
      assert.equal(up.status, 0, up.stderr)
      assert.match(up.stdout, /^clamped\.agents +0$/m)
      assert.deepEqual(await holds(), ['scale', 4, 'agent', '2h'])
      const { clamped, ...tenant } = JSON.parse((await gateway.cli('tenant', 'update', '--plan', 'scale', '--json')).stdout)
      assert.deepEqual(await gateway.get('/v1/tenant'), tenant)
      const told = (await gateway.list('/v1/activity')).filter(one => one.kind === 'plan_changed').map(one => one.text)
      assert.deepEqual(told.sort(), ['plan changed from free to scale', 'plan changed from pro to free'])

      problem(await gateway.ask('PATCH', '/v1/tenant', { plan: 'golden' }), 422, 'invalid')
      assert.match((await gateway.ask('PATCH', '/v1/tenant', { plan: 'golden' })).body.errors[0].detail, /free, pro, scale, starter/)
      problem(await gateway.ask('PATCH', '/v1/tenant', {}), 422, 'invalid')
      const scoped = async body => (await gateway.post('/v1/keys', { name: 'k', ...body })).key
      const policies = await scoped({ scopes: ['policies:write', 'keys:admin'] })
      problem(await gateway.ask('PATCH', '/v1/tenant', { plan: 'pro' }, { key: policies }), 403, 'forbidden')
      const local = await scoped({ scopes: ['admin'], workspace_id: acme.workspace.id })
      problem(await gateway.ask('PATCH', '/v1/tenant', { plan: 'pro' }, { key: local }), 403, 'forbidden')
      const operator = await scoped({ scopes: ['plans:admin'] })
      assert.equal((await gateway.ask('PATCH', '/v1/tenant', { plan: 'pro' }, { key: operator })).body.plan, 'pro')
    },
    { plan: 'pro' }
  )
)

test(
  'a tenant is made with a plan that is known',
  scenario(
    async ({ gateway }) => {
      const wrong = await gateway.cli('bootstrap', '--config', gateway.configFile, '--plan', 'golden')
      assert.equal(wrong.status, 1)
      assert.match(wrong.stderr, /no plan "golden"; the plans are free, pro, scale, starter/)
      await gateway.bootstrap('scale')
      assert.equal((await gateway.get('/v1/tenant')).plan, 'scale')
    },
    { account: false }
  )
)

test(
  'numbers: imported once, assigned, mapped, removed and brought back',
  scenario(async ({ gateway, retell, acme }) => {
    const found = await acme.importable()
    assert.ok(found.every(one => one.imported && one.id))
    const again = await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, all: true })
    assert.deepEqual([again.imported, again.known, again.data.length], [0, 3, 3])
    assert.deepEqual(again.dropped, { count: 0, rows: [] })
    // A row that cannot be stored: the others are taken, and it is told.
    const [row] = retell.numbers.values()
    retell.numbers.set('bad', { ...row, phone_number: '9'.repeat(200) })
    retell.numbers.set('+14155550199', { ...row, phone_number: '+14155550199' })
    const part = await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, all: true })
    assert.deepEqual([part.imported, part.known, part.data.length, part.dropped.count], [1, 3, 4, 1])
    assert.deepEqual([part.dropped.rows.length, part.dropped.rows[0].field, part.dropped.rows[0].why], [1, 'provider_id', 'too long'])
    const shown = await gateway.get(`/v1/numbers/importable?workspace=${acme.workspace.id}`)
    assert.deepEqual([shown.data.length, shown.dropped], [4, part.dropped])
    assert.ok(gateway.log().some(line => line.includes('provider.dropped')))
    const post = body => gateway.ask('POST', '/v1/numbers/import', { workspace_id: acme.workspace.id, ...body })
    problem(await post({}), 422, 'invalid', ['/numbers'])
    problem(await post({ numbers: ['+19995550000'] }), 422, 'invalid', ['/numbers/0'])

    const path = `/v1/numbers/${acme.number.id}`
    problem(await gateway.ask('PUT', `${path}/customer`, { customer_id: NOBODY }), 422, 'invalid', ['/customer_id'])
    problem(await gateway.ask('PUT', `${path}/agent`, { agent_id: NOBODY }), 422, 'invalid', ['/agent_id'])
    const chat = acme.agents.find(one => one.channel === 'chat')
    const mute = await gateway.ask('PUT', `${path}/agent`, { agent_id: chat.id, outbound: true })
    problem(mute, 422, 'invalid', ['/agent_id'])
    assert.match(mute.body.detail, /its channel is chat/)
    assert.equal((await gateway.get(path)).agent_id, acme.agent.id, 'the old one stays')
    problem(await acme.request({ to_number: CALLEE, agent_id: chat.id }), 422, 'invalid', ['/agent_id'])
    assert.deepEqual((await gateway.list(`/v1/numbers?customer=${acme.customer.id}`)).map(one => one.id), [acme.number.id])
    assert.equal((await gateway.patch(path, { inbound: false })).inbound, false)
    assert.equal((await gateway.ask('DELETE', `${path}/agent`)).status, 204)
    assert.equal((await gateway.ask('DELETE', `${path}/customer`)).status, 204)
    assert.deepEqual((({ agent_id, customer_id, outbound }) => [agent_id, customer_id, outbound])(await gateway.get(path)), [null, null, false])

    const key = (await gateway.list(`${path}/outbound-keys`))[0]
    const rotated = await gateway.ask('POST', `${path}/outbound-keys/${key.id}/rotate`)
    assert.equal(rotated.status, 201)
    assert.match(rotated.body.key, /^owk_/)
    problem(await acme.request({ to_number: '+12135550142' }), 401, 'unauthorized')
    problem(await gateway.ask('DELETE', `${path}/outbound-keys/${key.id}`), 404, 'not_found')
    await gateway.del(`${path}/outbound-keys/${rotated.body.id}`)
    assert.deepEqual(await gateway.list(`${path}/outbound-keys`), [])

    await gateway.del(path)
    problem(await gateway.ask('GET', path), 404, 'not_found')
    const back = await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, numbers: [FROM] })
    assert.deepEqual([back.imported, back.data[0].id], [1, acme.number.id])
  })
)

test(
  'a list whose pages go round is refused whole',
  scenario(async ({ gateway, retell, acme }) => {
    const sync = () => gateway.ask('POST', '/v1/agents/sync', { workspace_id: acme.workspace.id })
    const before = await gateway.list(`/v1/agents?workspace=${acme.workspace.id}`)
    const [gone] = retell.agents.keys()
    retell.agents.delete(gone)
    for (const pages of [1, 2, 3]) {
      const { length } = retell.requests
      retell.fault('list_agents', 'goes_round', { pages, times: null })
      const answer = await sync()
      problem(answer, 502, 'provider_failed')
      assert.match(answer.body.detail, /go round.*nothing of it was taken/)
      assert.ok(retell.requests.length - length < 12, 'it is noticed soon')
      retell.clearFaults()
    }
    assert.deepEqual(await gateway.list(`/v1/agents?workspace=${acme.workspace.id}`), before, 'nobody was taken for gone')

    retell.fault('list_phone_numbers', 'goes_round', { pages: 2, times: null })
    problem(await gateway.ask('POST', '/v1/numbers/import', { workspace_id: acme.workspace.id, all: true }), 502, 'provider_failed')
    problem(await gateway.ask('GET', `/v1/numbers/importable?workspace=${acme.workspace.id}`), 502, 'provider_failed')
    retell.clearFaults()
    assert.equal((await sync()).body.missing, 1)
  })
)

test(
  'an agent that is disabled dials no more: what was scheduled is cancelled',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast('*', 'no_answer')
    const call = await acme.place()
    await acme.scheduled(call.callback_id, { attempt: 2 })
    const path = `/v1/agents/${acme.agent.id}`
    problem(await gateway.ask('PATCH', path, { settings: { colour: 'blue' } }), 422, 'invalid', ['/settings/colour'])
    assert.equal((await gateway.patch(path, { enabled: false })).enabled, false)
    const row = await acme.latest(call.callback_id, 'cancelled')
    assert.equal(row.end_reason, 'agent_disabled')
    assert.deepEqual(await gateway.sql('SELECT count(*) AS n FROM due'), [{ n: 0 }])
    await eventually(async () => (await acme.activity()).some(one => /disabled, 1 scheduled/.test(one.text)), 'it was told')
    assert.equal((await gateway.patch(path, { enabled: true })).enabled, true)

    const synced = await gateway.post('/v1/agents/sync', { workspace_id: acme.workspace.id })
    assert.deepEqual([synced.total, synced.added, synced.missing], [acme.agents.length, 0, 0])
    assert.equal((await gateway.list('/v1/events')).every(one => one.state === 'processed'), true)
  })
)

test(
  'a key that asks too often is told to wait',
  scenario(async ({ gateway }) => {
    const first = await gateway.ask('GET', '/v1/tenant')
    assert.equal(first.headers.get('ratelimit-limit'), '200')
    const answers = await Promise.all(Array.from({ length: 600 }, () => gateway.ask('GET', '/v1/tenant')))
    const refused = answers.filter(one => one.status === 429)
    assert.ok(refused.length > 0)
    problem(refused[0], 429, 'too_many')
    assert.equal(refused[0].headers.get('retry-after'), '1')
  })
)
