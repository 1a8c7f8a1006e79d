// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What the story plays on: a simulated provider, the gateway as an operator would start it, and a clock that both follow.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Clock, eventually } from '../../tests/scenarios/lib/time.mjs'
import { PROVIDERS } from '../../tests/simulators/providers.mjs'

const TREE = fileURLToPath(new URL('../..', import.meta.url))
const USUAL_PORT = 8080
const SETTLE_MS = 20000

export const NUMBERS = ['+12125550100', '+12125550101', '+12125550102']

export class Stage {
  #children = new Map()
  #over = false

  /** provider: a name of tests/simulators/providers.mjs; user: whom the gateway becomes where root starts it. */
  constructor(folder, provider = 'retell', user) {
    this.folder = folder
    this.user = process.getuid() === 0 ? user : null
    this.provider = PROVIDERS[provider]
    if (!this.provider) throw new Error(`--provider is one of ${Object.keys(PROVIDERS).join(', ')}`)
    this.prefix = join(folder, 'usr/local')
    this.program = join(this.prefix, 'bin/switchhook')
    this.config = join(folder, 'switchhook.yaml')
    this.log = join(folder, 'gateway.log')
    this.clockFile = join(folder, 'clock')
    process.on('exit', () => {
      this.kill()
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    })
  }

  setClock(start) {
    this.clock = new Clock(this.clockFile, new Date(start).toISOString())
  }

  async startProvider() {
    const { child } = this.#start('simulator', process.execPath, [
      join(TREE, 'tests/simulators/serve.mjs'),
      ...[this.provider.name, this.clockFile, ...NUMBERS]
    ])
    let said = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      said += text
    })
    const ready = await this.#ready('simulator', () => said.includes('\n') && said, `the simulated ${this.provider.title} was ready`)
    this.simulator = JSON.parse(ready)
  }

  /** port: the wanted one; undefined: the usual one or, where that is taken, any. */
  async startGateway(port) {
    const key = await this.run(this.program, ['key', 'new', join(this.folder, 'key')])
    if (key.status !== 0) throw new Error(`switchhook key new: ${key.stderr}`)
    if (this.user) await this.run('chown', [this.user, join(this.folder, 'key')])
    this.port = port ?? USUAL_PORT
    for (let again = false; ; again = true) {
      if (again || !(await isFree(this.port))) await this.#otherPort(port)
      try {
        return await this.#serve()
      } catch (error) {
        // Somebody may have taken the port since it was looked at: once more, on another one.
        if (again || !this.#children.get('gateway')?.gone || (await isFree(this.port))) throw error
      }
    }
  }

  async #otherPort(wanted) {
    if (wanted) throw new Error(`port ${wanted} is taken; --port names another one`)
    this.portTaken = this.port
    this.port = await freePort()
  }

  async #serve() {
    this.url = `http://127.0.0.1:${this.port}`
    this.#configure()
    const log = openSync(this.log, 'a', 0o644)
    this.#start('gateway', this.program, ['serve', '--config', this.config, '--trial-clock', this.clockFile], ['ignore', log, log])
    closeSync(log)
    await this.#ready('gateway', async () => (await fetch(`${this.url}/readyz`)).ok, 'the gateway was ready')
  }

  #configure() {
    const lines = [
      `listen: [127.0.0.1:${this.port}]`,
      `public_url: ${this.url}`,
      `state_dir: ${join(this.folder, 'state')}`,
      ...(this.user ? [`user: ${this.user}`] : []),
      `key_file: ${join(this.folder, 'key')}`,
      `drivers: [${join(this.prefix, 'lib/switchhook/drivers')}]`,
      `policies: ${join(this.prefix, 'etc/switchhook/policies')}`,
      'workers: 2',
      'drain_timeout: 5s',
      'outbound:',
      `  # The simulated ${this.provider.title} is on this machine, where the gateway sends nothing unless it is told that it may.`,
      '  allow: [127.0.0.0/8]'
    ]
    writeFileSync(this.config, lines.join('\n') + '\n', { mode: 0o644 })
  }

  // In sessions of their own, so that a Ctrl-C reaches this program first and they end in order.
  #start(name, program, args, stdio = ['ignore', 'pipe', 'inherit']) {
    if (this.#over) throw new Error('the end came first')
    const child = spawn(program, args, { cwd: '/', detached: true, stdio })
    const one = { child, gone: null }
    one.exited = new Promise(resolve => {
      child.once('error', error => resolve((one.gone = error.message)))
      child.once('exit', (status, signal) => resolve((one.gone = signal ?? `status ${status}`)))
    })
    this.#children.set(name, one)
    return one
  }

  /** What ask answers in the end; fails at once where the program ends before. */
  async #ready(name, ask, what, options) {
    const one = this.#children.get(name)
    const answer = await eventually(() => (one.gone ? one : Promise.race([ask(), one.exited.then(() => one)])), what, options)
    if (one.gone) throw new Error(`the ${name} ended at its start: ${one.gone}`)
    return answer
  }

  /** A program to its end: {status, stdout, stderr}. */
  run(program, args, env) {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60000 })
      const out = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'])
        child[name].setEncoding('utf8').on('data', text => {
          out[name] += text
        })
      child.on('error', reject)
      child.on('close', status => resolve({ status, ...out }))
    })
  }

  lastOfLog() {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-25) : []
  }

  /** In order: the gateway, which may still have something to say to the provider, and then the provider. */
  async stop() {
    this.#over = true
    for (const name of ['gateway', 'simulator']) {
      const one = this.#children.get(name)
      if (!one || one.gone) continue
      one.child.kill('SIGTERM')
      const timer = setTimeout(() => this.kill(), SETTLE_MS)
      await one.exited
      clearTimeout(timer)
    }
  }

  /** At once, the whole of each session. */
  kill() {
    for (const { child, gone } of this.#children.values()) {
      if (gone || !child.pid) continue
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has just ended by itself.
      }
    }
  }
}

function listen(port) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      const taken = server.address().port
      server.close(() => resolve(taken))
    })
  })
}

const isFree = port =>
  listen(port).then(
    () => true,
    () => false
  )
const freePort = () => listen(0)
