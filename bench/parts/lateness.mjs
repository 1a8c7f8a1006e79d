// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// How late a dial starts that is due at a moment nobody knows beforehand: 200 of them at random moments within ten seconds, on the
// clock of the wall, through the whole engine. To T2, when the verdict is written, and to the request's arrival at the provider,
// after T2, the keyholder, T3 and a fresh connection. A peer's job has started when its function is called.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Folder } from '../../tests/scenarios/lib/place.mjs'
import { eventually } from '../../tests/scenarios/lib/time.mjs'
import { Cluster } from '../lib/cluster.mjs'
import { moveTo, plan } from '../lib/dials.mjs'
import { goal } from '../lib/goals.mjs'
import { metered, pgEnv } from '../lib/meter.mjs'
import { digits, markdown, median, percentile, spread } from '../lib/report.mjs'
import { gatewaySide } from '../lib/sides.mjs'

const PEERS = join(import.meta.dirname, '../peers/schedulers/run.mjs')
const SPAN_MS = 10000
/** More than engine.poll, which is how long the engine may not know of what was written behind its back. */
const AHEAD_MS = 7000

async function ours(side, o) {
  const planned = await plan(side, o.late)
  side.retell.requests.length = 0
  const from = Date.now() + AHEAD_MS
  const due = planned.map(() => Math.round(from + Math.random() * SPAN_MS))
  await moveTo(side, planned, i => due[i])
  await sleep(AHEAD_MS + SPAN_MS)
  const dials = () => side.retell.requests.filter(one => one.route === 'create_phone_call')
  await eventually(() => dials().length >= o.late, 'all were dialled', { limit: '30s' })
  const at = new Map(planned.map((one, i) => [one.id, due[i]]))
  const arrived = dials().map(one => one.at - at.get(one.body.metadata.sh_callback_id))
  const judged = await side.rows(
    "SELECT extract(epoch FROM at)::float * 1000 AS at, callback_id AS id FROM intents WHERE state = 'intent' AND attempt = 2 AND callback_id = ANY ($1)",
    [planned.map(one => one.id)]
  )
  if (judged.length !== o.late || arrived.length !== o.late) throw new Error(`${judged.length} judged, ${arrived.length} arrived of ${o.late}`)
  return { 'gateway, to T2': judged.map(one => one.at - at.get(one.id)), 'gateway, to the provider': arrived }
}

async function peer(cluster, name, o) {
  const { late } = await metered(process.execPath, [PEERS, name, 'late', o.late, SPAN_MS], { env: pgEnv(cluster.conninfo) })
  return late
}

export async function measure(o) {
  const folder = new Folder()
  const ends = []
  const runs = {}
  const keep = (what, late) => {
    ;(runs[what] ??= []).push({ p50: percentile(late, 0.5), p99: percentile(late, 0.99), most: Math.max(...late) })
    o.record('lateness', { what, late })
    o.say(`lateness, ${what}: p99 ${digits(percentile(late, 0.99))} ms`)
  }
  try {
    const side = await gatewaySide(folder, 'gateway', { config: { workers: o.workers }, dials: true })
    ends.push(() => side.stop())
    const clusters = {}
    for (const name of ['pgboss', 'graphile']) {
      clusters[name] = await Cluster.start(folder, `pg-${name}`)
      ends.push(() => clusters[name].stop())
    }
    await ours(side, { ...o, late: 20 })
    await side.settle()
    for (let round = 0; round < o.rounds; round++) {
      for (const [what, late] of Object.entries(await ours(side, o))) keep(what, late)
      keep('pg-boss, polling every 0.5 s, 2 workers', await peer(clusters.pgboss, 'pgboss', o))
      keep('graphile, polling every 0.5 s, 10 at once', await peer(clusters.graphile, 'graphile', o))
    }
  } finally {
    for (const end of ends.toReversed()) await end()
    folder.remove()
  }
  const of = (what, part) => runs[what].map(run => run[part])
  const rows = Object.keys(runs).map(what => [what, ...['p50', 'p99', 'most'].map(part => spread(of(what, part)))])
  const mine = median(of('gateway, to the provider', 'p99'))
  const theirs = Math.min(...Object.keys(runs).filter(what => !what.startsWith('gateway')).map(what => median(of(what, 'p99'))))
  return {
    text: `## Late by how much: ${o.late} at random moments within ${SPAN_MS / 1000} s\n\n${markdown(['', 'p50 ms', 'p99 ms', 'most ms'], rows)}`,
    goals: [
      goal('G11', 'p99 from due to the request at the provider', { most: 25, value: mine, unit: ' ms' }),
      goal('G11', 'the same beside the better peer at its fastest polling', { most: 1 / 20, value: mine / theirs })
    ]
  }
}
