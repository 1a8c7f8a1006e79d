// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The parts of the bench, in turn. `bench/run --help`.
import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { goalTable } from './lib/goals.mjs'

const PARTS = ['ingest', 'rate', 'limits', 'instructions', 'schedule', 'lateness', 'memory', 'outbound', 'spoken', 'decide']
const FULL = {
  rounds: 3,
  seconds: 3,
  connections: 64,
  workers: 1,
  bodies: '2048,20000',
  events: 'call_ended,call_analyzed',
  sides: 'gateway,cached,express,fastify',
  waiting: '0,100000,1000000,5000000',
  held: 100000,
  jobs: 12800,
  dials: 1000,
  late: 200,
  slow: 10000
}
const QUICK = {
  rounds: 1,
  seconds: 1,
  events: 'call_ended',
  bodies: '2048',
  waiting: '0,20000',
  held: 5000,
  jobs: 3200,
  dials: 100,
  late: 20,
  slow: 1000
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...Object.fromEntries(Object.keys(FULL).map(name => [name, { type: 'string' }])),
    quick: { type: 'boolean', default: false },
    json: { type: 'string' }
  }
})
const list = text => String(text).split(',')
const { quick, json, ...told } = values
const plain = { ...FULL, ...(quick && QUICK), ...told }
const options = {
  ...Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, Number(value)])),
  bodies: list(plain.bodies).map(Number),
  events: list(plain.events),
  sides: list(plain.sides),
  waiting: list(plain.waiting).map(Number),
  say: text => process.stderr.write(text + '\n'),
  record: (part, run) => json && appendFileSync(json, JSON.stringify({ part, ...run }) + '\n')
}

const parts = positionals.length ? positionals : PARTS
const goals = []
for (const name of parts) {
  if (![...PARTS, 'profile'].includes(name)) throw new Error(`no part ${name}: ${PARTS.join(', ')}, profile`)
  const { measure } = await import(`./parts/${name}.mjs`)
  const began = Date.now()
  const { text, goals: more = [] } = await measure(options)
  goals.push(...more)
  console.log(text.trimEnd() + '\n')
  options.say(`== ${name}: ${Math.round((Date.now() - began) / 1000)} s`)
}
if (goals.length) console.log(goalTable(goals))
