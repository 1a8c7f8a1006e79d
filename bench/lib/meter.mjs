// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Runs a measuring program and reads CPU at its two moments. All of them speak alike: a line "measuring" when they are
// ready, at the end one line of JSON; some begin only when a line comes, and stay, with their connections, until their
// stdin ends, so that what their backends used can still be read.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { between, cpu } from './cpu.mjs'

const nothing = async () => {}

/** Where bench/run built a program of bench/. */
export const built = path => join(process.env.BENCH_BUILD, 'bench', path)

/**
 * roots: trees of processes that are there already; own: the name under which the program's own tree counts too.
 * → what the program told, and {us: {name: microseconds}}.
 */
export async function metered(program, args, { env, roots = {}, own, atStart = nothing, atEnd = nothing } = {}) {
  const child = spawn(program, args.map(String), { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', nothing)
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve))
  const all = () => cpu({ ...roots, ...(own && { [own]: child.pid }) })
  let told, before
  for await (const line of createInterface({ input: child.stdout }))
    if (line === 'measuring') {
      await atStart()
      before = all()
      child.stdin.write('\n')
    } else {
      told = { ...JSON.parse(line), us: between(before, all()) }
      await atEnd()
      child.stdin.end()
    }
  const status = await ended
  if (status !== 0 || !told) throw new Error(`${program} ${args.join(' ')} broke off: ${status}`)
  return told
}

/** libpq's environment for a cluster. */
export const pgEnv = ({ host, port, user, dbname }) => ({ PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: dbname })
