// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Where the gateway's time goes: perf samples its processes while the load lasts, and while the rest is processed. The
// clock of the CPU is sampled, since virtual machines seldom pass the hardware's counters on.
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

/** Samples the gateway's tree during `during`, and prints the shares. */
async function sample(side, title, during) {
  const data = join(process.env.BENCH_BUILD, `${title.replaceAll(/\W+/g, '-')}.perf`)
  const pids = tree(side.roots.app)
  const perf = start('perf', ['record', '-q', '-e', 'cpu-clock', '-F', '2999', '-g', '-o', data, '-p', pids.join()])
  const result = await during()
  perf.child.kill('SIGINT')
  await perf.exited
  console.log(`## ${title}: ${data}\n`)
  for (const sort of ['comm,dso', 'symbol']) console.log((await report(data, sort)) + '\n')
  return result
}

export async function profile(side, load, bodies, drain) {
  for (const body of bodies) {
    await side.begin()
    const before = await side.processed()
    const told = await sample(side, `ingest ${body}`, () => load(body))
    console.log(`${told.rate} req/s, p50 ${told.p50_ms} ms\n`)
    const { events } = await sample(side, `processing ${body}`, () => drain(side, before))
    console.log(`${events} events\n`)
  }
}
