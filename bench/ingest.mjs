// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// CPU per durable webhook: the gateway, strict and with keys.cache, beside the Node peer. `bench/ingest --help`.
//
// The sides run in turn, round after round, each alone with the load. The gateway also processes what it took (a second
// transaction: the call's row), partly during the run and partly after it, so three figures of it are told:
//
//   run      CPU while the load lasts, per webhook answered: ingest and as much of the processing as found room
//   done     CPU from the run's first moment until nothing is pending, per webhook: ingest and processing whole
//   ingest   run, less what was processed in it at the price that an event had after the load: an estimate
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { Folder } from '../tests/scenarios/lib/place.mjs'
import { eventually } from '../tests/scenarios/lib/time.mjs'
import { between, cpu } from './lib/cpu.mjs'
import { profile } from './lib/profile.mjs'
import { runTable, workTable } from './lib/report.mjs'
import { gatewaySide, peerSide } from './lib/sides.mjs'

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    workers: { type: 'string', default: '1' },
    bodies: { type: 'string', default: '2048,20000' },
    rate: { type: 'string', default: '0' },
    sides: { type: 'string', default: 'gateway,cached,express' },
    profile: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false }
  }
})
const bodies = given.bodies.split(',').map(Number)
const DRAIN_LIMIT = '300s'

/** Runs the load; atStart and atEnd are awaited as its measuring begins and has ended. Returns what it printed. */
async function load(side, body, atStart, atEnd) {
  const args = { P: side.port, u: side.path, k: side.key, c: given.connections, s: body, t: given.seconds, r: given.rate }
  const child = spawn(process.env.LOADGEN, Object.entries(args).flatMap(([name, value]) => ['-' + name, String(value)]), {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve))
  let told
  for await (const line of createInterface({ input: child.stdout }))
    if (line === 'measuring') await atStart()
    else {
      await atEnd()
      told = JSON.parse(line)
    }
  if ((await ended) !== 0 || !told) throw new Error(`the load on ${side.name} broke off`)
  return told
}

/** Waits until as many events are processed as are stored: {us, events, seconds} of what happened meanwhile. */
async function drain(side, processedBefore) {
  const stored = await side.stored()
  const before = { cpu: cpu(side.roots), processed: await side.processed(), at: Date.now() }
  // A counter in memory is asked, not the table: that would be on Postgres's bill.
  await eventually(
    async () => (await side.processed()) - processedBefore >= stored,
    `${side.name} had processed ${stored} events`,
    { limit: DRAIN_LIMIT }
  )
  const us = between(before.cpu, cpu(side.roots))
  return { us, events: processedBefore + stored - before.processed, seconds: (Date.now() - before.at) / 1000 }
}

const NOTHING = { us: { app: 0, postgres: 0 }, events: 0, seconds: 0 }

/** One run of one side. */
async function once(side, body) {
  await side.begin()
  const first = { cpu: cpu(side.roots), processed: await side.processed() }
  const start = {}
  const end = {}
  const told = await load(
    side,
    body,
    async () => Object.assign(start, { cpu: cpu(side.roots), processed: await side.processed() }),
    async () => Object.assign(end, { cpu: cpu(side.roots), processed: await side.processed() })
  )
  const drained = side.processes ? await drain(side, first.processed) : NOTHING
  const whole = between(first.cpu, cpu(side.roots))
  const stored = await side.stored()
  // Each connection may have one webhook that was stored while nobody read the answer any more.
  if (told.bad || stored < told.stored || stored > told.stored + Number(given.connections))
    throw new Error(`${side.name}: ${told.stored} accepted, ${stored} stored, ${told.bad} refused`)
  return { ...told, us: between(start.cpu, end.cpu), processed: end.processed - start.processed, drained, whole, total: stored }
}

const workers = Number(given.workers)
const SIDES = {
  gateway: folder => gatewaySide(folder, 'gateway', { workers }),
  cached: folder => gatewaySide(folder, 'cached', { workers, keys: { cache: '60s' } }),
  express: folder => peerSide(folder, 'express')
}

async function compare(sides) {
  const runs = []
  for (const body of bodies)
    for (let round = 0; round < Number(given.rounds); round++)
      for (const side of sides) {
        const run = { side: side.name, body, round, ...(await once(side, body)) }
        runs.push(run)
        if (given.json) console.log(JSON.stringify(run))
        else process.stderr.write(`${side.name}, ${body} bytes, round ${round + 1}: ${run.rate} req/s\n`)
      }
  console.log(runTable(runs, 'express'))
  console.log(workTable(runs))
}

const folder = new Folder()
const sides = []
try {
  for (const name of given.profile ? ['gateway'] : given.sides.split(',')) sides.push(await SIDES[name](folder))
  if (given.profile) await profile(sides[0], body => load(sides[0], body, async () => {}, async () => {}), bodies, drain)
  else await compare(sides)
} finally {
  for (const side of sides.toReversed()) await side.stop()
  folder.remove()
}
