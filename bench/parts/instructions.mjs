// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Instructions per webhook, counted by callgrind: the steadiest figure there is. The difference of two runs of different length, so
// that start and end fall out; of the worker, beside evhttp that answers 204. SHA-256 is left out: callgrind hides the CPU's own
// instructions for it. The worker's figure
// has its processing of the events in it, as far as that came while the load lasted.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../tests/scenarios/lib/place.mjs'
import { goal } from '../lib/goals.mjs'
import { built } from '../lib/meter.mjs'
import { digits, markdown } from '../lib/report.mjs'
import { gatewaySide, inFolder, load } from '../lib/sides.mjs'
import { bareSide } from './limits.mjs'

const SHORT = 200
const LONG = 1200

const callgrind = folder => ['valgrind', '-q', '--tool=callgrind', '--vgdb=no', `--callgrind-out-file=${folder}/callgrind.%p`]

/** Of the file of a process: instructions, without those of SHA-256's block function. */
async function counted(folder, pid) {
  const file = readdirSync(folder).find(name => name === `callgrind.${pid}`)
  if (!file) throw new Error(`callgrind wrote nothing for process ${pid}`)
  const total = /^(?:totals|summary): (\d+)/m.exec(readFileSync(join(folder, file), 'utf8'))
  const { stdout } = await run('callgrind_annotate', ['--threshold=100', join(folder, file)])
  const hash = stdout
    .split('\n')
    .filter(line => /sha256_block_data_order/.test(line))
    .reduce((sum, line) => sum + Number(/([\d,]+)/.exec(line)[1].replaceAll(',', '')), 0)
  return Number(total[1]) - hash
}

/** Instructions of one run of so many webhooks. make: (folder) → {side, pid()}. */
async function once(o, n, make) {
  let count
  await inFolder(
    async folder => {
      const { side, pid } = await make(folder)
      const counts = async () => {
        await side.stop()
        count = await counted(folder.path, pid)
      }
      return { ...side, stop: counts }
    },
    side => load(side, { s: o.bodies[0], e: o.events[0], c: 16, n })
  )
  return count
}

async function bare(folder) {
  const side = await bareSide(callgrind(folder.path))
  return { side, pid: side.roots.app }
}

async function gateway(folder) {
  const config = { workers: 1, drain_timeout: '30s' }
  const wrap = ['/usr/bin/env', `LD_PRELOAD=${built('callgrind/unconfined.so')}`, ...callgrind(folder.path)]
  const side = await gatewaySide(folder, 'gateway', { config, wrap })
  return { side, pid: side.gateway.children('worker')[0] }
}

export async function measure(o) {
  const per = async make => ((await once(o, LONG, make)) - (await once(o, SHORT, make))) / (LONG - SHORT)
  const floor = await per(bare)
  const mine = await per(gateway)
  return {
    text: `## Instructions per webhook, ${o.bodies[0]} bytes, without SHA-256\n\n${markdown(
      ['', 'thousands'],
      [
        ['evhttp, 204', digits(floor / 1000)],
        ['the gateway’s worker, processing too', digits(mine / 1000)]
      ]
    )}`,
    goals: [goal('G12', 'instructions beside bare evhttp', { most: 2.5, value: mine / floor, unit: '×' })]
  }
}
