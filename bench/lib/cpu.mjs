// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The CPU time of a process and of everything below it, from /proc. Children that ended are in it: their parents'
// counters took them over. The kernel counts in 10 ms, which over seconds of load is well below the noise.
import { readdirSync, readFileSync } from 'node:fs'

const TICK_US = 10000

/** Of each process: {parent, us}. */
function processes() {
  const all = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const field = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // ppid is field 4 of the whole line; utime, stime, cutime and cstime are 14 to 17.
      const us = field.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * TICK_US, 0)
      all.set(Number(name), { parent: Number(field[1]), us })
    } catch {
      // It ended meanwhile; its parent has its time.
    }
  }
  return all
}

/** Process ids of a tree, its root among them. */
export function tree(root, all = processes()) {
  const under = pid => {
    for (let at = pid; at; at = all.get(at)?.parent) if (at === root) return true
    return false
  }
  return [...all.keys()].filter(under)
}

/** roots: {name: pid} → {name: microseconds}, all read at one moment. */
export function cpu(roots) {
  const all = processes()
  return Object.fromEntries(
    Object.entries(roots).map(([name, root]) => [name, tree(root, all).reduce((sum, pid) => sum + all.get(pid).us, 0)])
  )
}

/** What was used between two readings: {name: microseconds}. */
export const between = (before, after) =>
  Object.fromEntries(Object.keys(before).map(name => [name, after[name] - before[name]]))
