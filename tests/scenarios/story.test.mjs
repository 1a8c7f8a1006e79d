// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The main job, line by line, as quickstart tells it: from an empty database to a chain that is closed. The same story on every
// provider, in the order of simulators/providers.mjs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { dump } from './lib/database.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment, span } from './lib/time.mjs'
import { PROVIDERS } from '../simulators/providers.mjs'

async function story({ gateway, sim, clock, acme }) {
  const { provider } = acme
  // An empty database gets its first tenant, whose admin key is shown once.
  const { key } = await gateway.bootstrap()
  assert.match(key, /^shk_/)
  const again = await gateway.cli('bootstrap', '--config', gateway.configFile, '--json')
  assert.notEqual(again.status, 0)
  assert.doesNotMatch(again.stdout + again.stderr, /shk_/)

  // An account at the provider is connected; its secrets go in and never come out.
  await acme.connect()
  const workspace = JSON.stringify(await gateway.get(`/v1/workspaces/${acme.workspace.id}`))
  for (const secret of provider.secrets(sim)) assert.ok(!workspace.includes(secret))

  // Three numbers are imported; importing them again changes nothing.
  assert.equal((await acme.importable()).length, 3)
  await acme.importNumbers()
  assert.equal(acme.numbers.length, 3)

  // One is assigned to Acme Dental, with 10 credits; an agent is mapped to it, with outbound on.
  await acme.assign({ name: 'Acme Dental', credits: 10 })
  await acme.mapAgent({ outbound: true })
  await gateway.post('/v1/numbers/import', { workspace_id: acme.workspace.id, numbers: [acme.number.provider_id] })
  assert.equal(
    (await gateway.get(`/v1/numbers/${acme.number.id}`)).customer_id,
    acme.customer.id,
    'an import drops no assignment'
  )
  assert.equal((await gateway.list('/v1/numbers')).length, 3)

  // A key that may place calls from that number, shown once.
  const minted = await acme.mintKey()
  assert.match(minted.key, /^owk_/)
  assert.ok(!JSON.stringify(await gateway.get(`/v1/numbers/${acme.number.id}/outbound-keys`)).includes(minted.key))

  // The agent's webhook URL goes to the provider; it is not verified until the first genuine delivery.
  assert.match(await acme.pointWebhooks(), new RegExp(`/api/webhooks/${provider.name}/wh_`))
  assert.equal((await gateway.get(`/v1/agents/${acme.agent.id}`)).verification_status, 'pending')

  // One request places a call: 201, with the provider's own call id. It rings out.
  await clock.set('2027-03-01 16:00 America/Los_Angeles')
  sim.cast(CALLEE, 'no_answer', 'voicemail', 'answers')
  const call = await acme.place({ variables: { customer_name: 'Zoë Núñez' } })
  assert.equal(call.status, 201)
  assert.equal(call.call_id, [...sim.calls.keys()][0])
  const first = await acme.expectDial()
  assert.equal(first.from_number, acme.from)
  // A provider that asks for them when somebody answers does not know them yet.
  assert.equal(first.variables === undefined, provider.variablesOnAnswer === true)
  if (first.variables) {
    assert.equal(first.variables.customer_name, 'Zoë Núñez')
    assert.equal(first.variables.switchhook_redial_reason, undefined, 'the first call is no redial')
  }

  // The next attempt is in an hour, because nobody answered.
  const ended = () => [...sim.calls.values()].at(-1).ended_at
  const second = await acme.scheduled(call.callback_id, {
    attempt: 2,
    at: ended() + span('1h'),
    reason: 'no_answer_followup'
  })
  assert.equal((await gateway.get(`/v1/agents/${acme.agent.id}`)).verification_status, 'verified')
  assert.equal(await acme.balance(), 9)

  // An hour passes.
  await clock.set(Date.parse(second.due_at) + 1000)
  const dial2 = await acme.expectDial({ answered: true })
  assert.equal(dial2.variables.switchhook_redial_reason, 'no_answer_followup')
  assert.equal(dial2.variables.switchhook_attempt, '2')
  assert.equal(dial2.variables.switchhook_is_final_attempt, 'false')
  assert.equal(dial2.variables.customer_name, 'Zoë Núñez', 'what the caller gave is replayed')

  // Voicemail, a little after five. Four hours later would be nine in the evening: quiet since eight, so it is nine in
  // the morning, by the workspace's clock.
  const third = await acme.scheduled(call.callback_id, {
    attempt: 3,
    at: moment('2027-03-02 09:00 America/Los_Angeles'),
    reason: 'voicemail_followup'
  })
  assert.ok(ended() + span('4h') > moment('2027-03-01 20:00 America/Los_Angeles'))

  await clock.set(Date.parse(third.due_at) + 1000)
  const dial3 = await acme.expectDial({ answered: true })
  assert.equal(dial3.variables.switchhook_attempt, '3')
  assert.equal(dial3.variables.switchhook_is_final_attempt, 'true')

  // The callee answers: the chain is closed, the credits are settled, nothing is due any more.
  await acme.latest(call.callback_id, 'completed')
  assert.deepEqual(
    (await acme.chain(call.callback_id)).map(one => [one.attempt, one.outcome]),
    [
      [1, 'no_answer'],
      [2, 'voicemail'],
      [3, 'terminal']
    ]
  )
  assert.equal(await acme.balance(), 7)
  assert.deepEqual(await gateway.sql('SELECT kind, count(*) AS n FROM ledger GROUP BY kind ORDER BY kind'), [
    { kind: 'grant', n: 1 },
    { kind: 'reserve', n: 3 },
    { kind: 'settle', n: 3 }
  ])
  await eventually(async () => (await gateway.sql('SELECT count(*) AS n FROM due'))[0].n === 0, 'nothing was due any more')
  assert.equal((await gateway.sql('SELECT count(*) AS n FROM live_dial'))[0].n, 0)

  // Each phone rang once per attempt, and every step stands in the activity list.
  assert.deepEqual(Object.values(sim.rings.by_dial), [1, 1, 1])
  assert.equal(sim.rings.by_number[CALLEE], 3)
  const told = (await acme.activity()).map(one => one.text).join('\n')
  for (const word of ['no_answer', 'voicemail', 'attempt 2', 'attempt 3', 'quiet'])
    assert.ok(told.includes(word), `${word} is not in the activity list:\n${told}`)
  assert.ok(!told.includes(CALLEE), 'the activity list holds no number')

  // What is kept of it holds no number, no variable and no secret in clear.
  const kept = await dump(gateway.conninfo)
  for (const secret of [CALLEE, CALLEE.slice(1), acme.from, 'Zoë', minted.key, key, ...provider.secrets(sim)])
    assert.ok(!kept.includes(secret), `${secret} is in the dump`)
  assert.ok(!gateway.log().some(line => line.includes(CALLEE) || line.includes('Zoë')), 'the log holds no personal data')

  assert.deepEqual(await gateway.stop(), { status: 0, signal: null })
}

for (const { name, title } of Object.values(PROVIDERS))
  test(
    `the main job, end to end, on ${title}`,
    scenario(story, { provider: name, account: false, database: name === 'retell' ? 'embedded' : 'shared' })
  )
