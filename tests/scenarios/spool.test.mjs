// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The spool: what providers say while the database is away is kept on the disk, acknowledged, and in the inbox once it is back.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { AGENT, CALLEE, callEnded, FROM } from './lib/acme.mjs'
import { USER } from './lib/place.mjs'
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
  await eventually(() => files(gateway).length === 0, 'the spool was delivered')
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
      await eventually(() => hands.count() > before + 60, 'webhooks were acknowledged without the database')
      assert.ok((await gateway.metric('switchhook_spool_events_total', 'kept')) > 0)
      assert.ok((await gateway.metric('switchhook_spool_bytes')) > 0)
      const { body } = await gateway.ask('GET', '/readyz?verbose', undefined, { key: null })
      assert.match(body.checks.find(check => check.name === 'spool').text, /bytes of webhooks wait/)

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
      await eventually(() => files(gateway).length === 0, 'the spool was delivered under load')
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
        'every event was processed'
      )
    },
    { database: 'relayed', config: one }
  )
)

const WRITING = ['spool.before_write', 'spool.written', 'spool.synced']
const DELIVERING = ['spool.before_deliver', 'spool.stored', 'spool.delivered']

test(
  'the worker is killed, or fails, at every step of the spool: nothing acknowledged is lost, nothing is stored twice',
  scenario(
    async ({ gateway, clock, acme, relay, page }) => {
      await known(acme, clock)
      await noted(gateway)
      const loads = []
      const rounds = [...WRITING, ...DELIVERING].flatMap(name => ['kill', 'drop'].map(act => ({ name, act })))
      for (const [n, { name, act }] of rounds.entries()) {
        const writing = WRITING.includes(name)
        await relay.cut()
        if (writing) page.arm(name, act, { nth: 2 })
        const hands = load(acme, clock, { hands: 3, first: 1000 * (n + 1) })
        if (writing) await eventually(() => page.read(name).left === 0, `${name} was passed`)
        // A worker that begins without the database knows no webhook, so after a kill there may be no more to come.
        else await eventually(() => hands.count() > 8, 'webhooks were acknowledged without the database')
        if (!writing) page.arm(name, act)
        await hands.stop()
        loads.push(hands)
        await relay.restore()
        if (!writing) await eventually(() => page.read(name).left === 0, `${name} was passed`)
        // spool.delivered dropped: the file is set aside as if something in it had been refused.
        await eventually(() => files(gateway).length === 0, `after ${act} at ${name} the spool was delivered`)
        await eventually(() => gateway.children('worker').length === 2, 'there were two workers')
        await eventually(async () => {
          await known(acme, clock)
          return true
        }, 'all workers knew the webhook')
      }
      for (const { name } of rounds) assert.equal(page.read(name).fired, 2, name)
      assert.equal(said(gateway, 'worker.died').length, 6)
      assert.equal(said(gateway, 'spool.damaged').length, 0)
      await nothingLost(gateway, acme, clock, ...loads)
    },
    { database: 'relayed', failpoints: true, config: ingest() }
  )
)

test(
  'full or not writable: 503, and it says so; with room again it goes on',
  scenario(
    async ({ gateway, clock, acme, relay }) => {
      await known(acme, clock)
      const deliver = n => acme.deliver(callEnded(id(n), { at: clock.now() }))
      await relay.cut()

      chmodSync(folderOf(gateway), 0o500)
      await eventually(async () => (await deliver(1)).status === 503 && said(gateway, 'spool.fault').length, 'it was put off')
      assert.match(said(gateway, 'spool.fault')[0].text, /cannot be written/)
      assert.equal(await gateway.metric('switchhook_spool_fault'), 1)
      chmodSync(folderOf(gateway), 0o700)
      assert.equal((await deliver(1)).status, 204)
      assert.equal(await gateway.metric('switchhook_spool_fault'), 0)

      const ballast = join(folderOf(gateway), 'ballast')
      writeFileSync(ballast, Buffer.alloc(1 << 20))
      const full = await deliver(2)
      assert.equal(full.status, 503)
      assert.ok(Number(full.headers.get('retry-after')) > 0)
      assert.match(said(gateway, 'spool.fault').at(-1).text, /full/)
      rmSync(ballast)
      assert.equal((await deliver(2)).status, 204)

      writeFileSync(ballast, Buffer.alloc(1 << 20))
      assert.equal((await deliver(3)).status, 503)
      await relay.restore()
      await eventually(() => files(gateway).length === 0, 'the spool was delivered')
      assert.equal((await gateway.sql('SELECT count(*) AS n FROM inbox'))[0].n, 3)

      // Well again without anything that has to be kept.
      assert.equal(await gateway.metric('switchhook_spool_fault'), 1)
      rmSync(ballast)
      await eventually(async () => (await gateway.metric('switchhook_spool_fault')) === 0, 'the fault was over')
      assert.deepEqual(files(gateway), [])
    },
    { database: 'relayed', config: { workers: 1, ...ingest({ spool_size: '1MiB' }) } }
  )
)

const HANGS_MS = 20000

// Where it hangs: in a write, or in a flush.
for (const where of ['spool.written', 'spool.syncing'])
  test(
    `the disk does not answer (${where}): who waits is put off, the database is asked again, and it goes on when the disk does`,
    scenario(
      async ({ gateway, clock, acme, relay, page }) => {
        await known(acme, clock)
        const deliver = n => acme.deliver(callEnded(id(n), { at: clock.now() }))
        const fault = () => gateway.metric('switchhook_spool_fault')
        await relay.cut()
        assert.equal((await deliver(1)).status, 204)
        const armed = performance.now()
        page.arm(where, 'delay', { ms: HANGS_MS })
        const both = await Promise.all([deliver(2), deliver(3)])
        assert.deepEqual(both.map(({ status }) => status), [503, 503])
        assert.match(said(gateway, 'spool.fault').at(-1).text, /does not answer/)
        assert.equal(await fault(), 1)
        assert.equal((await deliver(4)).status, 503)
        await relay.restore()
        await eventually(async () => (await deliver(5)).status === 204, 'the database takes them')
        if (performance.now() - armed < HANGS_MS) assert.equal(said(gateway, 'spool.well').length, 0, 'the disk was still away')
        await eventually(() => files(gateway).length === 0, 'the disk was back and the spool was delivered')
        assert.equal(await fault(), 0)
        // The one that was acknowledged, the one that was written and not, the one that was not, and what was known.
        for (const n of [1, 5]) assert.equal((await deliver(n)).status, 204)
        const { n } = (await gateway.sql('SELECT count(*) AS n FROM inbox'))[0]
        assert.ok(n === 4 || n === 5, `${n} stored`)
      },
      { database: 'relayed', failpoints: true, config: one }
    )
  )

test(
  'a restart finds what was left; what was changed meanwhile is refused and named, the rest delivered',
  scenario(
    async ({ gateway, clock, acme, relay }) => {
      await known(acme, clock)
      await noted(gateway)
      await relay.cut()
      // The first waits for the connection; from then on each is a flush of its own.
      for (let n = 0; n < 6; n++) assert.equal((await acme.deliver(callEnded(id(n), { at: clock.now() }))).status, 204)
      assert.deepEqual(await gateway.stop(), { status: 0, signal: null })
      const [name, ...more] = files(gateway)
      assert.deepEqual(more, [])
      const file = join(folderOf(gateway), name)
      const right = readFileSync(file)
      const starts = [...right.toString('latin1').matchAll(/SHE1/g)].map(({ index }) => index)
      assert.equal(starts.length, 6)

      // A bit of the third event, half of the last one, a stranger.
      const wrong = Buffer.from(right.subarray(0, starts[5] + 200))
      wrong[starts[2] + 200] ^= 4
      writeFileSync(file, wrong)
      const stranger = join(folderOf(gateway), '01234567-89ab-7def-8123-456789abcdef.spool')
      writeFileSync(stranger, 'not ours at all, and longer than the head of a file of the spool', { mode: 0o600 })
      if (USER) chownSync(stranger, USER.uid, USER.gid)

      await relay.restore()
      await gateway.launch()
      await eventually(() => files(gateway).length === 0, 'the spool was delivered')
      assert.deepEqual(files(gateway, '.refused').toSorted(), [stranger, file].map(path => basename(path).replace('spool', 'refused')).toSorted())
      const damaged = said(gateway, 'spool.damaged')
      assert.deepEqual(damaged.map(line => line.file).toSorted(), [basename(stranger), name].toSorted())
      assert.deepEqual(
        damaged.filter(line => line.file === name).map(line => [line.from, line.to]),
        [[starts[2], starts[3]]]
      )
      assert.deepEqual(said(gateway, 'spool.torn').map(line => [line.file, line.from]), [[name, starts[5]]])
      assert.equal((await gateway.sql('SELECT count(*) AS n FROM noted'))[0].n, 4)

      // Mended by hand, it is taken as if nothing had been.
      const set_aside = file.replace(/spool$/, 'refused')
      writeFileSync(set_aside, right)
      renameSync(set_aside, file)
      await eventually(async () => (await gateway.sql('SELECT count(*) AS n FROM noted'))[0].n === 6, 'the rest was stored')
      await eventually(() => !existsSync(file), 'the file was removed')
    },
    { database: 'relayed', config: one }
  )
)

test(
  'check-config looks at the folder',
  scenario(
    async ({ gateway }) => {
      const check = () => gateway.cli('check-config', '--config', gateway.configFile)
      assert.equal((await check()).status, 0)
      chmodSync(folderOf(gateway), 0o755)
      const { status, stderr } = await check()
      chmodSync(folderOf(gateway), 0o700)
      assert.equal(status, 1)
      assert.match(stderr, /ingest\.spool_dir.*mode 0755.*chmod 700/)
    },
    { account: false, config: one }
  )
)

test(
  'an outage of weeks: what was kept in it makes the days that the inbox has not prepared',
  scenario(
    async ({ gateway, clock, acme, relay }) => {
      await known(acme, clock)
      await noted(gateway)
      await relay.cut()
      await eventually(async () => (await gateway.ask('GET', '/readyz', undefined, { key: null })).status === 503, 'the database is away')
      await clock.forward('20d')
      for (const n of [1, 2, 3]) {
        assert.equal((await acme.deliver(callEnded(id(n), { at: clock.now() }))).status, 204)
        await clock.forward('10d')
      }
      await relay.restore()
      await eventually(() => files(gateway).length === 0, 'the spool was delivered')
      assert.deepEqual(files(gateway, '.refused'), [])
      assert.equal((await gateway.sql('SELECT count(*) AS n, count(DISTINCT day) AS days FROM inbox')).map(({ n, days }) => `${n} ${days}`)[0], '4 4')
      await eventually(
        async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0,
        'every event was processed'
      )
    },
    // So that no day is past keeping before it is counted.
    { database: 'relayed', config: { ...one, keep: { events: '366d' } } }
  )
)
