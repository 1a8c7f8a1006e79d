// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// One gateway as a scenario sees it: the installed program, started as an operator starts it. All that a scenario
// needs to know about the command line, the configuration and the processes stands in this file.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from './database.mjs'
import { freePort, installed, run, start, USER } from './place.mjs'
import { eventually, span } from './time.mjs'

// What the embedded Postgres is called from outside: its socket lies somewhere under state_dir.
const EMBEDDED = { user: 'switchhook', dbname: 'switchhook' }

export class Gateway {
  #lines = []
  #stop

  /** folder and clock are the scenario's; config: what differs from `#config()`; keyFile: of a gateway whose database it shares. */
  static async make({ folder, clock, name = 'gateway', config = {}, keyFile, env }) {
    const gateway = new Gateway()
    Object.assign(gateway, { folder, clock, name, env, ...installed() })
    gateway.port = await freePort()
    gateway.url = `http://127.0.0.1:${gateway.port}`
    gateway.stateDir = folder.join(name)
    mkdirSync(gateway.stateDir, { mode: 0o700 })
    folder.own(gateway.stateDir)
    gateway.keyFile = keyFile ?? (await gateway.#newKey())
    gateway.config = gateway.#config(config)
    gateway.configFile = folder.join(`${name}.yaml`)
    gateway.configure()
    return gateway
  }

  /** Writes the file, with these options changed. */
  configure(changed = {}) {
    Object.assign(this.config, changed)
    // JSON is YAML.
    writeFileSync(this.configFile, JSON.stringify(this.config, null, 2) + '\n')
  }

  async #newKey() {
    const file = this.folder.join('key')
    const { status, stderr } = await run(this.program, ['key', 'new', file], { as: USER })
    if (status !== 0) throw new Error(`switchhook key new: ${stderr}`)
    return file
  }

  #config(given) {
    return {
      listen: [`127.0.0.1:${this.port}`],
      public_url: this.url,
      state_dir: this.stateDir,
      ...(USER && { user: USER.name }),
      key_file: this.keyFile,
      // The tree may have been staged elsewhere than where it was configured to live.
      drivers: [join(this.prefix, 'lib/switchhook/drivers')],
      policies: join(this.prefix, 'etc/switchhook/policies'),
      workers: 2,
      ...given,
      // The simulated provider is on the loopback, which the gateway calls only when told that it may. Whoever waits for an
      // answer waits until it is there: on a busy machine it takes longer than the usual 2 s.
      outbound: { allow: ['127.0.0.0/8'], wait: '20s', ...given.outbound },
      log: { level: 'debug', ...given.log }
    }
  }

  /** Also once more, after it was stopped. */
  async launch({ ready = true } = {}) {
    this.#stop = undefined
    const { child, exited } = start(this.program, ['serve', '--config', this.configFile, '--trial-clock', this.clock.file], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.process = child
    this.exited = exited
    for (const name of ['stdout', 'stderr']) {
      let rest = ''
      this.process[name].setEncoding('utf8').on('data', text => {
        const lines = (rest + text).split('\n')
        rest = lines.pop()
        this.#lines.push(...lines)
      })
    }
    if (!ready) return
    let gone
    this.exited.then(how => {
      gone = how
    })
    await eventually(async () => gone ?? (await fetch(this.url + '/readyz')).ok, `${this.name} was ready`)
    if (gone) throw new Error(`${this.name} ended at its start: ${JSON.stringify(gone)}`)
  }

  /** The first tenant and its admin key: {tenant, key}. The key is what get, post … use from then on. */
  async bootstrap(plan) {
    const { status, stdout, stderr } = await this.cli('bootstrap', '--config', this.configFile, '--json', ...(plan ? ['--plan', plan] : []))
    if (status !== 0) throw new Error(`switchhook bootstrap: ${stderr}`)
    const told = JSON.parse(stdout)
    this.key = told.key ?? told.admin_key
    return { tenant: told.tenant_id, key: this.key }
  }

  // ---- HTTP ----

  /** → {status, headers, body}; body is parsed where it is JSON. options: key (null: none), headers, raw (a body as it is). */
  async ask(method, path, body, { key = this.key, headers = {}, raw } = {}) {
    const res = await fetch(path.startsWith('http') ? path : this.url + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(120000),
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        // A kept connection may lead to a worker that a failpoint has stopped, or cross the end of one that drains (`fresh`).
        ...((this.env || this.fresh) && { connection: 'close' }),
        ...headers
      },
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body))
    })
    const text = await res.text()
    return {
      status: res.status,
      headers: res.headers,
      body: /json/.test(res.headers.get('content-type')) && text ? JSON.parse(text) : text
    }
  }

  /** What must succeed: the parsed body, or an error that shows the problem document. */
  async #must(method, path, body, options) {
    const answer = await this.ask(method, path, body, options)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  get(path, options) {
    return this.#must('GET', path, undefined, options)
  }
  post(path, body = {}, options) {
    return this.#must('POST', path, body, options)
  }
  put(path, body = {}, options) {
    return this.#must('PUT', path, body, options)
  }
  patch(path, body = {}, options) {
    return this.#must('PATCH', path, body, options)
  }
  del(path, options) {
    return this.#must('DELETE', path, undefined, options)
  }

  /** All rows of a list, page by page. */
  async list(path) {
    const rows = []
    let cursor
    do {
      const page = await this.get(
        path + (cursor ? `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}` : '')
      )
      rows.push(...page.data)
      cursor = page.next_cursor
    } while (cursor)
    return rows
  }

  /** The sum of a counter over its labels, or over those that contain `labels`. */
  async metric(name, labels = '') {
    const { body } = await this.ask('GET', '/metrics', undefined, { key: null })
    return body
      .split('\n')
      .filter(line => (line.startsWith(name + ' ') || line.startsWith(name + '{')) && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  // ---- the operator's side ----

  cli(...args) {
    return run(this.program, args, {
      as: USER,
      env: { SWITCHHOOK_URL: this.url, ...(this.key && { SWITCHHOOK_KEY: this.key }) }
    })
  }
  sql(text, params) {
    return sql(this.conninfo, text, params)
  }

  get conninfo() {
    if (this.database) return this.database
    for (const dir of [
      this.stateDir,
      ...readdirSync(this.stateDir, { withFileTypes: true, recursive: true })
        .filter(one => one.isDirectory())
        .map(one => `${one.parentPath ?? one.path}/${one.name}`)
    ]) {
      const socket = readdirSync(dir).find(name => /^\.s\.PGSQL\.\d+$/.test(name))
      if (socket) return { ...EMBEDDED, host: dir, port: Number(socket.slice('.s.PGSQL.'.length)) }
    }
    throw new Error(`no Postgres socket under ${this.stateDir}`)
  }

  /** The newest sign of life of the database that this host keeps; 0: none. */
  seen() {
    try {
      return Number(readFileSync(join(this.stateDir, 'alive_at'), 'utf8').split(' ')[0])
    } catch {
      return 0
    }
  }

  /** Process ids of the master's children of one kind: worker, keyholder. */
  children(kind) {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number)
      .filter(pid => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
          const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
          const names = readFileSync(`/proc/${pid}/comm`, 'utf8') + readFileSync(`/proc/${pid}/cmdline`, 'utf8')
          return parent === this.process.pid && names.includes(kind)
        } catch {
          return false
        }
      })
  }

  /** As a crash: -9, no last word. Returns the process id. */
  kill(kind = 'worker', nth = 0) {
    const pid = this.children(kind)[nth]
    if (!pid) throw new Error(`${this.name} has no ${kind} to kill`)
    process.kill(pid, 'SIGKILL')
    return pid
  }

  /** SIGHUP, and whether the reload that follows was good. */
  async reload() {
    const from = this.#lines.length
    const ends = ['reload.done', 'reload.refused', 'reload.failed']
    this.process.kill('SIGHUP')
    const end = await eventually(() => this.#parse(from).find(one => ends.includes(one.event)), `${this.name} had reloaded`)
    return end.event === 'reload.done'
  }

  #parse(from) {
    return this.#lines.slice(from).flatMap(line => {
      try {
        return [JSON.parse(line)]
      } catch {
        return []
      }
    })
  }

  /** SIGTERM, and an end in order. */
  async stop({ limit = '2m' } = {}) {
    this.#stop ??= (async () => {
      if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGTERM')
      const timer = setTimeout(() => this.process.kill('SIGKILL'), span(limit))
      const how = await this.exited
      clearTimeout(timer)
      return how
    })()
    return this.#stop
  }

  /** The log so far, a line each; `parsed` as objects. */
  log() {
    return this.#lines
  }
  get parsed() {
    return this.#parse(0)
  }
  get running() {
    return existsSync(`/proc/${this.process.pid}`)
  }
}
