// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Events that are processed together: nothing is lost, nothing counts twice, one that cannot be processed holds up no other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callEnded } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const ONE = { config: { workers: 1 } }
const names = ['call_started', 'call_ended', 'call_analyzed']
const range = n => Array.from({ length: n }, (_, i) => i)

const states = async gateway =>
  Object.fromEntries(
    (await gateway.sql('SELECT state, count(*) AS n FROM inbox GROUP BY state')).map(({ state, n }) => [state, n])
  )
const processed = (gateway, n, what) =>
  eventually(async () => {
    const now = await states(gateway)
    return now.processed === n && Object.keys(now).length === 1
  }, what ?? `${n} events were processed`)
const calls = gateway =>
  gateway.sql('SELECT provider_call_id AS id, rank, version - (followed_at IS NOT NULL)::int AS version, end_reason, started_at, ended_at FROM call ORDER BY 1')

/** Nobody writes a call while `work` runs, so that what it delivers waits for one batch. It must be quick. */
async function held(gateway, work) {
  await gateway.sql('CREATE TABLE public.go ()')
  const holding = gateway.sql(
    `BEGIN; LOCK TABLE call IN SHARE MODE; DO $$ BEGIN
       WHILE NOT EXISTS (SELECT FROM public.go) LOOP PERFORM pg_sleep(0.02); END LOOP;
     END $$; COMMIT`
  )
  await eventually(
    async () =>
      (
        await gateway.sql(
          "SELECT count(*) AS n FROM pg_locks WHERE relation = 'call'::regclass AND mode = 'ShareLock' AND granted"
        )
      )[0].n === 1,
    'the table was held'
  )
  try {
    await work()
  } finally {
    await gateway.sql('INSERT INTO public.go DEFAULT VALUES')
    await holding
  }
}

const deliver = async (acme, event) => assert.equal((await acme.deliver(event)).status, 204)

test(
  'many events at once, several of one call among them, each of them twice',
  scenario(async ({ gateway, clock, acme }) => {
    const at = clock.now()
    await held(gateway, async () => {
      await deliver(acme, callEnded('call_first', { at }))
      await Promise.all(range(20).map(n => deliver(acme, callEnded(`call_alone_${n}`, { at }))))
      for (const event of names) {
        await deliver(acme, callEnded('call_whole', { at, event }))
        await deliver(acme, callEnded('call_whole', { at, event }))
      }
      for (const event of names.toReversed()) await deliver(acme, callEnded('call_turned', { at, event }))
    })
    await processed(gateway, 27)
    assert.equal(await gateway.metric('switchhook_events_total', 'result="processed"'), 27)

    const found = await calls(gateway)
    assert.equal(found.length, 23)
    for (const { id, rank, version, end_reason, started_at, ended_at } of found) {
      assert.deepEqual([version, end_reason], [1, 'user_hangup'], `${id} was written once`)
      assert.equal(rank, id === 'call_whole' || id === 'call_turned' ? 4 : 3, id)
      assert.equal(Date.parse(ended_at) - Date.parse(started_at), 60000, id)
    }
  }, ONE)
)

test(
  'the database refuses one of many: it is tried five times and is dead, the others are processed at once',
  scenario(async ({ gateway, clock, acme }) => {
    await gateway.sql(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.provider_call_id = 'call_spoilt' THEN RAISE 'spoilt'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER spoil BEFORE INSERT ON call FOR EACH ROW EXECUTE FUNCTION spoil()`)
    const at = clock.now()
    await held(gateway, async () => {
      await deliver(acme, callEnded('call_first', { at }))
      await Promise.all(range(9).map(n => deliver(acme, callEnded(`call_before_${n}`, { at }))))
      for (const event of names.slice(1)) await deliver(acme, callEnded('call_spoilt', { at, event }))
      await Promise.all(range(10).map(n => deliver(acme, callEnded(`call_behind_${n}`, { at }))))
    })
    await eventually(async () => {
      const now = await states(gateway)
      return now.processed === 20 && now.pending === 2
    }, 'the others were processed')
    for (let tries = 1; tries < 5; tries++) {
      await eventually(
        async () => (await gateway.sql('SELECT min(tries) AS n FROM inbox WHERE state = $1', ['pending']))[0].n === tries,
        `it was tried ${tries} times`
      )
      await clock.forward('31s')
    }
    await eventually(async () => (await states(gateway)).dead === 2, 'both of its events were dead')
    await eventually(async () => (await gateway.metric('switchhook_events_total', 'result="dead"')) === 2, 'both were counted')

    await gateway.sql('DROP TRIGGER spoil ON call')
    const dead = await gateway.list('/v1/events?state=dead')
    for (const { id } of dead) assert.equal((await gateway.ask('POST', `/v1/events/${id}/replay`)).status, 202)
    await processed(gateway, 22)
    assert.equal((await calls(gateway)).find(({ id }) => id === 'call_spoilt').rank, 4)
  }, ONE)
)

test(
  'a worker is killed with a batch under way: another does it; one that does not open fails alone',
  scenario(async ({ gateway, clock, acme }) => {
    const at = clock.now()
    await held(gateway, async () => {
      await deliver(acme, callEnded('call_first', { at }))
      await Promise.all(range(20).map(n => deliver(acme, callEnded(`call_left_${n}`, { at }))))
      gateway.kill('worker')
    })
    await eventually(() => gateway.children('worker').length === 1, 'the worker was replaced')
    const left = (await states(gateway)).pending
    assert.ok(left >= 20)
    const [{ event_id }] = await gateway.sql("SELECT event_id FROM inbox WHERE state = 'pending' ORDER BY 1 LIMIT 1")
    await gateway.sql('UPDATE inbox SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE event_id = $1', [event_id])

    await clock.forward('61s')
    await eventually(async () => {
      const now = await states(gateway)
      return now.processed === 20 && now.pending === 1
    }, 'all but one were processed')
    const [failed] = await gateway.sql('SELECT tries, error FROM inbox WHERE event_id = $1', [event_id])
    assert.deepEqual(failed, { tries: 1, error: 'the stored event does not open' })
  }, ONE)
)

test(
  'two gateways take in events of the same calls: each call has them all',
  scenario(async ({ gateway, clock, acme, twin }) => {
    const other = await twin()
    const there = acme.webhook.replace(gateway.url, other.url)
    const at = clock.now()
    await Promise.all(
      range(15).flatMap(n =>
        names.map((event, i) => acme.deliver(callEnded(`call_${n}`, { at, event }), (n + i) % 2 ? { url: there } : {}))
      )
    )
    await processed(gateway, 45)
    const found = await calls(gateway)
    assert.equal(found.length, 15)
    for (const { id, rank } of found) assert.equal(rank, 4, id)
  }, ONE)
)

test(
  'a call that somebody holds is waited for alone: the others are processed meanwhile',
  scenario(async ({ gateway, clock, acme }) => {
    const at = clock.now()
    await deliver(acme, callEnded('call_locked', { at, event: 'call_started' }))
    await processed(gateway, 1)
    await gateway.sql('CREATE TABLE public.free ()')
    const locked = gateway.sql(
      `BEGIN; SELECT FROM call WHERE provider_call_id = 'call_locked' FOR UPDATE; DO $$ BEGIN
         WHILE NOT EXISTS (SELECT FROM public.free) LOOP PERFORM pg_sleep(0.02); END LOOP;
       END $$; COMMIT`
    )
    try {
      await held(gateway, async () => {
        await deliver(acme, callEnded('call_first', { at }))
        await Promise.all(range(30).map(n => deliver(acme, callEnded(`call_before_${n}`, { at }))))
        await deliver(acme, callEnded('call_locked', { at }))
        await Promise.all(range(28).map(n => deliver(acme, callEnded(`call_behind_${n}`, { at }))))
      })
      await eventually(
        async () => {
          const now = await states(gateway)
          return now.processed === 60 && now.pending === 1
        },
        'all but that one were processed'
      )
    } finally {
      await gateway.sql('INSERT INTO public.free DEFAULT VALUES')
      await locked
    }
    await clock.forward('61s')
    await processed(gateway, 61)
    assert.equal((await calls(gateway)).find(({ id }) => id === 'call_locked').rank, 3)
    assert.equal((await gateway.sql('SELECT max(tries) AS n FROM inbox'))[0].n, 0, 'nothing failed')
  }, ONE)
)
