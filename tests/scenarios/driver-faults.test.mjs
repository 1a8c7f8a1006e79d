// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A driver cannot hurt its neighbours. One that crashes, hangs, eats memory or calls exit() ends the worker that it is in; it
// is named, it is put in quarantine, and it comes back when it is released or mended. Meanwhile another provider's requests go on: of
// those only what a dying worker was serving breaks off, unanswered, and what was acknowledged is never lost.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Acme, callEnded } from './lib/acme.mjs'
import { scenario, simulate } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'
import { PROVIDERS } from '../simulators/providers.mjs'

const HOSTILE_FROM = '+14155550200'
const CALLEE = '+12135550199'

/**
 * Somebody else's traffic: signed webhooks of a good provider, reads of the API, and at every good provider calls whose own webhooks
 * follow, until stop() tells what became of them.
 */
function neighbours({ gateway, acme, accounts, clock }) {
  let going = true
  let serial = 0
  const told = { acknowledged: [], placed: [], asked: 0, broken: 0, wrong: [] }
  const one = async (what, good, ask) => {
    told.asked++
    try {
      const { status, body } = await ask()
      if (good.includes(status)) return body || true
      told.wrong.push(`${what}: ${status}`)
    } catch {
      told.broken++ // the worker died with it: no answer, so nothing was promised
    }
    return false
  }
  const clients = Array.from({ length: 3 }, async (_, n) => {
    while (going) {
      const id = `call_neighbour_${n}_${serial++}`
      const event = callEnded(id, { at: clock.now() })
      if (await one('webhook', [204], () => acme.deliver(event))) told.acknowledged.push(id)
      await one('read', [200], () => gateway.ask('GET', '/v1/numbers'))
      // A key may ask only so often, and the test asks with it, too.
      await sleep(200)
    }
  })
  const callers = Object.values(accounts).map(async account => {
    account.sim.cast('*', { script: 'answers', always: true })
    while (going) {
      const to = `+1213556${String(serial++).padStart(4, '0')}`
      const call = await one(`call by ${account.provider.name}`, [201, 202], () => account.request({ to_number: to }))
      if (call) told.placed.push({ account, to, id: call.callback_id })
      await sleep(400)
    }
  })
  clients.push(...callers)
  told.clients = clients.length
  return async () => {
    // A quick machine is through before anybody has asked for much.
    const each = account => told.placed.filter(one => one.account === account).length > 4
    const enough = () => told.acknowledged.length > 10 && Object.values(accounts).every(each)
    if (gateway.running) await eventually(enough, 'the neighbours were served')
    going = false
    await Promise.all(clients)
    return told
  }
}

/** Nothing that the neighbours were promised is lost: their events are calls, their calls rang once and are over. */
async function kept({ gateway, accounts, clock }, told) {
  assert.deepEqual(told.wrong, [], 'the neighbours were answered as ever')
  await eventually(
    async () =>
      (await gateway.sql("SELECT count(*)::int AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0 || clock.forward('40s'),
    'every event was processed'
  )
  const calls = new Set((await gateway.sql('SELECT provider_call_id AS id FROM call')).map(one => one.id))
  for (const id of told.acknowledged) assert.ok(calls.has(id), `${id} was acknowledged and is no call`)
  for (const { account, to, id } of told.placed) {
    // A worker that ended just before the sending has given its dial to another.
    await eventually(
      async () => (await gateway.sql('SELECT state FROM callbacks WHERE callback_id = $1', [id]))[0].state === 'completed',
      `the call to ${to} was over`
    )
    assert.equal(account.sim.rings.by_number[to], 1, `${to} rang, of ${account.provider.name}`)
  }
  for (const { sim, provider } of Object.values(accounts))
    assert.ok(Object.values(sim.rings.by_dial).every(rings => rings === 1), `${provider.name}: no dial rang twice`)
}

/** The hostile provider's own tenant-mate: another workspace, the same simulator's code, other numbers. */
async function hostileAccount({ gateway, clock }, ends) {
  const retell = await simulate(PROVIDERS.retell, clock, { numbers: [HOSTILE_FROM] })
  ends.push(() => retell.stop())
  const account = new Acme({ gateway, retell, clock })
  await account.setUp({ workspace: { provider: 'hostile', name: 'Hostile', dials_per_minute: 6000 } })
  return account
}

/** The driver's fault, by a webhook: it must break off unanswered, and the log must say who it was. */
async function provoke({ gateway, clock }, account, how, n) {
  const before = gateway.parsed.filter(one => one.event === 'worker.died').length
  const event = { ...callEnded(`call_${how}_${n}`, { at: clock.now() }), misbehave: how }
  await assert.rejects(account.deliver(event), `${how} was answered`)
  const died = await eventually(
    () => gateway.parsed.filter(one => one.event === 'worker.died')[before],
    `${how} ended a worker`
  )
  assert.equal(died.driver, 'hostile', how)
  assert.equal(died.function, 'normalize', how)
}

const state = async gateway => (await gateway.get('/v1/drivers')).data.find(one => one.name === 'hostile')

async function inQuarantine(gateway) {
  return eventually(async () => {
    const now = await state(gateway)
    return now.state === 'quarantined' && now
  }, 'the driver was in quarantine')
}

async function allWorkers(gateway) {
  await eventually(() => gateway.children('worker').length === 2, 'the dead workers were replaced')
}

const options = {
  providers: Object.keys(PROVIDERS),
  drivers: drivers => drivers.put('hostile', '1.0'),
  config: { driver: { call_time: '1s' }, limits: { memory: '512MiB' } },
  set: { credits: 1000, workspace: { dials_per_minute: 6000 } }
}

test(
  'faults of every kind: named, quarantined, released; the neighbours go on',
  scenario(async ({ gateway, clock, acme, accounts }) => {
    const ends = []
    try {
      const all = { gateway, clock, acme, accounts }
      const account = await hostileAccount(all, ends)
      const stop = neighbours(all)
      ends.push(stop)

      for (const [n, how] of ['crash', 'abort', 'exit'].entries()) await provoke(all, account, how, n)
      const closed = await inQuarantine(gateway)
      assert.equal(closed.deaths, 3)
      assert.equal(closed.function, 'normalize')
      assert.ok(gateway.parsed.some(one => one.event === 'driver.quarantined' && one.driver === 'hostile'))

      // Everybody is told, and nothing reaches the driver.
      await allWorkers(gateway)
      for (let i = 0; i < 6; i++) {
        const put = await account.deliver({ ...callEnded(`call_shut_${i}`, { at: clock.now() }), misbehave: 'crash' })
        assert.equal(put.status, 503)
        assert.equal(put.body.code, 'driver_quarantined')
        assert.equal(put.headers.get('retry-after'), '30')
      }
      const test = await gateway.ask('POST', `/v1/workspaces/${account.workspace.id}/credentials/test`)
      assert.deepEqual([test.status, test.body.code], [503, 'driver_quarantined'])
      assert.equal(await gateway.metric('switchhook_driver_quarantined', 'driver="hostile"'), 1)
      assert.equal(await gateway.metric('switchhook_driver_quarantined', 'driver="retell"'), 0)
      assert.equal(await gateway.metric('switchhook_driver_deaths_total', 'driver="hostile"'), 3)
      const ready = await eventually(async () => {
        const { status, body } = await gateway.ask('GET', '/readyz?verbose') // the new workers have begun
        return status === 200 && body
      }, 'the gateway was ready')
      assert.equal(ready.checks.find(one => one.name === 'quarantine').state, 'warning')
      assert.equal((await gateway.get('/v1/providers')).data.find(one => one.name === 'hostile').state, 'quarantined')

      // By hand; and three more deaths bring it back.
      const released = await gateway.cli('driver', 'release', 'hostile')
      assert.equal(released.status, 0, released.stderr)
      assert.equal((await state(gateway)).state, 'ready')
      for (const [n, how] of ['loop', 'stack'].entries()) await provoke(all, account, how, n)
      // Time enough for the memory to come first, however slow this machine is. What was counted stays counted.
      gateway.configure({ driver: { call_time: '30s' } })
      assert.equal(await gateway.reload(), true)
      await allWorkers(gateway)
      await provoke(all, account, 'hog', 2)
      assert.equal((await inQuarantine(gateway)).deaths, 6)
      for (const event of ['driver.stuck', 'driver.memory'])
        assert.ok(gateway.parsed.some(one => one.event === event && one.driver === 'hostile'), event)
      assert.match((await gateway.cli('driver', 'status')).stdout, /hostile +quarantined +1\.0 +6 +normalize/)

      // What it writes into its input hurts itself alone, and that once; so does a size that is not so, unless it leads nowhere.
      const release = () => gateway.ask('POST', '/v1/drivers/hostile/release')
      await eventually(async () => (await release()).status === 200, 'released, as soon as the key may ask again')
      await allWorkers(gateway)
      let n = 0
      const put = async (how, status) => {
        const event = { ...callEnded(`call_odd_${n++}`, { at: clock.now() }), ...(how && { misbehave: how }) }
        assert.equal((await account.deliver(event)).status, status, how)
      }
      for (const [how, status] of [
        ['scribble', 204],
        ['scribble early', 400],
        ['struct size', 400]
      ]) {
        await put(how, status)
        await put(undefined, 204)
      }
      const odd = await account.place({ from_number: HOSTILE_FROM, to: CALLEE, variables: { misbehave: 'request size' } })
      assert.equal((await account.callback(odd.callback_id)).call_id, undefined)
      assert.equal(account.retell.rings.by_number[CALLEE], undefined)
      await provoke(all, account, 'text size', 0)
      assert.equal((await state(gateway)).deaths, 7)

      const told = await stop()
      assert.ok(told.broken <= 7 * told.clients, `${told.broken} broken: at most what seven workers were serving`)
      await kept(all, told)
    } finally {
      for (const end of ends.toReversed()) await end()
    }
  }, options)
)

test(
  'callbacks of a driver in quarantine wait, and are dialled once when it is mended',
  scenario(async ({ gateway, clock, acme, drivers }) => {
    const ends = []
    try {
      const account = await hostileAccount({ gateway, clock }, ends)
      const place = (to, more) => account.place({ from_number: HOSTILE_FROM, to, ...more })
      account.retell.cast('*', 'no_answer', 'answers')
      const waits = await place(CALLEE)
      await account.scheduled(waits.callback_id, { attempt: 2 })

      // The third death is inside dial_request: the intent was never sent, and its lease gives it back.
      await provoke({ gateway, clock }, account, 'crash', 0)
      await provoke({ gateway, clock }, account, 'crash', 1)
      await place('+12135550200', { variables: { misbehave: 'abort' } }).catch(() => {})
      assert.equal((await inQuarantine(gateway)).function, 'dial_request')
      await allWorkers(gateway)

      // A call that is asked for now is kept for later, not refused and not lost.
      const kept = await place('+12135550201')
      assert.equal(kept.status, 202)
      await eventually(async () => (await account.callback(kept.callback_id)).state === 'scheduled', 'it is kept for later')

      // Due, and due again; hours later nothing was dialled and nothing has ended.
      const dials = account.dials.length
      for (const step of ['61m', '2m', '20m', '40m']) {
        await clock.forward(step)
        const asked = gateway.parsed.filter(one => one.event === 'dial.deferred').length
        await eventually(
          () => gateway.parsed.filter(one => one.event === 'dial.deferred').length > asked,
          'what was due was put off'
        )
      }
      assert.equal(account.dials.length, dials)
      assert.deepEqual(
        await gateway.sql("SELECT state, count(*)::int AS n FROM callbacks WHERE state <> 'completed' GROUP BY state"),
        [{ state: 'scheduled', n: 3 }]
      )

      // New workers know of it; the good provider's callbacks never waited.
      assert.equal(await gateway.reload(), true)
      assert.equal((await state(gateway)).state, 'quarantined')
      acme.retell.cast('*', 'answers')
      await acme.latest((await acme.place()).callback_id, 'completed')

      // Another file of it is another driver.
      await drivers.put('hostile', '1.1', 'TAME')
      assert.equal(await gateway.reload(), true)
      await eventually(async () => {
        const now = await state(gateway) // an old worker may answer what came on an old connection
        return now.state === 'ready' && now.version === '1.1'
      }, 'the mended driver was ready')
      account.retell.cast('*', { script: 'answers', always: true })
      await clock.forward('1m')
      for (const id of [waits.callback_id, kept.callback_id]) await account.latest(id, 'completed')
      await eventually(
        async () => (await gateway.sql("SELECT count(*)::int AS n FROM callbacks WHERE state <> 'completed'"))[0].n === 0,
        'all callbacks were completed'
      )
      assert.ok(Object.values(account.retell.rings.by_attempt).every(rings => rings === 1), 'no attempt rang twice')
      assert.equal(account.retell.rings.by_number['+12135550200'], 1)
      assert.equal(await gateway.metric('switchhook_callback_imbalance'), 0)
    } finally {
      for (const end of ends.toReversed()) await end()
    }
  }, options)
)

test(
  'after a failover no driver in quarantine is asked for its list: its account counts as without one',
  scenario(async ({ gateway, clock, acme }) => {
    const ends = []
    try {
      const account = await hostileAccount({ gateway, clock }, ends)
      for (const n of [0, 1, 2]) await provoke({ gateway, clock }, account, 'crash', n)
      await inQuarantine(gateway)
      await allWorkers(gateway)
      const asked = account.retell.requests.length
      await gateway.sql("UPDATE fence SET timeline = '0000000A'")
      const recovering = async () =>
        (await gateway.sql("SELECT count(*)::int AS n, count(quiet_until)::int AS quiet FROM fence WHERE mode = 'recovering'"))[0]
      await eventually(async () => (await recovering()).quiet > 0, 'it was noticed')
      await clock.forward('18m')
      await eventually(
        () => gateway.parsed.some(one => one.event === 'merge.unlisted' && /in quarantine/.test(one.text)),
        'its list is waited for'
      )
      assert.ok((await recovering()).n > 0)
      await clock.forward('16m')
      await eventually(async () => (await recovering()).n === 0, 'the others do not wait for ever')
      assert.equal(account.retell.requests.length, asked, 'nothing was asked')
      acme.retell.cast('*', 'answers')
      await acme.latest((await acme.place()).callback_id, 'completed')
    } finally {
      for (const end of ends.toReversed()) await end()
    }
  }, options)
)

test(
  'a driver that kills whoever loads it: the gateway starts without it',
  scenario(
    async ({ gateway, acme, drivers }) => {
      const shut = await state(gateway)
      assert.equal(shut.state, 'refused')
      assert.match(shut.refused, /in quarantine: loading it ended \d+ processes/)
      acme.retell.cast('*', 'answers')
      await acme.latest((await acme.place()).callback_id, 'completed')
      await drivers.put('hostile', '1.1', 'TAME')
      assert.equal(await gateway.reload(), true)
      await eventually(async () => (await state(gateway)).state === 'ready', 'the mended driver was loaded')
    },
    { ...options, drivers: drivers => drivers.put('hostile', '1.0', 'AT_LOAD') }
  )
)

test(
  'a driver that writes over all memory that its worker shares: the others go on, and it is judged as ever',
  scenario(async ({ gateway, clock, acme, accounts }) => {
    const ends = []
    try {
      gateway.fresh = true
      const all = { gateway, clock, acme, accounts }
      const account = await hostileAccount(all, ends)
      const stop = neighbours(all)
      ends.push(stop)
      for (let n = 0; n < 4; n++) {
        const event = { ...callEnded(`call_over_${n}`, { at: clock.now() }), misbehave: 'overwrite' }
        assert.equal((await account.deliver(event)).status, 204)
        await sleep(600) // the master looks at least twice a second
      }
      // Its own worker's place says that it is lost, and it is replaced for that; nobody dies, nobody else is named.
      await eventually(() => gateway.parsed.some(one => one.event === 'worker.lost'), 'a worker was given up')
      await allWorkers(gateway)
      for (const { name, state, deaths, fills } of (await gateway.get('/v1/drivers')).data)
        assert.deepEqual([state, deaths, fills], ['ready', 0, 0], name)
      assert.ok(!gateway.parsed.some(one => ['worker.died', 'driver.stuck', 'worker.memory'].includes(one.event)))
      for (const n of [0, 1, 2]) await provoke(all, account, 'crash', n)
      assert.equal((await inQuarantine(gateway)).deaths, 3)
      const told = await stop()
      assert.ok(told.broken <= 3 * told.clients, `${told.broken} broken: at most what three workers were serving`)
      await kept(all, told)
    } finally {
      for (const end of ends.toReversed()) await end()
    }
  }, options)
)

test(
  'a driver that leaks: its workers make room before memory ends, it is named, and the second time quarantined',
  scenario(async ({ gateway, clock, acme, accounts, drivers }) => {
    const ends = []
    try {
      gateway.fresh = true
      const all = { gateway, clock, acme, accounts }
      const account = await hostileAccount(all, ends)
      const stop = neighbours(all)
      ends.push(stop)
      // Those that a driver has filled: under a sanitizer, which keeps what is freed, a busy worker may fill by itself.
      const full = () => gateway.parsed.filter(one => one.event === 'worker.memory' && one.driver)
      let n = 0
      // Until two more workers were full; each event acknowledged, but those that came when the driver was stopped.
      const leak = async () => {
        const workers = full().length + 2
        for (const end = n + 600; full().length < workers; n++) {
          assert.ok(n < end, 'no worker was full')
          const event = { ...callEnded(`call_leak_${n}`, { at: clock.now() }), misbehave: 'leak' }
          const { status } = await account.deliver(event)
          if (status !== 503) assert.equal(status, 204)
          else assert.equal((await state(gateway)).reason, 'memory')
          // Four times a second a worker is weighed: what grows much more between is blamed on whom it is in.
          await sleep(60)
        }
      }
      const put = async (how, status) => {
        const event = { ...callEnded(`call_odd_${n++}`, { at: clock.now() }), ...(how && { misbehave: how }) }
        assert.equal((await account.deliver(event)).status, status)
      }

      // A cache with a bound is its own affair: 300 times 256 KiB would be noticed in what it keeps.
      for (let i = 0; i < 300; i++) await put('cache', 204)
      assert.equal((await state(gateway)).fills, 0)

      // The first time it is told, the second time stopped. A worker that it has almost filled may be a third one.
      await leak()
      assert.equal(full()[0].driver, 'hostile')
      assert.ok(full()[0].kept_bytes > 100 << 20 && full()[0].kept_bytes < full()[0].bytes)
      const closed = await inQuarantine(gateway)
      assert.deepEqual([closed.reason, closed.deaths, closed.function], ['memory', 0, null])
      assert.ok(closed.fills >= 2)
      const said = gateway.parsed.find(one => one.event === 'driver.quarantined')
      assert.deepEqual([said.driver, said.reason, said.fills, said.deaths], ['hostile', 'memory', 2, 0])
      await allWorkers(gateway)
      await put('leak', 503)
      assert.match((await gateway.cli('driver', 'status')).stdout, /hostile +quarantined +1\.0 +0 +[2-9] +memory/)
      assert.equal(await gateway.metric('switchhook_driver_quarantined', 'driver="hostile"'), 1)
      assert.ok((await gateway.metric('switchhook_driver_fills_total', 'driver="hostile"')) >= 2)
      assert.equal(await gateway.metric('switchhook_driver_fills_total', 'driver="retell"'), 0)
      const ready = await eventually(async () => {
        const { status, body } = await gateway.ask('GET', '/readyz?verbose')
        return status === 200 && body
      }, 'the gateway was ready')
      assert.match(ready.checks.find(one => one.name === 'quarantine').text, /^hostile is in quarantine \(it filled workers\)/)

      // By hand it comes back, and two workers later it is stopped again; another file of it is not.
      const released = await gateway.cli('driver', 'release', 'hostile')
      assert.equal(released.status, 0, released.stderr)
      const free = await state(gateway)
      assert.deepEqual([free.state, free.reason], ['ready', null])
      await put(undefined, 204)
      await leak()
      assert.ok((await inQuarantine(gateway)).fills >= 4)
      await drivers.put('hostile', '1.1', 'TAME')
      assert.equal(await gateway.reload(), true)
      await eventually(async () => (await state(gateway)).state === 'ready', 'the mended driver was loaded')
      await put('leak', 204)

      const told = await stop()
      assert.deepEqual([...new Set(full().map(one => one.driver))], ['hostile'])
      assert.ok(!gateway.parsed.some(one => one.event === 'worker.died'))
      assert.equal(told.broken, 0)
      await kept(all, told)
    } finally {
      for (const end of ends.toReversed()) await end()
    }
  }, options)
)
