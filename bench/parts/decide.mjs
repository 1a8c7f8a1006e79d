// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What a decision costs in nanoseconds, in one process without database or network: quiet hours, packs of law, all of it.
import { join } from 'node:path'
import { built } from '../lib/meter.mjs'
import { digits, markdown } from '../lib/report.mjs'
import { run } from '../../tests/scenarios/lib/place.mjs'

const POLICIES = join(import.meta.dirname, '../../policies')

export async function measure(o) {
  const { stdout } = await run(built('decide/decide'), [POLICIES, String(Math.max(3, o.rounds))])
  const ns = JSON.parse(stdout)
  o.record('decide', ns)
  const rows = [
    ['may it ring now? the policy alone', ns.may_ring],
    ['when may it ring? the policy alone, any minute', ns.next],
    ['… at night', ns.next_night],
    [`… with every pack: ${ns.hours} rules by their clocks`, ns.packs],
    ['… at night', ns.packs_night],
    ['where is this number?', ns.place],
    ['a whole decision, without packs', ns.decide],
    ['a whole decision, with every pack', ns.decide_packs],
    ['the question before a dial, with every pack', ns.admit]
  ].map(([what, value]) => [what, digits(value, 0)])
  return { text: `## Decisions\n\n${markdown(['', 'ns'], rows)}`, goals: [] }
}
