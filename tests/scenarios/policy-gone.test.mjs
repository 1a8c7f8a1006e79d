// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A policy or a pack that stored policies name is taken out of the folder. Nothing rings without it, nothing is given up, people are told
// where they look, and what waited goes on by itself once it is there again or the policy names it no more.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { otherCall } from './lib/others.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment } from './lib/time.mjs'

const TO = '+12135550150'
const OTHER = '+12135550151'
const PACK = `name: house
version: 2026.11.1
title: "Rules of the house"
rules:
  - {id: house-hours, where: US, hours: "09:00-19:00", source: "the house", checked: 2026-11-21, verified: yes}
`
const QUICK = { config: { engine: { poll: '500ms' } }, set: { workspace: { dials_per_minute: 6000 } } }

/** The gateway gets a folder of policies of its own: {put, take}, each with a reload that must be taken. */
async function policies(gateway, folder) {
  const dir = folder.join('policies')
  cpSync(gateway.config.policies, dir, { recursive: true })
  gateway.configure({ policies: dir })
  const load = async () => {
    const old = gateway.children('worker')
    assert.equal(await gateway.reload(), true)
    await eventually(() => !gateway.children('worker').some(one => old.includes(one)), 'the old workers were gone')
  }
  return {
    dir,
    async put(file, text) {
      writeFileSync(`${dir}/${file}`, text)
      await load()
    },
    async take(file) {
      rmSync(`${dir}/${file}`)
      await load()
    }
  }
}

const lacking = (gateway, n) => eventually(async () => (await gateway.metric('switchhook_policies_lacking')) === n, `${n} are said to lack something`)
const at = text => new Date(moment(text)).toISOString()
const told = async (gateway, id) => (await gateway.get(`/v1/callbacks/${id}/explain`)).data

test(
  'a pack goes while callbacks wait: they are held and told of, and go on when it is back',
  scenario(async ({ gateway, retell, clock, acme, folder }) => {
    const files = await policies(gateway, folder)
    const policy = `/v1/workspaces/${acme.workspace.id}/policy`
    await files.put('jurisdictions/house.yaml', PACK)
    const wrong = await gateway.ask('PUT', policy, { jurisdictions: ['hous'] })
    assert.deepEqual([wrong.status, wrong.body.code], [422, 'invalid'])
    assert.match(JSON.stringify(wrong.body), /there is no pack \\"hous\\"/)
    assert.equal((await gateway.put(policy, { jurisdictions: ['house'] })).lacks, null)
    retell.cast('*', { script: 'answers', always: true })
    const call = await acme.place({ to: TO, schedule_at: at('2027-03-01 11:00 America/Los_Angeles') })
    await lacking(gateway, 0)

    await files.take('jurisdictions/house.yaml')
    await lacking(gateway, 1)
    const line = gateway.parsed.findLast(one => one.event === 'policy.lacks')
    assert.deepEqual([line.level, line.workspace_id], ['error', acme.workspace.id])
    assert.match(line.why, /^the jurisdiction pack house, which the policy names, is not there$/)
    assert.match((await gateway.get(policy)).lacks, /the jurisdiction pack house/)
    const order = await acme.request({ to_number: OTHER })
    assert.deepEqual([order.status, order.body.code], [422, 'policy_incomplete'])
    assert.match(order.body.detail, /the jurisdiction pack house/)

    await clock.set('2027-03-01 11:00:05 America/Los_Angeles')
    const held = await acme.latest(call.callback_id, 'held')
    assert.equal(held.end_reason, 'no_pack')
    const now = await gateway.ask('POST', `/v1/callbacks/${held.id}/dial-now`, { override_quiet_hours: true, reason: 'they wait' })
    assert.deepEqual([now.status, now.body.code], [422, 'policy_incomplete'])
    const decision = (await told(gateway, held.id)).at(-1)
    assert.deepEqual([decision.verdict, decision.record.reason, decision.record.lacks], ['held', 'no_pack', 'house'])
    assert.match(decision.text, /^The dial was held, .* 11:00 in America\/Los_Angeles: the jurisdiction pack house, .* looked at again by itself/)
    // Of what a person must see to, this is none.
    const other = randomUUID()
    await gateway.sql(
      `INSERT INTO callbacks SELECT (jsonb_populate_record(c, '{"callback_id": "${other}", "chain_root_id": "${other}", "end_reason": "no_evidence"}')).*
         FROM callbacks c WHERE callback_id = '${held.id}'`
    )
    assert.deepEqual(acme.dials, [])

    await files.put('jurisdictions/house.yaml', PACK)
    await acme.latest(call.callback_id, 'completed')
    await lacking(gateway, 0)
    assert.equal(acme.dials.length, 1)
    assert.equal((await gateway.get(policy)).lacks, null)
    assert.equal((await acme.callback(other)).state, 'held')
    const activity = (await acme.activity()).map(one => one.text)
    assert.ok(activity.includes('attempt 1 goes on: what held it (no_pack) holds it no more'), activity.join('\n'))
  }, QUICK)
)

test(
  'what a policy holds is looked at again when its words change, and waits until it is permitted',
  scenario(async ({ gateway, retell, clock, acme, folder }) => {
    const files = await policies(gateway, folder)
    const policy = `/v1/workspaces/${acme.workspace.id}/policy`
    await files.put('jurisdictions/house.yaml', PACK)
    await gateway.put(policy, { jurisdictions: ['house'] })
    retell.cast('*', { script: 'answers', always: true })
    const call = await acme.place({ to: TO, schedule_at: at('2027-03-01 11:00 America/Los_Angeles') })
    await files.take('jurisdictions/house.yaml')
    await clock.set('2027-03-01 11:00:05 America/Los_Angeles')
    assert.equal((await acme.latest(call.callback_id, 'held')).end_reason, 'no_pack')

    // No law any more, and not a day in sight: held for another reason.
    const days = Array.from({ length: 20 }, (_, n) => new Date(Date.UTC(2027, 2, 1 + n)).toISOString().slice(0, 10))
    await gateway.put(policy, { jurisdictions: [], quiet_dates: days })
    await lacking(gateway, 0)
    await gateway.put(policy, { jurisdictions: [], quiet_dates: days.slice(0, 1) })
    // Back to its time, and from there by the claim to when it may ring.
    await eventually(async () => {
      const { state, due_at } = await acme.callback(call.callback_id)
      return state === 'scheduled' && Date.parse(due_at) === moment('2027-03-02 09:00 America/Los_Angeles')
    }, 'it waits for the next morning')
    await gateway.put(policy, { jurisdictions: [], quiet_dates: days })
    await clock.set('2027-03-02 09:00:05 America/Los_Angeles')
    assert.equal((await acme.latest(call.callback_id, 'held')).end_reason, 'no_permitted_time')
    assert.deepEqual(acme.dials, [])
    await gateway.put(policy, { jurisdictions: [] })
    await acme.latest(call.callback_id, 'completed')
    assert.equal(acme.dials.length, 1)
  }, QUICK)
)

test(
  'a named policy goes: nothing is dialled nor decided by the defaults, but for a wish for no more calls',
  scenario(async ({ gateway, retell, clock, acme, folder }) => {
    const files = await policies(gateway, folder)
    await files.put('once.yaml', 'max_attempts: 1\njurisdictions: []\n')
    await gateway.patch(`/v1/workspaces/${acme.workspace.id}`, { policy_name: 'once' })
    retell.cast('*', { script: 'keeps_ringing', always: true })
    const busy = await acme.place({ to: TO })
    const refuses = await acme.place({ to: OTHER })
    const waits = await acme.place({ to: '+12135550152', schedule_at: at('2027-03-01 11:00 America/Los_Angeles') })
    const ended = () => gateway.sql("SELECT FROM live_dial WHERE state = 'ended'")
    const calls = [busy.call_id, refuses.call_id]

    await files.take('once.yaml')
    await lacking(gateway, 1)
    await clock.set('2027-03-01 11:00:05 America/Los_Angeles')
    const held = await acme.latest(waits.callback_id, 'held')
    assert.equal(held.end_reason, 'no_policy')
    const decision = (await told(gateway, held.id)).at(-1)
    assert.match(decision.text, /the policy once, which the workspace names, is not there/)
    assert.equal(decision.record.policy.name, 'once')
    retell.play(calls[0], 'busy')
    retell.play(calls[1], { script: 'answers', transcript: 'Agent: Hello. \nUser: Stop calling me, take me off your list. \n' })
    await acme.latest(refuses.callback_id, 'completed')
    assert.equal((await gateway.list('/v1/suppressions')).length, 1)
    await eventually(async () => (await ended()).length === 1, 'the other call has ended')
    // Of one that was placed elsewhere nobody knows either whether it is repeated.
    await acme.deliver(otherCall('call_elsewhere', { at: clock.now(), callee: '+12135550153' }))
    await eventually(
      async () => (await gateway.sql("SELECT FROM due WHERE kind = 'follow' AND due_at > (SELECT max(ended_at) + interval '100 s' FROM call)")).length === 1,
      'it waits'
    )
    await clock.forward('1h')
    assert.equal((await acme.callback(busy.callback_id)).state, 'dialling')
    const simulated = await gateway.post('/v1/policies/simulate', { workspace_id: acme.workspace.id, outcome: 'busy' })
    assert.equal(simulated.what, 'hold')
    // Nobody knows for how long it is gone, and each call that ends meanwhile waits too: they are looked at less and less often.
    const next = async () => Date.parse((await gateway.sql("SELECT due_at FROM due WHERE kind = 'decide'"))[0].due_at)
    await clock.forward('5h')
    await eventually(async () => (await next()) - clock.now() > 8 * 60e3, 'it is looked at again later than at first')

    await files.put('once.yaml', 'max_attempts: 1\njurisdictions: []\n')
    await lacking(gateway, 0)
    await clock.forward('20m')
    assert.equal((await acme.latest(busy.callback_id, 'completed')).end_reason, 'max_attempts')
    await acme.latest(waits.callback_id, 'dialling')
    assert.equal((await acme.chain(busy.callback_id)).length, 1)
    await eventually(async () => (await gateway.sql("SELECT FROM due WHERE kind = 'follow'")).length === 0, 'the call from elsewhere was followed')
    assert.equal((await gateway.list('/v1/callbacks?limit=200')).length, 3)
  }, QUICK)
)

test(
  'a named policy goes that keeps nothing: of a call that is decided all the same nothing is kept',
  scenario(async ({ gateway, clock, acme, folder }) => {
    const files = await policies(gateway, folder)
    await files.put('nothing.yaml', 'retention: {level: minimal}\n')
    await gateway.patch(`/v1/workspaces/${acme.workspace.id}`, { policy_name: 'nothing' })
    await files.take('nothing.yaml')
    await lacking(gateway, 1)
    const said = 'Agent: Hello. \nUser: Never call me again. \n'
    await acme.deliver(otherCall('call_in', { at: clock.now(), callee: TO, direction: 'inbound', reason: 'user_hangup', said }))
    const followed = () => gateway.sql('SELECT detail, end_reason, provider_call_id FROM call WHERE followed_at IS NOT NULL')
    await eventually(async () => (await followed()).length === 1, 'it was followed')
    assert.deepEqual(await followed(), [{ detail: null, end_reason: null, provider_call_id: '' }])
    assert.equal((await gateway.list('/v1/suppressions')).length, 1)
  }, QUICK)
)

test(
  'overrides that a newer program stored hold what they might forbid; of a workspace that is deleted nobody asks for them',
  scenario(async ({ gateway, clock, acme }) => {
    const call = await acme.place({ to: TO, schedule_at: at('2027-03-01 11:00 America/Los_Angeles') })
    const other = await acme.place({ to: OTHER, schedule_at: at('2027-03-01 12:00 America/Los_Angeles') })
    await gateway.sql(`UPDATE workspace SET policy = '{"quiet_moons": ["full"]}'`)
    await clock.set('2027-03-01 11:00:05 America/Los_Angeles')
    const held = await acme.latest(call.callback_id, 'held')
    assert.equal(held.end_reason, 'policy_unreadable')
    assert.match((await told(gateway, held.id)).at(-1).text, /the stored overrides do not read as a policy, and might forbid it\./)
    assert.match((await gateway.get(`/v1/workspaces/${acme.workspace.id}/policy`)).lacks, /do not read as a policy/)

    await gateway.del(`/v1/workspaces/${acme.workspace.id}`)
    await clock.set('2027-03-01 12:00:05 America/Los_Angeles')
    const ends = async id => (await gateway.sql(`SELECT state, end_reason FROM callbacks WHERE callback_id = '${id}'`))[0]
    for (const id of [other.callback_id, call.callback_id])
      await eventually(async () => (await ends(id)).state === 'cancelled', 'what nobody may dial any more was cancelled')
    assert.deepEqual(await ends(call.callback_id), { state: 'cancelled', end_reason: 'number_gone' })
    assert.deepEqual(acme.dials, [])
  }, QUICK)
)

test(
  'a folder whose packs are gone is refused by a reload and by a start, which say what to do',
  scenario(async ({ gateway, folder }) => {
    const files = await policies(gateway, folder)
    await files.put('quiet.yaml', 'jurisdictions: []\n')
    rmSync(`${files.dir}/jurisdictions`, { recursive: true })
    const lacks = new RegExp(`${files.dir}/default\\.yaml: jurisdictions: there is no pack "us-federal" .* put us-federal\\.yaml there`)
    assert.equal(await gateway.reload(), false)
    assert.ok(gateway.parsed.some(one => one.event === 'reload.fault' && lacks.test(one.fault)), 'the reload says so')
    assert.equal(await gateway.metric('switchhook_config_reload_success'), 0)
    await gateway.stop()
    const from = gateway.log().length
    await gateway.launch({ ready: false })
    assert.notEqual((await gateway.exited).status, 0)
    const faults = gateway.log().slice(from).filter(line => lacks.test(JSON.parse(line).fault ?? ''))
    assert.ok(faults.length > 0, 'the start says so')
    cpSync(`${gateway.prefix}/etc/switchhook/policies/jurisdictions`, `${files.dir}/jurisdictions`, { recursive: true })
    await gateway.launch()
  })
)
