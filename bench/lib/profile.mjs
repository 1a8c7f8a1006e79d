// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Where the time goes: perf samples processes while the load lasts. The clock of the CPU is sampled, since virtual machines
// seldom pass the hardware's counters on.
import { join } from 'node:path'
import { run, start } from '../../tests/scenarios/lib/place.mjs'
import { tree } from './cpu.mjs'

async function report(data, sort) {
  const told = await run('perf', ['report', '-i', data, '--stdio', '--no-children', '-g', 'none', '--percent-limit', '0.7', '--sort', sort])
  return told.stdout
    .split('\n')
    .filter(line => line.trim() && !line.startsWith('#'))
    .map(line => line.trimEnd())
    .join('\n')
}

/** Samples a tree of processes during `during`, and prints the shares. */
async function sample(root, title, during) {
  const data = join(process.env.BENCH_BUILD, `${title.replaceAll(/\W+/g, '-')}.perf`)
  const perf = start('perf', ['record', '-q', '-e', 'cpu-clock', '-F', '2999', '-g', '-o', data, '-p', tree(root).join()])
  const result = await during()
  perf.child.kill('SIGINT')
  await perf.exited
  console.log(`## ${title}: ${data}\n`)
  for (const sort of ['comm,dso', 'symbol']) console.log((await report(data, sort)) + '\n')
  return result
}

/** The gateway in a closed loop; then at a rate at which all is processed, the gateway and the backend that processes. */
export async function profile(side, { bodies, load, fill, drain }) {
  await fill(side)
  await sample(side.roots.app, 'gateway at 500 a second', () => load(side, { s: bodies[0], r: 500 }))
  await drain(side)
  await sample(side.roots.engine, 'engine backend at 500 a second', () => load(side, { s: bodies[0], r: 500 }))
  await drain(side)
  for (const body of bodies) await sample(side.roots.app, `gateway, closed loop, ${body} bytes`, () => load(side, { s: body }))
}
