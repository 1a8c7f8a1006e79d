// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The scheduler, with more and more callbacks waiting for a later time, beside pg-boss and graphile-worker. CPU per job, of
// Postgres and of the program that asks it. What is measured of ours:
//
//   schedule, alone   callback_next in a transaction of its own, 16 in flight: the worst case
//   schedule, in 100  a hundred of it in a transaction, as beside other statements: what one costs that comes along
//   claim, end        due_next, due_claim of at most 100 of a bucket, callback_end of each, one transaction a claim: what a peer's
//                     claim and complete is. Our statements and tables, from pgdue, without the gateway
//   claim, judge      due_claim, then for each T2 (dial_intent, which locks, checks and ends it: the number may not call) and the entry
//                     in the activity, each a transaction as in the engine. pgdue again
//   engine, judged    the same work by the gateway itself
//   engine, dialled   the gateway, the simulated provider and everything that follows: T1, T2, T3, the request, T5, two webhooks, T8, the
//                     decision and the next attempt's row
//
// A peer's job does nothing. The provider's CPU is in no figure.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Folder } from '../../tests/scenarios/lib/place.mjs'
import { Backlog } from '../lib/backlog.mjs'
import { Cluster } from '../lib/cluster.mjs'
import { between, cpu } from '../lib/cpu.mjs'
import { dialAll, plan } from '../lib/dials.mjs'
import { goal } from '../lib/goals.mjs'
import { built, metered, pgEnv } from '../lib/meter.mjs'
import { digits, markdown, median, spread } from '../lib/report.mjs'
import { daytime, gatewaySide } from '../lib/sides.mjs'
import { STATEMENTS } from './limits.mjs'

const PEERS = join(import.meta.dirname, '../peers/schedulers/run.mjs')
/** Peers are measured up to here. */
const PEER_WAITING = 1000000
/** With more waiting what a round schedules is too little to matter. */
const UNSCHEDULE = 100000
const PEER_JOBS = 5000
const PEER_ONE_BY_ONE = 3000

// ---- ours ----

function statements(side, backlog, o) {
  const run = async (mode, ...args) =>
    metered(built('pgdue/pgdue'), [mode, STATEMENTS, ...args], {
      env: pgEnv(side.cluster.conninfo),
      roots: { postgres: side.roots.postgres },
      own: 'app'
    })
  const file = side.gateway.folder.join('callbacks')
  return {
    'schedule, alone': async () => {
      writeFileSync(file, await backlog.over(5000))
      return run('schedule', 16, 4800, 1, file)
    },
    'schedule, in 100': async () => run('schedule', 2, o.jobs, 100, file),
    'claim, end': async () => {
      await backlog.due(o.jobs)
      return run('claim', 2, 100)
    },
    'claim, judge': async () => {
      await backlog.due(o.jobs)
      return run('judge', 2, 100)
    }
  }
}

async function judged(side, backlog, o) {
  const at = new Date(Date.now() + 6000)
  await backlog.due(o.jobs, at)
  // Longer than engine.poll, so that the engine has seen them and sleeps until then.
  await sleep(at - Date.now() - 50)
  const before = cpu(side.roots)
  await sleep(100)
  while (await backlog.busy()) await sleep(50)
  await sleep(200)
  return { ok: o.jobs, us: between(before, cpu(side.roots)) }
}

const REST_S = 5
/** What it costs to wait. */
async function rest(side) {
  const before = cpu(side.roots)
  await sleep(REST_S * 1000)
  return { ok: REST_S, us: between(before, cpu(side.roots)) }
}

function engine(side, backlog, o) {
  return {
    'engine, judged': () => judged(side, backlog, o),
    'engine, dialled': async () => {
      const planned = await plan(side, o.dials)
      return dialAll(side, planned, o.dials)
    },
    'engine, at rest': () => rest(side)
  }
}

/** Runs ours once: the statements while the gateway is away, then the gateway. `keep` records {what, …}. */
async function ourRound(side, backlog, o, keep) {
  await side.away()
  for (const [what, run] of Object.entries(statements(side, backlog, o))) keep(what, await run())
  if (backlog.waiting <= UNSCHEDULE) await backlog.unschedule()
  await side.back()
  for (const [what, run] of Object.entries(engine(side, backlog, o))) keep(what, await run())
}

// ---- theirs ----

async function peer(folder, name) {
  const cluster = await Cluster.start(folder, `pg-${name}`)
  const run = (step, ...args) =>
    metered(process.execPath, [PEERS, name, step, ...args], {
      env: pgEnv(cluster.conninfo),
      roots: { postgres: cluster.process.pid },
      own: 'app'
    })
  return { name, cluster, run, waiting: 0 }
}

const PEER_STEPS = {
  'pg-boss, send': ['pgboss', 'schedule', PEER_ONE_BY_ONE],
  'pg-boss, insert by 1000': ['pgboss', 'bulk', 20000],
  'pg-boss, fetch and complete by 100': ['pgboss', 'claim', PEER_JOBS],
  'graphile, add_job': ['graphile', 'schedule', PEER_ONE_BY_ONE],
  'graphile, add_jobs by 1000': ['graphile', 'bulk', 20000],
  'graphile, tuned': ['graphile', 'claim', PEER_JOBS],
  'graphile, defaults': ['graphile', 'work', PEER_JOBS]
}

async function peerRound(peers, keep) {
  for (const [what, [name, step, count]] of Object.entries(PEER_STEPS))
    keep(what, await peers.find(one => one.name === name).run(step, count))
}

// ---- all ----

async function grow(side, backlog, peers, to, o) {
  const began = Date.now()
  await side.away()
  await backlog.grow(to)
  await side.settle()
  await side.back()
  if (to <= PEER_WAITING)
    for (const one of peers) {
      if (to > one.waiting) await one.run('fill', to - one.waiting)
      one.waiting = to
      await one.cluster.settle()
    }
  o.say(`schedule: ${to} waiting after ${Math.round((Date.now() - began) / 1000)} s`)
}

async function rounds(side, backlog, peers, o, waiting, keep) {
  for (let round = 0; round < o.rounds; round++) {
    await ourRound(side, backlog, o, (what, run) => keep(what, run, round))
    if (waiting <= PEER_WAITING) await peerRound(peers, (what, run) => keep(what, run, round))
  }
}

/**
 * A transaction that has been open for an hour, shortened: what an hour leaves behind is not its length but the rows that were
 * claimed meanwhile, whose versions and index entries nobody may remove. So it is opened, o.held callbacks are claimed and ended,
 * and then the rounds are measured with it still open.
 */
async function beside(side, backlog, o, keep) {
  const free = await backlog.hold()
  try {
    await side.away()
    await backlog.due(o.held)
    const env = pgEnv(side.cluster.conninfo)
    await metered(built('pgdue/pgdue'), ['claim', STATEMENTS, 2, 100], { env })
    await side.back()
    for (let round = 0; round < o.rounds; round++) await ourRound(side, backlog, o, (what, run) => keep(what, run, round))
  } finally {
    await free()
  }
}

export async function measure(o) {
  const folder = new Folder()
  const runs = []
  const ends = []
  try {
    const side = await gatewaySide(folder, 'gateway', { config: { workers: o.workers }, dials: true })
    ends.push(() => side.stop())
    const backlog = await Backlog.open(side.cluster.conninfo, daytime())
    ends.push(() => backlog.close())
    const peers = []
    for (const name of ['pgboss', 'graphile']) {
      peers.push(await peer(folder, name))
      ends.push(() => peers.find(one => one.name === name).cluster.stop())
    }
    const keep = waiting => (what, run, round) => {
      runs.push({ what, waiting, round, ...run })
      o.record('schedule', runs.at(-1))
      o.say(`schedule, ${waiting}, round ${round + 1}: ${what}: ${digits(each(run))} us`)
    }
    for (const waiting of o.waiting) {
      await grow(side, backlog, peers, waiting, o)
      await rounds(side, backlog, peers, o, waiting, keep(waiting))
    }
    await beside(side, backlog, o, keep('held'))
  } finally {
    for (const end of ends.toReversed()) await end()
    folder.remove()
  }
  return report(runs, o)
}

const each = run => (run.us.app + run.us.postgres) / run.ok

function report(runs, o) {
  const columns = [...o.waiting, 'held']
  const of = (what, waiting) => runs.filter(run => run.what === what && run.waiting === waiting)
  const cell = (what, waiting, how) => (of(what, waiting).length ? how(of(what, waiting)) : '')
  const names = [...new Set(runs.map(run => run.what))]
  const work = names.filter(what => what !== 'engine, at rest')
  const parts = found =>
    `${spread(found.map(each))} = ${digits(median(found.map(run => run.us.app / run.ok)))} + ${digits(median(found.map(run => run.us.postgres / run.ok)))}`
  const head = ['CPU us a job = program + Postgres', ...o.waiting.map(n => `${n} waiting`), `beside a held transaction, ${o.held} claimed since`]
  const rows = work.map(what => [what, ...columns.map(waiting => cell(what, waiting, parts))])
  rows.push([
    'the gateway at rest, CPU ms a second',
    ...columns.map(waiting => cell('engine, at rest', waiting, found => digits(median(found.map(each)) / 1000)))
  ])
  return { text: `## Schedule, claim, complete\n\n${markdown(head, rows)}`, goals: goals(of, o) }
}

function goals(of, o) {
  const us = (what, waiting, part) => {
    const found = of(what, waiting)
    return found.length ? median(found.map(run => (part ? run.us[part] / run.ok : each(run)))) : NaN
  }
  const [least] = o.waiting
  const growth = ['schedule, in 100', 'claim, end', 'engine, judged', 'engine, dialled'].flatMap(what =>
    [...o.waiting.slice(1), 'held'].map(waiting => {
      const from = waiting === 'held' ? o.waiting.at(-1) : least
      const where = waiting === 'held' ? `beside a held transaction, from ${from} waiting without` : `from ${from} to ${waiting} waiting`
      return goal('G8', `growth of "${what}" ${where}`, { most: 1.2, value: us(what, waiting) / us(what, from), unit: '×' })
    })
  )
  const top = o.waiting.filter(n => n <= PEER_WAITING).at(-1)
  const boss = 'pg-boss, fetch and complete by 100'
  const rows = [
    ...growth,
    goal('G8', 'Postgres’s CPU of "engine, judged" beside the same statements from pgdue', {
      most: 1.3,
      value: us('engine, judged', least, 'postgres') / us('claim, judge', least, 'postgres'),
      unit: '×'
    }),
    ...o.waiting
      .filter(n => n <= PEER_WAITING)
      .map(n => goal('issue', `"claim, end" beside pg-boss, ${n} waiting`, { most: 1 / 4, value: us('claim, end', n) / us(boss, n) })),
    goal('G9', `"claim, end" beside pg-boss, ${top} waiting`, { most: 1 / 8, value: us('claim, end', top) / us(boss, top) }),
    goal('G9', `"claim, end" beside graphile with its defaults, ${top} waiting`, { most: 1 / 6, value: us('claim, end', top) / us('graphile, defaults', top) }),
    goal('G9', `"claim, end" beside graphile tuned, ${top} waiting`, { most: 1, value: us('claim, end', top) / us('graphile, tuned', top) }),
    goal('issue', '"engine, judged" beside pg-boss, 0 waiting', { most: 1 / 4, value: us('engine, judged', least) / us(boss, least) }),
    goal('G10', 'scheduling along with others ("in 100") beside pg-boss send', {
      most: 1 / 20,
      value: us('schedule, in 100', least) / us('pg-boss, send', least)
    })
  ]
  return rows.filter(row => Number.isFinite(row.value))
}
