// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Where the time goes: perf samples processes while the load lasts. The clock of the CPU is sampled, since virtual machines
// seldom pass the hardware's counters on.
import { join } from 'node:path'
import { run, start } from '../../tests/scenarios/lib/place.mjs'
import { tree } from './cpu.mjs'

const OURS = 'switchhook,switchhook-retell.so'

async function report(data, ...options) {
  const args = ['report', '-i', data, '--stdio', '--no-inline', '-g', 'none', '--percent-limit', '1', ...options]
  const { stdout } = await run('perf', args, { limit: 180000 })
  return stdout
    .split('\n')
    .filter(line => line.trim() && !line.startsWith('#') && !line.includes('] 0x'))
    .map(line => line.replace(/( +-)+ *$/, ''))
    .join('\n')
}

/** Samples a tree of processes during `during`, and prints the shares. */
async function sample(root, title, during) {
  const data = join(process.env.BENCH_BUILD, `${title.replaceAll(/\W+/g, '-')}.perf`)
  const perf = start('perf', ['record', '-q', '-e', 'cpu-clock', '-F', '799', '--call-graph', 'dwarf,8192', '-o', data, '-p', tree(root).join()])
  const result = await during()
  perf.child.kill('SIGINT')
  await perf.exited
  console.log(`## ${title}: ${data}\n`)
  console.log('Where:\n' + (await report(data, '--no-children', '--sort', 'comm,dso')))
  console.log('\nIn what itself:\n' + (await report(data, '--no-children', '--sort', 'symbol')))
  console.log('\nIn what and below it:\n' + (await report(data, '--children', '--sort', 'symbol', '--dsos', OURS)) + '\n')
  return result
}

/** The gateway in a closed loop; then at a rate at which all is processed, the gateway and the backend that processes. */
export async function profile(side, { bodies, load, fill, drain }) {
  await fill()
  await sample(side.roots.app, 'gateway at 500 a second', () => load({ s: bodies[0], r: 500 }))
  await drain()
  await sample(side.roots.engine, 'engine backend at 500 a second', () => load({ s: bodies[0], r: 500 }))
  await drain()
  for (const body of bodies) await sample(side.roots.app, `gateway, closed loop, ${body} bytes`, () => load({ s: body }))
}
