// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Memory: of a worker at rest and after a load, of an idle connection; and ten thousand clients that send the head of a request one
// byte a second, with what others then wait. Proportional set size: pages shared by processes are divided among them.
import { readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { goal } from '../lib/goals.mjs'
import { built } from '../lib/meter.mjs'
import { digits, markdown, median, spread } from '../lib/report.mjs'
import { drained, fill, gatewaySide, inFolder, load } from '../lib/sides.mjs'

const DRIP_MS = 1000
const RATE = 500

function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kib = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1])
  return { rss: kib('Rss'), pss: kib('Pss'), own: kib('Private_Dirty') + kib('Private_Clean') }
}

/** Connections that stand while `during` runs: what hold told at the end. */
async function held(port, connections, drip, during) {
  const child = spawn(built('hold/hold'), [port, connections, ...(drip ? [drip] : [])].map(String), { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve))
  let told
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith('open')) {
      await during()
      child.stdin.end()
    } else {
      told = JSON.parse(line)
    }
  if ((await ended) !== 0 || !told) throw new Error('the connections were not held')
  return told
}

async function processes(side, o) {
  const worker = side.gateway.children('worker')[0]
  const kinds = () => Object.fromEntries(['master', 'worker', 'keyholder'].map(kind => [kind, memory(pid(kind))]))
  const pid = kind => (kind === 'master' ? side.gateway.process.pid : side.gateway.children(kind)[0])
  const fresh = kinds()
  const before = memory(worker)
  let idle
  await held(side.port, o.slow, 0, async () => {
    await sleep(1500)
    idle = (memory(worker).own - before.own) / o.slow
  })
  await fill(side, o)
  await load(side, { s: o.bodies.at(-1), c: o.connections, t: o.seconds })
  await drained(side, 60)
  return { fresh, idle, loaded: kinds() }
}

async function slow(side, o) {
  // Longer than limits.request_time, so that slow ones are hung up on while it lasts.
  const others = () => load(side, { s: o.bodies[0], c: 16, t: o.seconds < 3 ? 3 : 12, r: RATE })
  const rounds = []
  await fill(side, o)
  for (let round = 0; round < o.rounds; round++) {
    const run = { without: await others() }
    await drained(side, 30)
    run.hold = await held(side.port, o.slow, DRIP_MS, async () => {
      await sleep(1000)
      run.with = await others()
    })
    await drained(side, 30)
    rounds.push(run)
    o.record('memory', run)
    o.say(`memory, ${o.slow} slow, round ${round + 1}: p99 ${run.without.p99_ms} ms without, ${run.with.p99_ms} ms with them`)
  }
  return rounds
}

export async function measure(o) {
  // More connections than the defaults allow, and from one address.
  const config = { workers: o.workers, limits: { connections: o.slow + 1000, per_address: o.slow + 1000 } }
  const one = await inFolder(folder => gatewaySide(folder, 'gateway', { config }), side => processes(side, o))
  const rounds = await inFolder(folder => gatewaySide(folder, 'gateway', { config }), side => slow(side, o))

  const mib = kib => digits(kib / 1024)
  const rows = Object.keys(one.fresh).map(kind => [
    kind,
    ...[one.fresh, one.loaded].map(at => `${mib(at[kind].rss)}, ${mib(at[kind].pss)}, ${mib(at[kind].own)}`)
  ])
  const of = (when, part) => rounds.map(run => run[when][part])
  const waits = ['without', 'with'].map(when => [
    `${when} ${o.slow} slow clients`,
    spread(of(when, 'p50_ms'), 2),
    spread(of(when, 'p99_ms'), 2),
    spread(rounds.map(run => run[when].us.app / run[when].ok))
  ])
  const hung = median(rounds.map(run => run.hold.hung_up))
  return {
    text: [
      '## Memory and slow clients\n',
      markdown(['process, MiB resident, proportional, its own', 'at rest', `after the closed loop of ${o.bodies.at(-1)} bytes`], rows),
      `An idle kept connection takes ${digits(one.idle, 2)} KiB of its worker (${o.slow} of them, after one request each).\n`,
      markdown([`${RATE} webhooks a second over 16 connections`, 'p50 ms', 'p99 ms', 'gateway us'], waits),
      `Of ${o.slow} slow connections ${hung} were hung up on meanwhile, and came back.\n`
    ].join('\n'),
    goals: [
      goal('issue', `p99 of others with ${o.slow} slow connections, beside without`, {
        most: 1.25,
        value: median(of('with', 'p99_ms')) / median(of('without', 'p99_ms')),
        unit: '×'
      })
    ]
  }
}
