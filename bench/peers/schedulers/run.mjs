// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Other schedulers on Postgres, made to do the same work.
//
//   node run.mjs pgboss|graphile fill COUNT          jobs that wait for a time between one hour and a day ahead, in batches of 5000
//   node run.mjs pgboss|graphile schedule COUNT      the same, COUNT one by one, 16 in flight
//   node run.mjs pgboss|graphile bulk COUNT          the same, COUNT in batches of 1000, 2 in flight
//   node run.mjs pgboss|graphile claim|work COUNT    COUNT jobs that are due, claimed and completed
//   node run.mjs pgboss|graphile late COUNT SPAN_MS  COUNT jobs due at random moments within SPAN_MS, at the fastest polling
//
// claim: pg-boss by fetch and complete in batches of 100, 2 loops; graphile with its local queue and batched completion.
// work: pg-boss's work() in batches of 100, 10 at once; graphile's defaults, 10 at once. Prints "measuring" when all is
// ready, begins at the next line of stdin, prints one JSON object and ends with stdin. libpq's environment says where.
import { createInterface } from 'node:readline'
import pg from 'pg'

const [name, step, ...counts] = process.argv.slice(2)
const count = Number(counts[0])
const PAYLOAD = {
  workspace: '6e0c3d3e-8a4f-4a54-9f6b-0b7c1d2e3f40',
  to: '+15035550177',
  agent: 'agent_7f3c1de09b5a4c2d8e6f',
  reason: 'no_answer',
  attempt: 2,
  vars: { customer_name: 'Jordan Avery', city: 'Portland' }
}
const HOUR = 3600e3
const future = () => new Date(Date.now() + HOUR + Math.random() * 23 * HOUR)
const past = () => new Date(Date.now() - 1000 - Math.random() * 60e3)

async function inFlight(n, most, run) {
  let i = 0
  await Promise.all(
    Array.from({ length: most }, async () => {
      while (i < n) await run(i++)
    })
  )
}

/** Resolves when `done(job)` was called n times. */
function counter(n) {
  let left = n
  let done
  const all = new Promise(resolve => {
    done = () => --left === 0 && resolve()
  })
  return { all, done }
}

// Each engine: addMany(n, at()), addOne(data, at), claim(n), work(n), late(seen), stop().
const engines = {
  async pgboss() {
    const { PgBoss } = await import('pg-boss')
    const { PGHOST: host, PGPORT: port, PGUSER: user, PGDATABASE: database } = process.env
    const boss = new PgBoss({ host, port: Number(port), user, database, max: 20 })
    boss.on('error', error => console.error(error.message))
    await boss.start()
    await boss.createQueue('cb')
    const fast = { batchSize: 100, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true }
    return {
      addMany: (n, at) => boss.insert('cb', Array.from({ length: n }, () => ({ data: PAYLOAD, startAfter: at() }))),
      addOne: (data, at) => boss.send('cb', data, { startAfter: at }),
      claim: () =>
        inFlight(2, 2, async () => {
          for (let jobs; (jobs = await boss.fetch('cb', { batchSize: 100 }))?.length; )
            await boss.complete(
              'cb',
              jobs.map(job => job.id)
            )
        }),
      async work(n) {
        const { all, done } = counter(n)
        await boss.work('cb', { ...fast, localConcurrency: 10 }, async jobs => jobs.forEach(done))
        await all
      },
      late: seen => boss.work('cb', { ...fast, localConcurrency: 2 }, async jobs => jobs.forEach(job => seen(job.data))),
      stop: () => boss.stop({ graceful: false })
    }
  },

  async graphile() {
    const graphile = await import('graphile-worker')
    const logger = new graphile.Logger(() => () => {})
    const pool = new pg.Pool({ max: 60 })
    const utils = await graphile.makeWorkerUtils({ pgPool: pool, logger })
    await utils.migrate()
    let runner
    const start = async (cb, { concurrency = 10, pollInterval = 2000, ...preset } = {}) => {
      runner = await graphile.run({
        pgPool: pool,
        logger,
        noHandleSignals: true,
        taskList: { cb },
        concurrency,
        pollInterval,
        preset: { worker: { concurrentJobs: concurrency, pollInterval, ...preset } }
      })
    }
    const drain = preset => async n => {
      const { all, done } = counter(n)
      await start(async () => done(), preset)
      await all
      await runner.stop()
    }
    return {
      addMany: (n, at) => utils.addJobs(Array.from({ length: n }, () => ({ identifier: 'cb', payload: PAYLOAD, runAt: at() }))),
      addOne: (data, at) => utils.addJob('cb', data, { runAt: at }),
      claim: drain({ localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }),
      work: drain(),
      late: seen => start(async data => seen(data), { pollInterval: 500 }),
      async stop() {
        await runner?.stop().catch(() => {})
        await utils.release()
        await pool.end()
      }
    }
  }
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const engine = await engines[name]()

const steps = {
  fill: { run: () => inFlight(Math.ceil(count / 5000), 2, () => engine.addMany(Math.min(5000, count), future)) },
  schedule: { run: () => inFlight(count, 16, () => engine.addOne(PAYLOAD, future())) },
  bulk: { run: () => inFlight(count / 1000, 2, () => engine.addMany(1000, future)) },
  claim: { prepare: () => inFlight(count / 1000, 2, () => engine.addMany(1000, past)), run: () => engine.claim(count) },
  work: { prepare: () => inFlight(count / 1000, 2, () => engine.addMany(1000, past)), run: () => engine.work(count) },
  late: {
    async run() {
      const span = Number(counts[1])
      const late = []
      const { all, done } = counter(count)
      const from = Date.now() + 1500
      await inFlight(count, 8, () => {
        const at = from + Math.random() * span
        return engine.addOne({ at }, new Date(at))
      })
      await engine.late(({ at }) => {
        late.push(Date.now() - at)
        done()
      })
      await all
      return { late }
    }
  }
}

await steps[step].prepare?.()
console.log('measuring')
await lines.next()
const began = performance.now()
const more = await steps[step].run()
console.log(JSON.stringify({ ok: count, seconds: (performance.now() - began) / 1000, ...more }))
while (!(await lines.next()).done);
await engine.stop()
process.exit(0)
