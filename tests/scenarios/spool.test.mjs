// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The spool: what providers say while the database is away is kept on the disk, acknowledged, and in the inbox once it is back.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AGENT, CALLEE, callEnded, FROM } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const ingest = more => ({ ingest: { spool: true, ...more } })
const one = { workers: 1, ...ingest() }
const KINDS = ['call_started', 'call_ended', 'call_analyzed']

const folderOf = gateway => join(gateway.stateDir, 'spool')
const files = (gateway, ending = '.spool') =>
  existsSync(folderOf(gateway)) ? readdirSync(folderOf(gateway)).filter(name => name.endsWith(ending)) : []
const said = (gateway, event) => gateway.parsed.filter(line => line.event === event)
const id = n => `call_spool_${n}`

/** So many deliveries that every worker knows the webhook. */
async function known(acme, clock) {
  for (let n = 0; n < 40; n++) assert.equal((await acme.deliver(callEnded('call_known', { at: clock.now() }))).status, 204)
}

/** Several hands that deliver calls' three events, each call's one after the other. taken: what was acknowledged, by call. */
function load(acme, clock, { hands = 4, first = 0 } = {}) {
  const taken = new Map()
  let next = first
  let stopped = false
  const hand = async () => {
    while (!stopped) {
      const n = next++
      for (const event of KINDS) {
        const answer = await acme.deliver(callEnded(id(n), { at: clock.now(), event })).catch(() => ({ status: 0 }))
        if (answer.status === 204) taken.set(n, [...(taken.get(n) ?? []), event])
      }
    }
  }
  const done = Promise.all(Array.from({ length: hands }, hand))
  return {
    taken,
    count: () => [...taken.values()].reduce((sum, list) => sum + list.length, 0),
    stop: () => {
      stopped = true
      return done
    }
  }
}

/** From now on the database notes in which order rows came into the inbox. */
async function noted(gateway) {
  await gateway.sql('CREATE TABLE noted (n bigserial PRIMARY KEY, call_index bytea, kind text)')
  await gateway.sql(`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = switchhook AS
    $$ BEGIN INSERT INTO noted (call_index, kind) VALUES (NEW.call_index, NEW.kind); RETURN NULL; END $$`)
  await gateway.sql('CREATE TRIGGER note AFTER INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION note()')
}

/** Every event that was acknowledged is stored, none twice; → the kinds of each call in the order of storing. */
async function stored(gateway, ...loads) {
  await eventually(() => files(gateway).length === 0, 'the spool was delivered', { limit: '60s' })
  const rows = await gateway.sql("SELECT encode(call_index, 'hex') AS call, kind FROM noted ORDER BY n")
  const calls = new Map()
  for (const { call, kind } of rows) calls.set(call, [...(calls.get(call) ?? []), kind])
  for (const [call, kinds] of calls) assert.equal(new Set(kinds).size, kinds.length, `${call} has ${kinds}`)
  assert.equal((await gateway.sql('SELECT count(*) AS n FROM noted'))[0].n + 1, (await gateway.sql('SELECT count(*) AS n FROM inbox'))[0].n)
  const wanted = loads.flatMap(({ taken }) => [...taken].flatMap(([n, kinds]) => kinds.map(kind => `${n} ${kind}`)))
  // Calls are known by their hash only, so they are compared as a heap of stories: at least as many of each.
  const have = { call_started: 0, call_ended: 0, call_analyzed: 0 }
  for (const { kind } of rows) have[kind]++
  for (const kind of KINDS)
    assert.ok(have[kind] >= wanted.filter(text => text.endsWith(kind)).length, `${kind}: ${have[kind]} stored`)
  return calls
}

/** The same, exactly, for what was acknowledged: each event is sent again and is not new. */
async function nothingLost(gateway, acme, clock, ...loads) {
  const calls = await stored(gateway, ...loads)
  const before = (await gateway.sql('SELECT count(*) AS n FROM inbox'))[0].n
  for (const { taken } of loads)
    for (const [n, kinds] of taken)
      for (const event of kinds) assert.equal((await acme.deliver(callEnded(id(n), { at: clock.now(), event }))).status, 204)
  assert.equal((await gateway.sql('SELECT count(*) AS n FROM inbox'))[0].n, before, 'an acknowledged event was not stored')
  return calls
}

const inOrder = calls => {
  for (const [call, kinds] of calls)
    assert.deepEqual(kinds, KINDS.filter(kind => kinds.includes(kind)), `${call} was stored as ${kinds}`)
}

test(
  'the database goes away under load: what was acknowledged is in the inbox when it is back, in order',
  scenario(
    async ({ gateway, clock, acme, relay }) => {
      await known(acme, clock)
      await noted(gateway)
      const hands = load(acme, clock)
      await eventually(() => hands.count() > 30, 'the load ran')
      await relay.cut()
      const before = hands.count()
      await eventually(() => hands.count() > before + 60, 'webhooks were acknowledged without the database', { limit: '60s' })
      assert.ok((await gateway.metric('switchhook_spool_events_total', 'kept')) > 0)
      assert.ok((await gateway.metric('switchhook_spool_bytes')) > 0)

      // Nothing clear on the disk, and for nobody else.
      assert.equal(statSync(folderOf(gateway)).mode & 0o777, 0o700)
      assert.ok(files(gateway).length > 0)
      for (const name of files(gateway)) {
        const file = join(folderOf(gateway), name)
        assert.equal(statSync(file).mode & 0o777, 0o600)
        for (const secret of [CALLEE, FROM, 'call_spool_', AGENT, 'Hello', 'user_hangup'])
          assert.ok(!readFileSync(file).includes(secret), `${secret} in ${name}`)
      }

      // Back, and the load goes on: the backlog shrinks to nothing all the same.
      await relay.restore()
      await eventually(() => files(gateway).length === 0, 'the spool was delivered under load', { limit: '60s' })
      const kept = await gateway.metric('switchhook_spool_events_total', 'kept')
      const then = hands.count()
      await eventually(() => hands.count() > then + 30, 'the load went on')
      assert.equal(await gateway.metric('switchhook_spool_events_total', 'kept'), kept, 'it goes to the database directly again')
      await hands.stop()
      inOrder(await nothingLost(gateway, acme, clock, hands))
      assert.equal(await gateway.metric('switchhook_spool_events_total', 'delivered'), kept)
      assert.equal(await gateway.metric('switchhook_spool_bytes'), 0)
      assert.equal(await gateway.metric('switchhook_spool_age_seconds'), 0)
      await eventually(
        async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0,
        'every event was processed',
        { limit: '60s' }
      )
    },
    { database: 'relayed', config: one }
  )
)
