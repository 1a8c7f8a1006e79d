// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What is not kept, looked for in a dump of the whole database; and what is past keeping.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherCall } from './lib/others.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

/** Everything that stands in the database, as text: what a thief of a backup has. */
async function everything(gateway) {
  const tables = await gateway.sql(`SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'switchhook' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`)
  const rows = {}
  for (const { name } of tables) rows[name] = (await gateway.sql(`SELECT t::text AS row FROM switchhook."${name}" t`)).map(one => one.row)
  return rows
}

/** The lines of tables in which this text stands. */
const found = (all, text) =>
  Object.entries(all).flatMap(([name, rows]) => rows.filter(row => row.includes(text)).map(row => `${name}: ${row.slice(0, 200)}`))

test(
  'minimal retention: of a chain that is closed nothing is left that points to a person',
  scenario(async ({ gateway, retell, clock, acme }) => {
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { retention: { level: 'minimal' } })
    retell.cast('*', 'voicemail', 'answers')
    const call = await acme.place({ dynamic_variables: { first_name: 'Rosalind' } })
    const next = await acme.scheduled(call.callback_id, { attempt: 2 })
    const [open] = await gateway.sql('SELECT payload IS NOT NULL AND callee_index IS NOT NULL AS there FROM callbacks WHERE callback_id = $1', [next.id])
    assert.ok(open.there, 'while the chain is open it is dialled from')
    const before = await gateway.sql("SELECT encode(callee_index, 'hex') AS hash, provider_call_id AS id FROM intents WHERE provider_call_id IS NOT NULL LIMIT 1")
    await clock.set(Date.parse(next.due_at))
    await acme.latest(call.callback_id, 'completed')

    await eventually(
      async () => (await gateway.sql('SELECT FROM callbacks WHERE forgotten_at IS NULL')).length === 0,
      'the chain is forgotten')
    for (const [table, column] of [['callbacks', 'payload'], ['callbacks', 'callee_index'], ['callbacks', 'callee_zones'], ['call', 'detail'],
      ['intents', 'callee_index'], ['intents', 'provider_call_id'], ['live_dial', 'callee_index'], ['inbox', "nullif(body, '')"]])
      assert.equal((await gateway.sql(`SELECT FROM ${table} WHERE ${column} IS NOT NULL`)).length, 0, `${table}.${column}`)
    const all = await everything(gateway)
    assert.deepEqual(found(all, before[0].id), [], "the provider's id of the call")
    assert.deepEqual([...new Set(found(all, before[0].hash).map(line => line.split(':')[0]))], ['rang'], 'the hash stays in the ledger alone')
    const document = await acme.callback(next.id)
    assert.equal(document.to_number, null)
    assert.equal(document.state, 'completed')
    const told = await gateway.ask('GET', `/v1/callbacks/${next.id}/explain`)
    assert.equal(told.status, 200)
    assert.ok(told.body.data.length > 0, 'the proof of its decisions stays')
  })
)

test(
  'minimal retention: nor is what is heard of such a chain later, or of a dial whose chain is lost',
  scenario(async ({ gateway, retell, clock, acme }) => {
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { retention: { level: 'minimal' } })
    retell.cast('*', 'answers')
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    await eventually(async () => (await gateway.sql('SELECT FROM callbacks WHERE forgotten_at IS NULL')).length === 0, 'it is forgotten', { limit: '40s' })
    const [{ dial }] = await gateway.sql('SELECT DISTINCT dial_id AS dial FROM intents')
    const lost = '01970000-0000-7000-8000-000000000001'
    for (const [id, metadata] of [
      // Another call that bears the dial's id; and a dial that a failover took with all of its chain.
      ['call_second', { sh_dial_id: dial, sh_callback_id: call.callback_id, sh_attempt: '1' }],
      ['call_of_lost', { sh_dial_id: lost, sh_callback_id: lost, sh_attempt: '1' }]
    ])
      assert.equal((await acme.deliver(otherCall(id, { at: clock.now(), reason: 'user_hangup', metadata }))).status, 204)
    await eventually(async () => (await gateway.sql("SELECT FROM inbox WHERE state <> 'processed'")).length === 0, 'both are known')
    assert.equal((await gateway.sql('SELECT FROM call')).length, 3)
    await eventually(
      async () => {
        await clock.forward('1m')
        return (await gateway.sql('SELECT FROM call WHERE detail IS NOT NULL')).length === 0
      },
      'they are forgotten too', { limit: '60s' })
    const all = await everything(gateway)
    for (const text of ['call_second', 'call_of_lost']) assert.deepEqual(found(all, text), [], text)
  })
)

test(
  'a policy that turns minimal forgets what is under way, once it is over',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'voicemail', 'answers')
    const call = await acme.place()
    const next = await acme.scheduled(call.callback_id, { attempt: 2 })
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { retention: { level: 'minimal' } })
    await clock.set(Date.parse(next.due_at))
    await acme.latest(call.callback_id, 'completed')
    const rows = 'SELECT FROM callbacks WHERE payload IS NOT NULL OR callee_index IS NOT NULL'
    await eventually(async () => (await gateway.sql(rows)).length === 0, 'the chain is forgotten')
  })
)

test(
  'the inbox drops its days, and the records what is past keeping; what still waits stays',
  scenario(
    async ({ gateway, retell, clock, acme }) => {
      retell.cast('*', 'answers')
      const call = await acme.place()
      await acme.latest(call.callback_id, 'completed')
      const days = async () => (await gateway.sql("SELECT relname FROM pg_class WHERE relname ~ '^inbox_[0-9]{8}$' ORDER BY 1")).map(one => one.relname)
      const [first] = await days()
      const decisions = (await gateway.sql('SELECT FROM decision')).length
      assert.ok(decisions > 0)
      await clock.forward('40d')
      await eventually(async () => !(await days()).includes(first), 'the day is dropped')
      assert.equal((await gateway.sql('SELECT FROM rang')).length > 0 || (await gateway.sql('SELECT FROM decision')).length === decisions, true)
      await clock.forward('20d')
      await eventually(async () => (await gateway.sql('SELECT FROM rang')).length === 0, 'no cap can count it any more')
      await eventually(async () => (await gateway.sql('SELECT FROM decision')).length === 0, 'the records are past keeping')
    },
    { config: { keep: { decisions: '50d', events: '30d' } } }
  )
)

test(
  'transcripts are kept if the policy says so, sealed, told to who may see people, and forgotten',
  scenario(async ({ gateway, retell, clock, acme }) => {
    const said = 'Agent: Good morning, is this Marigold? \nUser: Speaking. \n'
    retell.cast('*', { script: 'answers', transcript: said, always: true })
    const one = async () => {
      const { callback_id } = await acme.place()
      await acme.latest(callback_id, 'completed')
      const [call] = await gateway.list(`/v1/calls?callback=${callback_id}`)
      return call.id
    }
    const transcript = (id, options) => gateway.ask('GET', `/v1/calls/${id}/transcript`, undefined, options)
    // While the analysis is waited for nobody has decided, and what was said is shown to nobody.
    retell.cast('+12135550199', { script: 'answers', transcript: said, hooks: ['call_ended'] })
    const waits = await acme.place({ to: '+12135550199' })
    const [undecided] = await eventually(async () => {
      const ended = await gateway.sql('SELECT call_id FROM call WHERE callback_id = $1 AND rank = 3', [waits.callback_id])
      return ended.length ? ended : null
    }, 'its end was heard')
    assert.match((await transcript(undecided.call_id)).body.detail, /nobody has decided about this call yet/)
    await clock.forward('5m 1s')
    await acme.latest(waits.callback_id, 'completed')
    assert.match((await transcript(undecided.call_id)).body.detail, /no transcript of this call is kept/)
    const without = await one()
    await eventually(async () => (await transcript(without)).status === 404, 'nothing is kept by itself')
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { retention: { transcripts: true } })
    await clock.forward('1h')
    const kept = await one()
    const { status, body } = await transcript(kept)
    assert.deepEqual([status, body.call_id, body.transcript.trim().split(/ *\n/)], [200, kept, said.trim().split(/ *\n/)])
    assert.deepEqual(found(await everything(gateway), 'Marigold'), [], 'sealed')
    const cli = await gateway.cli('call', 'transcript', kept)
    assert.match(cli.stdout, /^Agent: Good morning, is this Marigold\? *\nUser: Speaking\. *\n$/)
    const key = async body => (await gateway.post('/v1/keys', { name: 'k', ...body })).key
    assert.equal((await transcript(kept, { key: await key({ scopes: ['calls:read'] }) })).body.transcript, '•••')
    assert.equal((await transcript(kept, { key: await key({ scopes: ['callbacks:read'] }) })).status, 403)
    const other = await gateway.post('/v1/workspaces', { name: 'Other', provider: 'retell', timezone: 'America/New_York' })
    assert.equal((await transcript(kept, { key: await key({ scopes: ['admin'], workspace_id: other.id }) })).status, 404)
    assert.equal((await transcript('01a4023f-d51e-75dd-8469-6ab08b44a7ee')).status, 404)

    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { retention: { level: 'minimal' } })
    await clock.forward('1h')
    const gone = await one()
    await eventually(async () => (await transcript(gone)).status === 404, 'minimal keeps nothing')
    await gateway.sql('UPDATE call SET detail = NULL WHERE call_id = $1', [kept])
    assert.match((await transcript(kept)).body.detail, /nothing of this call is kept any more/)
  })
)

test(
  'payloads are kept as long as the policy says, sealed, and told to who may see people',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', { script: 'answers', always: true })
    const without = await acme.place()
    await acme.latest(without.callback_id, 'completed')
    assert.deepEqual((await gateway.get(`/v1/callbacks/${without.callback_id}/payload`)).data, [])
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, { retention: { payload_days: 3 } })
    await eventually(async () => {
      const call = await acme.place({ to: '+12135550177' })
      await acme.latest(call.callback_id, 'completed')
      return (await gateway.get(`/v1/callbacks/${call.callback_id}/payload`)).data.length > 0
    }, 'a payload is kept')
    const [row] = await gateway.sql('SELECT callback_id AS id FROM call k WHERE EXISTS (SELECT FROM payload p WHERE p.call_index = k.call_index) LIMIT 1')
    const { data } = await gateway.get(`/v1/callbacks/${row.id}/payload`)
    const ended = data.map(one => JSON.parse(one.body)).find(one => one.event === 'call_ended')
    assert.equal(ended.call.to_number, '+12135550177')
    assert.equal(Date.parse(data[0].expires_at) - Date.parse(data[0].received_at), 3 * 86400e3)
    assert.deepEqual(found(await everything(gateway), '2135550177'), [])
    await clock.forward('4d')
    await eventually(async () => (await gateway.sql('SELECT FROM payload')).length === 0, 'it is gone')
  })
)
