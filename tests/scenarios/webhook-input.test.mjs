// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What arrives at the way in for providers and should not: what it gets, and that nothing of it is kept.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callEnded } from './lib/acme.mjs'
import { otherCall } from './lib/others.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, span } from './lib/time.mjs'

const stored = async gateway => (await gateway.sql('SELECT count(*) AS n FROM inbox'))[0].n
const refusals = gateway => gateway.metric('switchhook_webhooks_total', 'result="unauthorized"')

test(
  'unsigned, wrongly signed and stale deliveries get 401 and are not stored',
  scenario(async ({ gateway, retell, clock, acme }) => {
    const now = clock.now()
    const event = JSON.stringify(callEnded('call_forged', { at: now }))
    const sign = (options, text = event) => retell.webhooks.sign(text, options)
    const cases = {
      unsigned: { key: null },
      'signed with another key': { key: 'key_somebody_elses' },
      'signed with the dial key': { key: retell.apiKeys[0] },
      'six minutes old': { at: now - span('6m') },
      'six minutes ahead': { at: now + span('6m') },
      'of another body': { signature: await sign({}, event + ' ') },
      'a plain HMAC, which nobody switched on': { signature: acme.plain(event) },
      'cut short': { signature: (await sign({})).slice(0, -1) },
      'with the time alone': { signature: (await sign({})).split(',')[0] },
      'without the time': { signature: (await sign({})).split(',')[1] },
      'not a signature': { signature: 'v=,d=' }
    }
    let refused = await refusals(gateway)
    for (const [what, options] of Object.entries(cases)) {
      const { status } = await acme.deliver(event, options)
      assert.equal(status, 401, what)
      await eventually(async () => (await refusals(gateway)) === refused + 1, `${what}: one refusal was counted`)
      refused++
    }
    assert.equal(await stored(gateway), 0)
    assert.equal((await gateway.get(`/v1/agents/${acme.agent.id}`)).verification_status, 'pending')

    assert.equal((await acme.deliver(event, { at: now - span('4m') })).status, 204, 'four minutes old is young enough')
    assert.equal(await stored(gateway), 1)
  })
)

test(
  'an unknown slug gets 404; a rotated one is good for a day and gets 404 then',
  scenario(async ({ gateway, clock, acme }) => {
    const event = n => callEnded(`call_rotation_${n}`, { at: clock.now() })
    assert.equal((await acme.deliver(event(0), { url: acme.webhook.replace(/wh_.*$/, 'wh_' + 'A'.repeat(32)) })).status, 404)
    assert.equal((await acme.deliver(event(0), { url: acme.webhook.slice(0, -1) })).status, 404)
    assert.equal((await acme.deliver(event(0), { url: acme.webhook.replace('/retell/', '/nobody/') })).status, 404)

    const old = acme.webhook
    const { url } = await gateway.post(`/v1/agents/${acme.agent.id}/webhook-url/rotate`)
    assert.notEqual(url, old)
    assert.equal((await acme.deliver(event(1), { url })).status, 204)
    await clock.forward('23h')
    assert.equal((await acme.deliver(event(2), { url: old })).status, 204, 'within its grace')
    await clock.forward('2h')
    assert.equal((await acme.deliver(event(3), { url: old })).status, 404, 'after its grace')
    assert.equal((await acme.deliver(event(3), { url })).status, 204)
  })
)

const suppressed = gateway =>
  eventually(async () => (await gateway.list('/v1/suppressions')).length === 1, 'the callee was put on the do-not-call list')
const NEVER = 'Agent: Hello. \nUser: Never call me again. \n'

test(
  'of a disabled agent everything that is signed is taken: nothing new comes of it, but a refusal counts',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'keeps_talking')
    const call = await acme.place()
    await gateway.patch(`/v1/agents/${acme.agent.id}`, { enabled: false })
    assert.equal((await acme.request({ to_number: '+12135550143' })).status, 403)
    const missed = otherCall('call_missed', { at: clock.now(), callee: '+12135550143' })
    assert.equal((await acme.deliver(missed)).status, 204)
    const reason = await eventually(
      async () => (await gateway.sql("SELECT record->>'reason' AS reason FROM decision WHERE verdict = 'nothing'"))[0]?.reason,
      'it was followed'
    )
    assert.equal(reason, 'agent_disabled')
    assert.equal((await gateway.list('/v1/callbacks')).length, 1)

    const caller = otherCall('call_in', { at: clock.now(), callee: '+12135550143', direction: 'inbound', reason: 'user_hangup', said: NEVER })
    assert.equal((await acme.deliver(caller)).status, 204)
    await suppressed(gateway)
    retell.play(call.call_id, 'answers')
    await acme.latest(call.callback_id, 'completed')
  })
)

test(
  'what is told of a dial is taken even where its workspace was deleted since, and nothing else',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'keeps_talking')
    const call = await acme.place()
    const [{ metadata }] = acme.dials
    await gateway.ask('DELETE', `/v1/workspaces/${acme.workspace.id}`)
    await eventually(async () => (await acme.deliver(callEnded('call_of_nobody', { at: clock.now() }))).status === 404, 'its webhooks ended')
    const forged = { ...metadata, sh_dial_id: '01a4023f-d51e-75dd-8469-6ab08b44a7ee' }
    const ended = more => otherCall(call.call_id, { at: clock.now(), reason: 'user_hangup', said: NEVER, ...more })
    assert.equal((await acme.deliver(ended({ metadata: forged }))).status, 404)
    assert.equal((await acme.deliver(ended({ metadata }), { key: 'key_somebody_elses' })).status, 404)
    assert.equal((await acme.deliver(ended({ metadata }))).status, 204)
    await eventually(async () => (await gateway.sql('SELECT count(*)::int AS n FROM suppression'))[0].n === 1, 'the refusal was heard')
  })
)

test(
  'variables that are too large to keep take nothing of what was said with them',
  scenario(async ({ gateway, clock, acme }) => {
    const variables = { list: 'x'.repeat(1 << 20) }
    const caller = otherCall('call_in', { at: clock.now(), direction: 'inbound', reason: 'user_hangup', said: NEVER, variables })
    assert.equal((await acme.deliver(caller)).status, 204)
    await suppressed(gateway)
  })
)

test(
  'a body over the limit gets 413, one that is no JSON 400',
  scenario(
    async ({ gateway, clock, acme }) => {
      const large = callEnded('call_large', { at: clock.now() })
      large.call.transcript = 'x'.repeat(70000)
      assert.equal((await acme.deliver(large)).status, 413)
      for (const text of ['', '{', 'to=+12135550142', '{"event":"call_ended","call":{}} {}'])
        assert.equal((await acme.deliver(text)).status, 400, JSON.stringify(text))
      assert.equal(await stored(gateway), 0)

      large.call.transcript = 'x'.repeat(60000)
      assert.equal((await acme.deliver(large)).status, 204)
    },
    { config: { webhooks: { body: '64KiB' } } }
  )
)

test(
  'the same event again gets the same answer, and there is one row',
  scenario(async ({ gateway, clock, acme }) => {
    const event = callEnded('call_twice', { at: clock.now() })
    const first = await acme.deliver(event)
    const copies = await Promise.all(Array.from({ length: 5 }, () => acme.deliver(event)))
    for (const copy of copies) assert.deepEqual([copy.status, copy.body], [first.status, first.body])
    assert.equal(first.status, 204)
    assert.equal(await stored(gateway), 1)
    assert.equal(await gateway.metric('switchhook_webhooks_total', 'result="duplicate"'), 5)

    await clock.forward('23h')
    assert.equal((await acme.deliver(event)).status, 204)
    assert.equal(await stored(gateway), 1, 'past midnight too')
  })
)

test(
  'an event that nobody knows is taken and does nothing',
  scenario(async ({ gateway, clock, acme }) => {
    assert.equal((await acme.deliver({ ...callEnded('call_odd', { at: clock.now() }), event: 'call_sang' })).status, 204)
    await eventually(
      async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state = 'processed'"))[0].n === 1,
      'it was processed'
    )
  })
)
