// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Where a scenario lives: a folder of its own, readable by the user that the gateway becomes, and ports of its own.
// Nothing of it is left when the scenario is over.
import { spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Postgres and the gateway refuse to run as root; there the scenario's programs run as this user. */
export const USER = process.getuid() === 0 ? passwd('nobody') : null

function passwd(name) {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find(one => one.startsWith(name + ':'))
  const [, , uid, gid] = line.split(':')
  return { name, uid: Number(uid), gid: Number(gid) }
}

/** The installed tree that is tried: PREFIX/bin/switchhook and what belongs to it. */
export function installed() {
  const prefix = process.env.SWITCHHOOK_PREFIX
  if (!prefix)
    throw new Error(
      'SWITCHHOOK_PREFIX is not set. ./check sets it; by hand: ' +
        './configure --prefix=$HOME/sh && make install, then SWITCHHOOK_PREFIX=$HOME/sh'
    )
  const program = join(prefix, 'bin/switchhook')
  if (!existsSync(program)) throw new Error(`SWITCHHOOK_PREFIX=${prefix} holds no bin/switchhook: make install first`)
  return { prefix, program }
}

// A test run that is broken off leaves neither programs nor folders behind.
const children = new Map()
const folders = new Set()
process.on('exit', () => {
  for (const [child, signal] of children) child.kill(signal)
  for (const folder of folders) folder.remove()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130))

export class Folder {
  constructor() {
    // Short: the path of a Unix socket in it may have no more than 107 bytes.
    this.path = mkdtempSync(join(tmpdir(), 'sh-'))
    folders.add(this)
    chmodSync(this.path, 0o755)
    this.own(this.path)
  }

  own(path) {
    if (USER) chownSync(path, USER.uid, USER.gid)
    return path
  }

  join(...parts) {
    return join(this.path, ...parts)
  }
  remove() {
    folders.delete(this)
    rmSync(this.path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

/** Starts a program that stays; `last` is the signal that it gets if the test run ends before it. */
export function start(program, args, { as, env, last = 'SIGTERM', stdio = 'ignore' } = {}) {
  const child = spawn(program, args, { ...(as && { uid: as.uid, gid: as.gid }), env: { ...process.env, ...env }, cwd: '/', stdio })
  children.set(child, last)
  const exited = new Promise(resolve =>
    child.once('exit', (status, signal) => {
      children.delete(child)
      resolve({ status, signal })
    })
  )
  return { child, exited }
}

export async function freePort() {
  const server = createServer()
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Runs a program to its end: {status, stdout, stderr}. as: USER, for what must not be root. */
export function run(program, args, { as, input, env, limit = 120000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(as && { uid: as.uid, gid: as.gid }),
      env: { ...process.env, ...env },
      cwd: '/',
      timeout: limit
    })
    const out = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('utf8').on('data', text => {
        out[name] += text
      })
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, ...out }))
    child.stdin.on('error', () => {}).end(input ?? '')
  })
}
