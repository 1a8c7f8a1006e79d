// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What a driver cannot do: it is not in its list, and whoever asks for it by the API or the command line is told so. It is not
// faked by an empty list, and not accepted to wait for ever.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Acme, callEnded } from './lib/acme.mjs'
import { scenario, simulate } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'
import { PROVIDERS } from '../simulators/providers.mjs'

const FROM = '+14155550200'
const ALL = ['credentials_test', 'number_import', 'agent_roster', 'webhooks', 'webhook_answers', 'outbound', 'call_list', 'call_lookup']
const LACKING = { retell: [], vapi: [], bland: ['webhook_answers'], twilio: ['agent_roster'], mute: ['outbound'] }
LACKING.deaf = ['webhooks', 'webhook_answers']
LACKING.ears = ALL.filter(one => one !== 'webhooks')

const strangers = async drivers => {
  await drivers.put('mute', '1.0', 'MUTE')
  await drivers.put('ears', '1.0', 'EARS')
  await drivers.put('deaf', '1.0', 'DEAF')
}

/** An account of a driver that is Retell's code under another name. */
async function account({ gateway, clock }, name, body) {
  const retell = await simulate(PROVIDERS.retell, clock, { numbers: [FROM] })
  try {
    return await body(Object.assign(new Acme({ gateway, retell, clock }), { from: FROM }), { name, provider: name })
  } finally {
    await retell.stop()
  }
}

function refused({ status, body }, name, capability) {
  assert.deepEqual([status, body.code], [422, 'unsupported'], JSON.stringify(body))
  assert.match(body.detail, new RegExp(`the driver ${name} cannot .*: it lacks ${capability}(; its agents are made here: POST /v1/agents.*)?$`))
}

test(
  'each driver is listed with what it can, and nothing else',
  scenario(
    async ({ gateway }) => {
      const { data } = await gateway.get('/v1/providers')
      for (const [name, lacking] of Object.entries(LACKING)) {
        const { capabilities } = data.find(one => one.name === name)
        assert.deepEqual(capabilities, ALL.filter(one => !lacking.includes(one)), name)
      }
      const { stdout } = await gateway.cli('provider', 'list', '--json')
      assert.ok(JSON.parse(stdout).data.find(one => one.name === 'ears').capabilities.includes('webhooks'))
    },
    { drivers: strangers }
  )
)

test(
  'a driver that only hears is asked for nothing else, and still hears',
  scenario(
    async all => {
      const { gateway, clock } = all
      await account(all, 'ears', async (acme, workspace) => {
        acme.workspace = await gateway.post('/v1/workspaces', { timezone: 'UTC', ...workspace })
        const { id } = acme.workspace
        await gateway.put(`/v1/workspaces/${id}/credentials`, PROVIDERS.retell.credentials(acme.sim))
        refused(await gateway.ask('POST', `/v1/workspaces/${id}/credentials/test`), 'ears', 'credentials_test')
        refused(await gateway.ask('GET', `/v1/numbers/importable?workspace=${id}`), 'ears', 'number_import')
        refused(await gateway.ask('POST', '/v1/numbers/import', { workspace_id: id, numbers: [FROM] }), 'ears', 'number_import')
        refused(await gateway.ask('POST', '/v1/agents/sync', { workspace_id: id }), 'ears', 'agent_roster')
        for (const [capability, ...words] of [
          ['credentials_test', 'workspace', 'test', id],
          ['number_import', 'number', 'importable', '--workspace', id],
          ['agent_roster', 'agent', 'sync', '--workspace', id]
        ]) {
          const { status, stderr } = await gateway.cli(...words)
          assert.equal(status, 1, words.join(' '))
          assert.match(stderr, new RegExp(`the driver ears cannot .*: it lacks ${capability}`))
        }
        acme.webhook = (await gateway.get(`/v1/workspaces/${id}/webhook-url`)).url
        assert.equal((await acme.deliver(callEnded('call_heard', { at: clock.now() }))).status, 204)
        await eventually(async () => (await gateway.list('/v1/calls')).some(one => one.provider_call_id === 'call_heard' && one.outcome === 'terminal'), 'the call was stored')
      })
    },
    { drivers: strangers }
  )
)

test(
  'a driver that reads no webhooks has no URL for them, neither of its account nor of an agent',
  scenario(
    async all => {
      const { gateway } = all
      await account(all, 'deaf', async (acme, workspace) => {
        const { id } = await gateway.post('/v1/workspaces', { timezone: 'UTC', ...workspace })
        await gateway.put(`/v1/workspaces/${id}/credentials`, PROVIDERS.retell.credentials(acme.sim))
        await gateway.post('/v1/agents/sync', { workspace_id: id })
        const agent = (await gateway.list('/v1/agents')).find(one => one.workspace_id === id)
        for (const owner of [`workspaces/${id}`, `agents/${agent.id}`]) {
          refused(await gateway.ask('GET', `/v1/${owner}/webhook-url`), 'deaf', 'webhooks')
          refused(await gateway.ask('POST', `/v1/${owner}/webhook-url/rotate`), 'deaf', 'webhooks')
        }
        const { status, stderr } = await gateway.cli('agent', 'webhook-url', agent.id)
        assert.equal(status, 1)
        assert.match(stderr, /the driver deaf cannot read webhooks: it lacks webhooks/)
        const made = (await gateway.list('/v1/activity')).filter(one => one.workspace_id === id && one.kind.startsWith('webhook_url'))
        assert.deepEqual(made, [], 'and none was made')
      })
    },
    { drivers: strangers }
  )
)

test(
  'a call by a driver that places none is refused when it is asked for',
  scenario(
    async all => {
      const { gateway } = all
      await account(all, 'mute', async (acme, workspace) => {
        await acme.setUp({ workspace })
        refused(await acme.request({ to_number: '+12135550142' }), 'mute', 'outbound')
        const later = new Date(acme.clock.now() + 3600000).toISOString()
        refused(await acme.request({ to_number: '+12135550142', schedule_at: later }), 'mute', 'outbound')
        assert.deepEqual(await gateway.list('/v1/callbacks'), [], 'and none waits')
        assert.equal(await acme.balance(), 10)
      })
    },
    { drivers: strangers }
  )
)
