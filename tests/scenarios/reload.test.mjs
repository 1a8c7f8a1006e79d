// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A reload costs nobody a request: a hundred of them under traffic, drivers exchanged, added and removed between them; and what
// is at fault is told and changes nothing.
//
// What a failed request is. The gateway ends idle connections of workers that go, and HTTP/1.1 lets a request cross that end on the
// wire; so every client sends a request again, once, if its *kept* connection ended before one byte of an answer came. Anything else
// is a failure: an error on a fresh connection, one in the middle of an answer, any status but the expected one.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { callEnded } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const RELOADS = 100
const callee = n => `+1213555${String(n).padStart(4, '0')}`
const fast = { dials_per_minute: 6000 }

/** A client that is as patient as said above: {ask(method, path, {headers, body}), told}. */
function client({ url }, { kept }) {
  const agent = new Agent({ keepAlive: kept, maxSockets: 1 })
  const told = { asked: 0, again: 0, failed: [] }
  const once = (method, path, { headers, body }) =>
    new Promise((resolve, reject) => {
      let begun = false
      const q = request(url + path, { method, agent, headers: { ...headers, ...(body && { 'content-length': Buffer.byteLength(body) }) } })
      q.on('response', res => {
        begun = true
        let text = ''
        res.setEncoding('utf8').on('data', piece => (text += piece))
        res.on('end', () => resolve({ status: res.statusCode, body: text }))
        res.on('error', reject)
      })
      q.on('error', error => reject(Object.assign(error, { stale: q.reusedSocket && !begun })))
      q.end(body)
    })
  const ask = async (method, path, more, expected) => {
    told.asked++
    try {
      let answer
      try {
        answer = await once(method, path, more)
      } catch (error) {
        if (!error.stale) throw error
        told.again++
        answer = await once(method, path, more)
      }
      if (expected.includes(answer.status)) return answer
      told.failed.push(`${method} ${path}: ${answer.status} ${answer.body}`)
    } catch (error) {
      told.failed.push(`${method} ${path}: ${error.message}`)
    }
  }
  return { ask, told, end: () => agent.destroy() }
}

/** Everybody at once, until stop(): what each was answered. */
function traffic({ gateway, acme, clock, retell }) {
  let going = true
  let serial = 0
  const clients = { kept: [], fresh: [] }
  const acknowledged = { events: new Set(), calls: new Map() }
  const make = kind => {
    const one = client(gateway, { kept: kind === 'kept' })
    clients[kind].push(one)
    return one
  }
  const bearer = key => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })
  const loop = async (kind, think, step) => {
    const one = make(kind)
    while (going) {
      await step(one)
      await pause(think)
    }
    one.end()
  }
  const read = one => one.ask('GET', '/v1/numbers', { headers: bearer(gateway.key) }, [200])
  const deliver = async one => {
    const id = `call_reload_${serial++}`
    const body = JSON.stringify(callEnded(id, { at: clock.now() }))
    const signature = await retell.webhooks.sign(body, { key: retell.webhooks.key, at: clock.now() })
    const headers = { 'content-type': 'application/json', 'x-retell-signature': signature }
    if (await one.ask('POST', new URL(acme.webhook).pathname, { headers, body }, [204])) acknowledged.events.add(id)
  }
  const dial = async one => {
    const to = callee(serial++)
    const headers = { ...bearer(acme.key), 'idempotency-key': `call-${to}` }
    const body = JSON.stringify({ from_number: acme.number.number, to_number: to })
    const answer = await one.ask('POST', '/v1/outbound/calls', { headers, body }, [201, 202])
    if (answer) acknowledged.calls.set(to, JSON.parse(answer.body))
  }
  const running = Promise.all([
    // A key may ask 50 times a second; the test asks with it, too.
    ...['kept', 'kept', 'fresh'].map(kind => loop(kind, 80, read)),
    loop('kept', 400, read), // idle for longer than a worker that goes waits: it is closed, and opens another
    ...['kept', 'kept', 'fresh'].map(kind => loop(kind, 5, deliver)),
    ...['kept', 'fresh'].map(kind => loop(kind, 60, dial))
  ])
  return async () => {
    going = false
    await running
    const sum = kind => ({
      asked: clients[kind].reduce((n, one) => n + one.told.asked, 0),
      again: clients[kind].reduce((n, one) => n + one.told.again, 0)
    })
    const failed = [...clients.kept, ...clients.fresh].flatMap(one => one.told.failed)
    return { kept: sum('kept'), fresh: sum('fresh'), failed, ...acknowledged }
  }
}

test(
  `${RELOADS} reloads under traffic, drivers exchanged: no request fails, no dial is lost or doubled`,
  scenario(
    async ({ t, gateway, retell, clock, acme, drivers }) => {
      retell.cast('*', { script: 'answers', always: true })
      const stop = traffic({ gateway, acme, clock, retell })
      const began = Date.now()
      let told
      try {
        for (let n = 1; n <= RELOADS; n++) {
          await drivers.put('retell', n % 2 ? '1.0.1' : '1.0.2', 'TAME')
          if (n % 6 === 2) await drivers.put('hostile', '1.0')
          if (n % 6 === 5) drivers.remove('hostile')
          gateway.configure({ limits: { connections: 1000 + n } })
          assert.equal(await gateway.reload(), true, `reload ${n}`)
        }
      } finally {
        told = await stop()
      }
      const { kept, fresh, failed, events, calls } = told
      t.diagnostic(
        `${RELOADS} reloads in ${Date.now() - began} ms; ${kept.asked} requests on kept connections (${kept.again} sent again), ` +
          `${fresh.asked} on fresh ones (${fresh.again} sent again), ${failed.length} failed; ${events.size} events, ${calls.size} dials`
      )
      assert.deepEqual(failed, [])
      assert.equal(fresh.again, 0)
      // The slower the machine, the longer is the moment in which a request and an end may cross.
      assert.ok(kept.again <= Math.max(RELOADS / 2, kept.asked / 40), `${kept.again} of ${kept.asked} were sent again`)
      assert.ok(calls.size > 20 && events.size > 200)
      const version = (await gateway.get('/v1/drivers')).data.find(one => one.name === 'retell').version
      assert.equal(version, '1.0.2')
      assert.equal(gateway.parsed.filter(one => one.event === 'worker.died').length, 0)
      await eventually(async () => (await gateway.metric('switchhook_config_reload_success')) === 1, 'the metric says so')

      // Each call rang once, whatever became of the worker that took it; each event that was acknowledged is there.
      await eventually(
        async () => {
          await clock.forward('10s')
          const open = await gateway.sql("SELECT count(*)::int AS n FROM callbacks WHERE state <> 'completed'")
          return open[0].n === 0
        },
        'every callback was completed'
      )
      assert.deepEqual(Object.keys(retell.rings.by_number).toSorted(), [...calls.keys()].toSorted())
      for (const [to, rings] of Object.entries(retell.rings.by_number)) assert.equal(rings, 1, to)
      await eventually(
        async () => {
          await clock.forward('35s') // what a worker left when it went comes back at its lease
          const inbound = await gateway.sql("SELECT count(*)::int AS n FROM call WHERE direction = 'inbound'")
          assert.ok(inbound[0].n <= events.size)
          return inbound[0].n === events.size
        },
        'every event was processed'
      )
      for (const name of ['switchhook_callback_imbalance', 'switchhook_ledger_imbalance']) assert.equal(await gateway.metric(name), 0)
      await eventually(() => gateway.children('worker').length === 2, 'the old workers were gone')
    },
    { drivers: () => {}, set: { credits: 5000, workspace: fast } }
  )
)

test(
  'every fault is told, with its place, and nothing changes',
  scenario(async ({ gateway, drivers, folder }) => {
    const policies = folder.join('policies')
    cpSync(gateway.config.policies, policies, { recursive: true })
    gateway.configure({ policies })
    assert.equal(await gateway.reload(), true)
    const workers = await eventually(() => {
      const now = gateway.children('worker')
      return now.length === 2 && now
    }, 'the first workers were gone')
    const loaded = async () => (await gateway.get('/v1/providers', { headers: { connection: 'close' } })).data.map(one => one.name)
    const began = await loaded()
    assert.ok(began.includes('retell'))
    const faults = () => gateway.parsed.filter(one => one.event === 'reload.fault').map(one => one.fault)

    // All of it at once: the file itself, a policy, a file that is no driver.
    const good = { ...gateway.config }
    writeFileSync(`${policies}/night.yaml`, 'max_attempts: 3\nquiet_hours: {start: "25:00", end: "09:00"}\n')
    drivers.spoil('garbage')
    gateway.configure({ workers: 'many', nonsense: 1 })
    assert.equal(await gateway.reload(), false)
    const told = faults()
    for (const expected of [
      /gateway\.yaml:\d+:\d+: .*many/,
      /gateway\.yaml:\d+:\d+: .*nonsense/,
      /night\.yaml:2:\d+: /,
      /switchhook-garbage\.so: cannot be loaded/
    ])
      assert.ok(told.some(fault => expected.test(fault)), `${expected} in\n${told.join('\n')}`)
    assert.equal(await gateway.metric('switchhook_config_reload_success'), 0)

    // One after the other is mended, and the last of them still holds it all.
    delete gateway.config.nonsense
    gateway.configure(good)
    writeFileSync(`${policies}/night.yaml`, 'max_attempts: 3\n')
    assert.equal(await gateway.reload(), false)
    assert.equal(faults().length, told.length + 1)

    // A worker that is replaced meanwhile is as the others are: what waits in the folders is nobody's yet.
    const killed = gateway.kill('worker')
    const stood = await eventually(() => {
      const now = gateway.children('worker')
      return now.length === 2 && !now.includes(killed) && gateway.parsed.some(one => one.event === 'worker.died') && now
    }, 'the dead worker was replaced')
    for (let n = 0; n < 20; n++) assert.deepEqual(await loaded(), began)

    // A pipe, into which nobody ever writes: the master does not wait for it, nor does the check.
    rmSync(`${policies}/night.yaml`)
    drivers.remove('garbage')
    execFileSync('mkfifo', [`${policies}/pipe.yaml`])
    assert.equal(await gateway.reload(), false)
    assert.match(faults().at(-1), /pipe\.yaml:1:1: not a regular file/)
    rmSync(`${policies}/pipe.yaml`)
    assert.equal(faults().length, told.length + 2)

    // A driver into which anybody might write.
    chmodSync(drivers.file('retell'), 0o646)
    assert.equal(await gateway.reload(), false)
    assert.match(faults().at(-1), /switchhook-retell\.so: anybody may change it/)
    chmodSync(drivers.file('retell'), 0o644)

    // A driver of another interface, one that is torn in the middle, and one that kills whoever loads it.
    await drivers.put('hostile', '1.0', 'AT_LOAD')
    assert.equal(await gateway.reload(), false)
    assert.match(faults().at(-1), /driver hostile: loading it ended the check: /)
    drivers.remove('hostile')
    assert.deepEqual(gateway.children('worker'), stood, 'nobody was replaced for nothing')
    assert.deepEqual(
      (await gateway.get('/v1/drivers')).data.map(one => one.name),
      began
    )

    gateway.configure({ workers: 3 })
    assert.equal(await gateway.reload(), true)
    await eventually(() => gateway.children('worker').length === 3 && !gateway.children('worker').includes(workers[0]), 'three new workers')
    await eventually(async () => (await gateway.metric('switchhook_config_reload_success')) === 1, 'the metric says so')
  }, { drivers: () => {} })
)

test(
  'the keyholder dies under traffic: its workers wait for the next one, and no request fails',
  scenario(
    async ({ t, gateway, retell, clock, acme }) => {
      retell.cast('*', { script: 'answers', always: true })
      const stop = traffic({ gateway, acme, clock, retell })
      let told
      try {
        for (let n = 1; n <= 4; n++) {
          gateway.kill('keyholder')
          await eventually(() => gateway.parsed.filter(one => one.event === 'keyholder.back').length === n, 'another took its place')
          await pause(200)
        }
      } finally {
        told = await stop()
      }
      t.diagnostic(`${told.kept.asked + told.fresh.asked} requests, ${told.failed.length} failed`)
      assert.deepEqual(told.failed, [])
      assert.ok(!gateway.parsed.some(one => one.event === 'worker.lost' || one.event === 'worker.died'))
    },
    { set: { credits: 5000, workspace: fast } }
  )
)

test(
  'plans are exchanged with the rest, and a faulty list is not',
  scenario(async ({ gateway, acme, folder }) => {
    const path = `/v1/workspaces/${acme.workspace.id}/policy`
    const attempts = async () => (await gateway.get(path, { headers: { connection: 'close' } })).effective.max_attempts
    const become = (value, from) =>
      eventually(async () => {
        const now = await attempts()
        return now.value === value && now.from === from
      }, `${value} attempts by ${from}`)
    assert.deepEqual(await attempts(), { value: 3, from: 'plan', name: 'free' })

    // Beside the configuration, where nothing was before.
    writeFileSync(folder.join('plans.yaml'), 'free: {policy: {max_attempts: 6}, ceilings: {max_attempts: 7}}\n')
    assert.equal(await gateway.reload(), true)
    await become(6, 'plan')
    await gateway.put(path, { max_attempts: 9 })
    await become(7, 'ceiling')

    writeFileSync(folder.join('plans.yaml'), 'free: {ceilings: {max_attempts: 0}}\n')
    assert.equal(await gateway.reload(), false)
    const fault = gateway.parsed.findLast(one => one.event === 'reload.fault').fault
    assert.match(fault, /plans\.yaml:1:\d+: expected a whole number from 1 to 100, found "0"/)
    // A worker that is replaced now has what was checked.
    gateway.kill('worker')
    await eventually(() => gateway.parsed.some(one => one.event === 'worker.died') && gateway.children('worker').length === 2, 'the dead worker was replaced')
    for (let n = 0; n < 10; n++) assert.equal((await attempts()).value, 7)

    // Without the file the built-in plans hold again.
    rmSync(folder.join('plans.yaml'))
    assert.equal(await gateway.reload(), true)
    await become(3, 'ceiling')
  })
)
