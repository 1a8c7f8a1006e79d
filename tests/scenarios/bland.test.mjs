// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What is Bland's own: a list of calls without metadata that proves nothing, refusals that are told by their words, reports that
// come stripped, enriched or of a call that is none.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment } from './lib/time.mjs'
import { PATHWAY, PERSONA } from '../simulators/bland/world.mjs'

const options = { provider: 'bland' }
const sample = name => JSON.parse(readFileSync(new URL(`../drivers/bland/samples/bland/${name}.json`, import.meta.url)))

/** Waits until so many events have come and nothing of them is still to be done. */
function processed(gateway, n) {
  return eventually(async () => {
    const events = await gateway.list('/v1/events')
    return events.length === n && events.every(one => one.state === 'processed') && events
  }, `${n} events were processed`)
}

test(
  'a lost answer: the call is found among those of its number, each asked for by its id',
  scenario(async all => {
    const { bland, acme } = all
    bland.settings.same_number_ms = 0
    bland.cast(CALLEE, 'busy', 'answers')
    bland.place({ from: acme.from, phone_number: CALLEE, pathway_id: PATHWAY, metadata: { sh_dial_id: 'of another gateway' } })
    bland.fault('hooks', 'never', { times: null })
    bland.fault('create_call', 'accept_drop_answer')
    const call = await acme.place()
    assert.equal(call.status, 202)
    await acme.latestInTime(call.callback_id, 'completed')
    assert.deepEqual(
      (await acme.chain(call.callback_id)).map(one => one.outcome),
      ['terminal']
    )
    assert.equal(acme.dials.length, 1)
    const asked = bland.requests.filter(one => one.route === 'get_call').map(one => one.path)
    assert.equal(new Set(asked).size, 2, 'both calls to that number were asked for')
  }, options)
)

test(
  'a lost answer that no list shows is parked, and never dialled again',
  scenario(async all => {
    const { bland, acme } = all
    bland.settings.list_lag_ms = Infinity
    bland.cast('*', 'answers')
    bland.fault('hooks', 'never', { times: null })
    bland.fault('create_call', 'accept_drop_answer')
    const call = await acme.place()
    await acme.latestInTime(call.callback_id, 'parked')
    assert.equal(acme.dials.length, 1)
    assert.deepEqual(bland.rings.by_number, { [CALLEE]: 1 })
  }, options)
)

test(
  'a report without its metadata finds its dial by what came back among the variables',
  scenario(async ({ bland, acme }) => {
    bland.settings.stripped = ['metadata', 'transcripts', 'concatenated_transcript', 'pathway_logs']
    bland.cast('*', 'answers')
    bland.fault('create_call', 'accept_drop_answer')
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 1)
  }, options)
)

test(
  'a limit is waited for; what is refused for good is not asked again',
  scenario(async ({ bland, clock, acme }) => {
    bland.cast('*', 'answers', 'answers')
    bland.fault('create_call', '429', { message: 'Rate limit exceeded' })
    const limited = await acme.place()
    assert.equal(limited.status, 202)
    await clock.forward('9m')
    assert.equal(acme.dials.length, 1)
    await clock.forward('2m')
    await acme.latest(limited.callback_id, 'completed')
    assert.deepEqual(Object.values(bland.rings.by_dial), [1])

    await clock.forward('1m')
    bland.account.dnc.add('+12135550177')
    const refused = await acme.request({ to_number: '+12135550177' })
    assert.deepEqual([refused.status, refused.body.code], [502, 'provider_refused'])
    assert.match(refused.body.detail, /do_not_call_list/)
    const asked = acme.dials.length
    await clock.forward('1h')
    assert.equal(acme.dials.length, asked)
    assert.equal(await acme.balance(), 9, 'nobody was called, and nothing is charged')
  }, options)
)

test(
  'ten seconds between two calls to one number: nobody knows, so it is looked up',
  scenario(async all => {
    const { bland, acme } = all
    bland.cast('*', 'no_answer')
    bland.place({ from: acme.from, phone_number: CALLEE, pathway_id: PATHWAY })
    const call = await acme.place()
    assert.equal(call.status, 202)
    await acme.latestInTime(call.callback_id, 'parked')
    assert.equal(acme.dials.length, 1)
    assert.deepEqual(bland.rings.by_number, { [CALLEE]: 1 })
  }, options)
)

test(
  'citations come after the report, and what they say still counts',
  scenario(async ({ gateway, bland, clock, acme }) => {
    const wanted = { call_options: JSON.stringify({ citation_schema_ids: ['s-1'], webhook_events: ['citations', 'call', 'queue'] }) }
    await gateway.ask('PATCH', `/v1/agents/${acme.agent.id}`, { settings: wanted })
    const when = moment('2027-03-02 11:30 America/Los_Angeles')
    const citations = [
      { variable_name: 'switchhook_callback', variable_type: 'boolean', value: true },
      { variable_name: 'switchhook_callback_time', variable_type: 'string', value: new Date(when).toISOString() }
    ]
    bland.cast('*', { script: 'answers', citations }, 'answers')
    const call = await acme.place()
    assert.deepEqual(acme.dials[0].citation_schema_ids, ['s-1'])
    await eventually(() => bland.webhooks.log.length === 4, 'queue, call, report and citations were told')
    await bland.webhooks.idle()
    await processed(gateway, 4)
    await clock.forward('6m')
    await acme.scheduled(call.callback_id, { attempt: 2, at: when })
  }, options)
)

test(
  'a tag that comes after the decision, and says no more calls, ends the chain and suppresses the callee',
  scenario(async ({ gateway, bland, acme }) => {
    bland.cast('*', 'no_answer', 'answers')
    const call = await acme.place()
    await acme.scheduled(call.callback_id, { attempt: 2 })
    const [{ provider_call_id: id }] = await gateway.list('/v1/calls')
    const [{ metadata }] = acme.dials
    const late = { call_id: id, to: CALLEE, from: acme.from, inbound: false, completed: true, status: 'no-answer', metadata }
    assert.equal((await acme.deliver({ ...late, disposition_tag: 'DO_NOT_CONTACT' })).status, 204)
    await acme.latest(call.callback_id, 'suppressed')
    await processed(gateway, 2)
    assert.equal((await gateway.list('/v1/suppressions')).length, 1)
    const [{ outcome, end_reason: reason }] = await gateway.list('/v1/calls')
    assert.deepEqual([outcome, reason], ['do_not_call', 'DO_NOT_CONTACT'])
    // Once is enough: more news of it changes nothing.
    assert.equal((await acme.deliver({ ...late, disposition_tag: 'DO_NOT_CONTACT', error_message: 'news' })).status, 204)
    await processed(gateway, 3)
    assert.equal((await acme.activity()).filter(one => one.kind === 'callee.suppressed').length, 1)
    assert.equal(acme.dials.length, 1)
  }, options)
)

test(
  'the second leg of a warm transfer is no call of ours, and a report that comes twice is one',
  scenario(async ({ gateway, bland, acme }) => {
    bland.fault('hooks', 'twice')
    bland.cast('*', 'transferred')
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    const [{ metadata }] = acme.dials
    const leg = { ...sample('postcall.proxy-agent'), metadata }
    assert.equal((await acme.deliver(leg)).status, 204)
    assert.equal((await acme.deliver(sample('unknown-shape'))).status, 204)
    assert.equal((await acme.deliver(leg, { key: null })).status, 401)
    assert.deepEqual((await processed(gateway, 3)).map(one => one.kind).toSorted(), ['call_ended', 'other', 'other'])
    assert.equal((await acme.chain(call.callback_id)).length, 1)
    assert.equal(await acme.balance(), 9)
  }, options)
)

test(
  'an agent that is no more than a prompt is made here; a persona is synced',
  scenario(async ({ gateway, bland, clock, acme }) => {
    const speaks = async agent => {
      await gateway.put(`/v1/numbers/${acme.number.id}/agent`, { agent_id: agent.id, inbound: true, outbound: true })
      bland.cast('*', 'answers')
      const call = await acme.place()
      assert.equal(call.status, 201)
      await acme.latest(call.callback_id, 'completed')
      await clock.forward('1m')
      return acme.dials.at(-1)
    }
    const settings = { task: 'Ask whether the parcel came.\nThank them.', max_duration_min: '5' }
    const made = await gateway.post('/v1/agents', { workspace_id: acme.workspace.id, name: 'Parcels', settings })
    const { task, max_duration: minutes, pathway_id: pathway, webhook } = await speaks(made)
    assert.deepEqual([task, minutes, pathway, webhook], [settings.task, 5, undefined, undefined], 'Bland takes no webhook but by https')
    const persona = acme.agents.find(one => one.provider_agent_id === `persona:${PERSONA}`)
    assert.equal(persona.name, 'Front desk')
    assert.equal((await speaks(persona)).persona_id, PERSONA)
    assert.ok(!acme.agents.some(one => one.name === 'Retired desk'))
  }, options)
)

test(
  "numbers of one's own Twilio are imported and dialled with its key",
  scenario(
    async ({ gateway, bland, acme }) => {
      await gateway.bootstrap()
      await acme.connect()
      const before = await acme.importable()
      await gateway.put(`/v1/workspaces/${acme.workspace.id}/credentials`, {
        ...acme.provider.credentials(bland),
        encrypted_key: bland.account.encrypted_key
      })
      assert.equal((await acme.importable()).length, before.length + 1)
      await acme.importNumbers()
      acme.number = acme.numbers.find(one => one.number === '+12025550100')
      acme.from = '+12025550100'
      await acme.assign()
      await acme.mapAgent()
      await acme.mintKey()
      await acme.pointWebhooks()
      bland.cast('*', 'answers')
      const call = await acme.place()
      assert.equal(call.status, 201)
      await acme.latest(call.callback_id, 'completed')
    },
    { ...options, account: false, bland: { own: ['+12025550100'] } }
  )
)
