// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Why, and what if: every decision is recorded without a person in it, told in plain words, and can be decided again.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { scenario } from './lib/scenario.mjs'

const simulate = async (gateway, question, status = 200) => {
  const answer = await gateway.ask('POST', '/v1/policies/simulate', question)
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  return answer.body
}

test(
  'a chain is explained, and another policy decides what was recorded again',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast('*', 'voicemail')
    const call = await acme.place()
    const next = await acme.scheduled(call.callback_id, { attempt: 2 })
    assert.equal((await gateway.get(`/v1/callbacks/${next.id}`)).waits_for, null, 'it is due when the policy wants it')
    const { data } = await gateway.get(`/v1/callbacks/${next.id}/explain`)
    const [dialled] = data.filter(one => one.kind === 'admit')
    assert.match(dialled.text, /^The dial was let go, Mon 2027-03-01 10:00 in America\/Los_Angeles\. Permitted by quiet_hours/)
    const decided = data.find(one => one.kind === 'after_call')
    assert.match(decided.text, /^The call ended as voicemail \(retell says voicemail_reached\)\. So: next attempt in 4 h: voicemail\./)
    assert.match(decided.text, /Decided by policy default \([0-9a-f]{16}\), us-federal 20/)
    assert.equal(decided.record.ended.attempt, 1)
    assert.equal(decided.record.due, next.due_at)
    assert.doesNotMatch(JSON.stringify(data), /2135550|Callee|\+1/, 'no number stands in it')

    const same = await gateway.post('/v1/policies/diff', { old: 'default', new: 'default' })
    assert.deepEqual([same.replayed, same.changed, same.unreadable, same.data.length], [1, 0, 0, 0])
    const later = { retry: { voicemail: { delay: '6h' } } }
    const changed = await gateway.post('/v1/policies/diff', { new: later, since: '1d' })
    assert.equal(changed.changed, 1)
    assert.equal(changed.data[0].callback_id, decided.callback_id)
    assert.equal(Date.parse(changed.data[0].new.due_at) - Date.parse(changed.data[0].old.due_at), 2 * 3600e3)
    assert.equal((await gateway.post('/v1/policies/diff', { new: 'strict', since: '2027-03-01T00:00:00Z' })).replayed, 1)

    const file = gateway.folder.join('later.yaml')
    writeFileSync(file, 'retry:\n  voicemail: {delay: 6h}\n')
    const cli = await gateway.cli('policy', 'diff', 'default', file, '--since', '1d')
    assert.equal(cli.status, 0, cli.stderr)
    assert.match(cli.stdout, /^changed +1$/m)
    assert.match(cli.stdout, /voicemail +1 +another call, due 2027-03-01T22:00:\S+: voicemail +another call, due 2027-03-02T00:00:\S+: voicemail$/m)
    assert.doesNotMatch(cli.stdout, /[{}]/)
    const told = await gateway.cli('callback', 'explain', next.id)
    assert.equal(told.status, 0, told.stderr)
    assert.match(told.stdout, /^\S+Z {2}after_call: retry, callback \S+\n {4}The call ended as voicemail .*next attempt in 4 h.*us-states \S+, ca \S+\.$/m)
    const set = await gateway.cli('policy', 'set-workspace', acme.workspace.id, '--file', file)
    assert.equal(set.status, 0, set.stderr)
    assert.match(set.stdout, /^retry\.voicemail\.delays +6h +workspace$/m)
    writeFileSync(file, 'retry:\n  voicemale: {delay: 6h}\n')
    const wrong = await gateway.cli('policy', 'set-agent', acme.agent.id, '--file', file)
    assert.deepEqual([wrong.status, /later\.yaml:2:3: unknown key "voicemale"; did you mean "voicemail"/.test(wrong.stderr)], [2, true], wrong.stderr)
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, {})
    const shown = await gateway.cli('policy', 'show-workspace', acme.workspace.id)
    assert.match(shown.stdout, /^retry\.voicemail\.delays +4h +named default$/m)
    assert.doesNotMatch(shown.stdout, /[{}]/)
    assert.equal(JSON.parse((await gateway.cli('policy', 'show', 'default', '--json')).stdout).effective.gap.value, '0s')
  })
)

test(
  'what would happen: the number\'s clock, the law there, and what the callee said',
  scenario(async ({ gateway, acme }) => {
    const at = '2026-06-16T20:30:00-04:00'
    // Mobile, Alabama and Florida's panhandle go by Chicago's clock; New York's is an hour ahead.
    const late = await simulate(gateway, { workspace_id: acme.workspace.id, to_number: '+12125550123', outcome: 'busy', ended_at: at })
    assert.equal(late.what, 'retry')
    assert.equal(late.due_at, '2026-06-17T13:00:00.000Z')
    assert.match(late.text, /which quiet_hours.* forbids; it moved to Wed 2026-06-17 09:00 in America\/New_York/)
    assert.equal(late.calls.length, 2)
    assert.match(late.then, /3 of 3 attempts used/)
    assert.equal(late.record.callee.zones, 'America/New_York')

    const wish = { workspace_id: acme.workspace.id, to_number: '+12125550123', outcome: 'terminal', ended_at: '2026-06-16T10:05:00-04:00' }
    const asked = await simulate(gateway, { ...wish, text: 'Call me tonight at half past nine pm' })
    assert.equal(asked.due_at, '2026-06-17T01:30:00.000Z')
    assert.equal(asked.record.exempt, true)
    const bare = await simulate(gateway, { to_number: '+12125550123', ended_at: wish.ended_at, text: 'Call me tonight at half past nine pm' })
    assert.equal(bare.due_at, asked.due_at, 'who spoke was reached')
    const clamped = await simulate(gateway, { ...wish, text: 'Call me tonight at half past nine pm', policy: { callbacks: { explicit: 'clamp' } } })
    assert.equal(clamped.due_at, '2026-06-17T13:00:00.000Z')
    const never = await simulate(gateway, { ...wish, text: 'Never call this number again' })
    assert.deepEqual([never.what, never.record.suppress], ['stop', true])
    const word = await simulate(gateway, { to_number: '+12125550123', provider: 'retell', reason: 'dial_busy', ended_at: '2026-06-16T12:00:00-04:00' })
    assert.equal(word.due_at, '2026-06-16T16:10:00.000Z')
    const mapped = await simulate(gateway, { ...wish, outcome: 'busy', provider: 'retell', reason: 'odd', policy: { reasons: { retell: { odd: 'voicemail' } } } })
    assert.equal(mapped.record.taken_for, 'voicemail')
    const inbound = await simulate(gateway, { ...wish, begun: 'inbound' })
    assert.equal(inbound.what, 'nothing')

    const cli = await gateway.cli('policy', 'simulate', '--to', '+12125550123', '--outcome', 'no_answer', '--at', at)
    assert.equal(cli.status, 0, cli.stderr)
    assert.match(cli.stdout, /^due +Wed 2026-06-17 09:00 in America\/New_York \(2026-06-17T13:00:00\.000Z\)$/m)
    assert.match(cli.stdout, /^3 +Wed 2026-06-17 10:01 in America\/New_York +next attempt in 1 h: no_answer$/m)
    assert.doesNotMatch(cli.stdout, /[{}]/)
  })
)

test(
  'questions that make no sense are refused, each with its member',
  scenario(async ({ gateway }) => {
    const refusal = async (path, body) => {
      const answer = await gateway.ask('POST', path, body)
      assert.equal(answer.status, 422, JSON.stringify(answer.body))
      return answer.body.errors?.[0]?.pointer
    }
    const simulation = body => refusal('/v1/policies/simulate', body)
    assert.equal(await simulation({}), '/outcome')
    assert.equal(await simulation({ outcome: 'tired' }), '/outcome')
    assert.equal(await simulation({ outcome: 'busy', to_number: '2125550123' }), '/to_number')
    assert.equal(await simulation({ outcome: 'busy', ended_at: 'noon' }), '/ended_at')
    assert.equal(await simulation({ outcome: 'busy', timezone: 'Mars/Olympus' }), '/timezone')
    assert.equal(await simulation({ outcome: 'busy', attempt: 101 }), '/attempt')
    assert.equal(await simulation({ outcome: 'busy', begun: 'somehow' }), '/begun')
    assert.equal(await simulation({ outcome: 'busy', variables: 7 }), '/variables')
    assert.equal(await simulation({ outcome: 'busy', policy: 'nonesuch' }), '/policy')
    assert.equal(await simulation({ outcome: 'busy', nonsense: 1 }), '/nonsense')
    assert.equal(await simulation({ reason: 'odd' }), '/provider')
    assert.match(JSON.stringify((await gateway.ask('POST', '/v1/policies/simulate', { outcome: 'busy', policy: { max_attempt: 3 } })).body), /did you mean \\?"max_attempts/)
    const told = async (...args) => {
      const { status, stderr } = await gateway.cli('policy', ...args)
      assert.equal(status, 1)
      return stderr.split('\n')[1]
    }
    assert.match(await told('simulate', '--to', '850', '--outcome', 'busy'), /^ {2}--to: a number in E\.164/)
    assert.equal(await told('simulate', '--outcome', 'busy', '--begun', 'somehow'), '  --begun: expected api, outbound, inbound or chat')
    assert.match(await told('simulate', '--outcome', 'busy', '--at', 'noon'), /^ {2}--at: a time/)
    const bad = gateway.folder.join('bad.yaml')
    writeFileSync(bad, 'gap: 4h\nmax_atempts: 3\n')
    assert.equal(await told('diff', 'default', bad), `  ${bad}:2:1: unknown key "max_atempts"; did you mean "max_attempts"?`)
    assert.equal(await refusal('/v1/policies/diff', {}), '/new')
    assert.equal(await refusal('/v1/policies/diff', { new: 'default', since: 'ever' }), '/since')
    assert.equal(await refusal('/v1/policies/diff', { new: 'default', limit: 1001 }), '/limit')
    assert.equal(await refusal('/v1/policies/diff', { new: 'default', workspace_id: 'x' }), '/workspace_id')
    const gone = await gateway.ask('POST', '/v1/policies/simulate', { outcome: 'busy', agent_id: '01a4023f-d51e-75dd-8469-6ab08b44a7ee' })
    assert.equal(gone.status, 404)
  })
)

test(
  'the laws that hold for a place, with their sources and dates',
  scenario(async ({ gateway }) => {
    const laws = async query => (await gateway.get(`/v1/policies/rules?${new URLSearchParams(query)}`)).data
    const ids = async query => (await laws(query)).map(one => one.id)
    const { notes, ...florida } = (await laws({ state: 'FL' })).find(one => one.where === 'US-FL')
    assert.match(notes, /any number/)
    const open = ['08:00-20:00']
    assert.deepEqual(florida, {
      id: 'us-fl-501.616',
      where: 'US-FL',
      pack: 'us-states',
      version: florida.version,
      selected: true,
      hours: '08:00–20:00',
      weekdays: { mon: open, tue: open, wed: open, thu: open, fri: open, sat: open, sun: open },
      holidays: [],
      caps: [{ calls: 3, within: '1d' }],
      applies: 'solicitation',
      requested: 'exempt',
      effective_from: '2021-07-01',
      effective_until: null,
      source: 'Fla. Stat. 501.616(6)',
      checked: florida.checked,
      verified: true
    })
    assert.match(florida.version, /^20\d\d\./)
    assert.deepEqual(await ids({ state: 'Florida' }), await ids({ number: '+18505550142' }))
    assert.ok((await ids({ state: 'FL' })).includes('us-47-cfr-64.1200'), 'the country holds in its states')
    assert.ok(!(await ids({ state: 'FL', at: '2021-06-30' })).includes('us-fl-501.616'), 'not in force yet')
    assert.ok((await ids({ number: '+12125550142', state: 'RI' })).some(id => id.startsWith('us-ri-')))
    const everywhere = await laws({ country: 'us' })
    assert.ok(everywhere.length > 20 && everywhere.every(one => /^US(-|$)/.test(one.where)))
    const debt = everywhere.filter(one => one.pack === 'us-debt')
    assert.deepEqual(new Set(debt.map(one => one.selected)), new Set([false]))
    assert.ok((await laws({ country: 'US', policy: 'collections-us' })).filter(one => one.pack === 'us-debt').every(one => one.selected))
    assert.ok((await laws({ state: 'ON' })).every(one => one.where.startsWith('CA')))
    assert.deepEqual(await laws({ country: 'FR' }), [])
    for (const [query, pointer] of [
      [{}, '?state'],
      [{ state: 'Wonderland' }, '?state'],
      [{ state: 'FL', country: 'CA' }, '?state'],
      [{ country: 'USA' }, '?country'],
      [{ number: '850' }, '?number'],
      [{ state: 'FL', at: 'noon' }, '?at'],
      [{ state: 'FL', policy: 'nonesuch' }, '?policy'],
      [{ state: 'FL', colour: 'red' }, '?colour']
    ]) {
      const { status, body } = await gateway.ask('GET', `/v1/policies/rules?${new URLSearchParams(query)}`)
      assert.deepEqual([status, body.errors?.[0]?.pointer], [422, pointer], JSON.stringify(query))
    }
    const cli = await gateway.cli('policy', 'rules', '--state', 'FL', '--at', '2026-12-01')
    assert.equal(cli.status, 0, cli.stderr)
    assert.match(cli.stdout, /^us-fl-501\.616 {2}US-FL {2}\(us-states \S+\)\n {4}hours +08:00–20:00\n {4}caps +calls 3 within 1d$/m)
    assert.match(cli.stdout, /^ {4}since +2021-07-01\n {4}source +Fla\. Stat\. 501\.616\(6\)\n {4}checked +\S+, by somebody who has read the text$/m)
    assert.match((await gateway.cli('policy', 'rules', '--country', 'FR')).stdout, /No pack has a rule for this place/)
  })
)
