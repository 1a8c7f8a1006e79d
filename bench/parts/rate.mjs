// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// At 2,000 webhooks a second, which all sides keep up with: how long one waits for its answer, beside a single row
// committed by one connection that does nothing else.
import { goal } from '../lib/goals.mjs'
import { built, metered, pgEnv } from '../lib/meter.mjs'
import { digits, grouped, markdown, median, spread } from '../lib/report.mjs'
import { drained, fill, inFolder, load, peerSide, withSide } from '../lib/sides.mjs'
import { total } from './ingest.mjs'

const RATE = 2000

const single = o =>
  inFolder(
    folder => peerSide(folder, 'express'),
    async side => {
      await side.settle()
      const flags = ['single', '-s', o.bodies[0], '-t', o.seconds]
      const told = await metered(built('peers/pglimits/pgins'), flags, { env: pgEnv(side.cluster.conninfo) })
      return { ...told, us: { app: 0, postgres: 0 } }
    }
  )

async function once(side, o) {
  await fill(side, o)
  const told = await load(side, { s: o.bodies[0], e: o.events[0], c: o.connections, t: o.seconds, r: RATE })
  if (told.bad) throw new Error(`${side.name}: ${told.bad} refused`)
  const pending = side.processes ? await side.pending() : 0
  if (side.processes) await drained(side, 60)
  return { ...told, pending }
}

export async function measure(o) {
  const runs = []
  for (let round = 0; round < o.rounds; round++)
    for (const side of ['single row', ...o.sides]) {
      const run = { side, ...(side === 'single row' ? await single(o) : await withSide(side, one => once(one, o), o)) }
      runs.push(run)
      o.record('rate', run)
      o.say(`rate, ${side}, round ${round + 1}: p50 ${run.p50_ms} ms`)
    }
  const groups = grouped(runs, run => run.side)
  const rows = groups.map(of => [
    of[0].side === 'single row' ? 'a single row, one connection, closed loop' : of[0].side,
    digits(median(of.map(run => run.rate))),
    spread(of.map(run => run.p50_ms), 2),
    spread(of.map(run => run.p99_ms), 2),
    of[0].side === 'single row' ? '' : spread(of.map(total)),
    of[0].pending === undefined ? '' : digits(median(of.map(run => run.pending)))
  ])
  const p50 = name => median(runs.filter(run => run.side === name).map(run => run.p50_ms))
  return {
    text: `## ${RATE} webhooks a second, ${o.bodies[0]} bytes\n\n${markdown(['side', 'req/s', 'p50 ms', 'p99 ms', 'total us', 'pending at the end'], rows)}`,
    goals: o.sides.includes('gateway')
      ? [goal('G7', `p50 at ${RATE}/s beside a single-row commit`, { most: 3, value: p50('gateway') / p50('single row'), unit: '×' })]
      : []
  }
}
