// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// CPU per durable webhook: the gateway, strict and with keys.cache, beside the Node peer. `bench/ingest --help`.
//
// The sides run in turn, round after round, each alone with the load, freshly started on a Postgres of its own that was
// filled a little and analyzed. Twice: in a closed loop, which takes in as much as it can, and at a rate that all sides
// keep up with. The gateway also processes what it took (a second transaction: the call's row), in the run as far as
// there is room and after it. So Postgres's CPU is told by backend, and what was left to do stands beside it.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Folder } from '../tests/scenarios/lib/place.mjs'
import { between, cpu } from './lib/cpu.mjs'
import { profile } from './lib/profile.mjs'
import { runTable } from './lib/report.mjs'
import { gatewaySide, peerSide } from './lib/sides.mjs'

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    workers: { type: 'string', default: '1' },
    bodies: { type: 'string', default: '2048,20000' },
    rates: { type: 'string', default: '0,500' },
    sides: { type: 'string', default: 'gateway,cached,express' },
    patience: { type: 'string', default: '3' },
    profile: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false }
  }
})
const bodies = given.bodies.split(',').map(Number)

const nothing = async () => {}

/** Runs the load; atStart and atEnd are awaited as its measuring begins and has ended. Returns what it printed. */
async function load(side, options, atStart = nothing, atEnd = nothing) {
  const args = { P: side.port, u: side.path, k: side.key, c: given.connections, t: given.seconds, ...options }
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

/** Waits until nothing is pending, or for --patience: {pending, left, seconds, us}. */
async function drain(side) {
  const before = { cpu: cpu(side.roots), at: Date.now() }
  const pending = await side.pending()
  const end = before.at + Number(given.patience) * 1000
  let left = pending
  while (left > 0 && Date.now() < end) {
    await sleep(500)
    left = await side.pending()
  }
  return { pending, left, seconds: (Date.now() - before.at) / 1000, us: between(before.cpu, cpu(side.roots)) }
}

/** Empty tables are planned for badly: some rows first, slowly enough for everybody. */
async function fill(side) {
  await load(side, { s: bodies[0], r: 300, t: 2 })
  if (side.processes) await drain(side)
  await side.settle()
}

/** One run of one side. */
async function once(side, body, rate) {
  await fill(side)
  const had = await side.stored()
  const start = {}
  const end = {}
  const told = await load(
    side,
    { s: body, r: rate },
    async () => Object.assign(start, { cpu: cpu(side.roots), processed: await side.processed() }),
    async () => Object.assign(end, { cpu: cpu(side.roots), processed: await side.processed() })
  )
  const drained = side.processes ? await drain(side) : undefined
  const stored = (await side.stored()) - had
  // Each connection may have one webhook that was stored while nobody read the answer any more.
  if (told.bad || stored < told.stored || stored > told.stored + Number(given.connections))
    throw new Error(`${side.name}: ${told.stored} accepted, ${stored} stored, ${told.bad} refused`)
  return { ...told, us: between(start.cpu, end.cpu), processed: end.processed - start.processed, drained }
}

const workers = Number(given.workers)
const SIDES = {
  gateway: folder => gatewaySide(folder, 'gateway', { workers }),
  cached: folder => gatewaySide(folder, 'cached', { workers, keys: { cache: '60s' } }),
  express: folder => peerSide(folder, 'express')
}

async function withSide(name, use) {
  const folder = new Folder()
  let side
  try {
    side = await SIDES[name](folder)
    return await use(side)
  } finally {
    await side?.stop()
    folder.remove()
  }
}

async function compare() {
  for (const rate of given.rates.split(',').map(Number)) {
    const runs = []
    for (const body of bodies)
      for (let round = 0; round < Number(given.rounds); round++)
        for (const name of given.sides.split(',')) {
          const run = { side: name, body, round, ...(await withSide(name, side => once(side, body, rate))) }
          runs.push(run)
          if (given.json) console.log(JSON.stringify(run))
          else process.stderr.write(`${name}, ${body} bytes, round ${round + 1}: ${run.rate} req/s\n`)
        }
    const how = rate ? `${rate} webhooks a second` : 'Closed loop'
    console.log(`## ${how}, ${given.connections} connections\n\n${runTable(runs, 'express')}`)
  }
}

if (given.profile) await withSide('gateway', side => profile(side, { bodies, load, fill, drain }))
else await compare()
