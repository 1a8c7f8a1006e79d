// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Postgres as a scenario needs it: questions by psql, a server of the scenario's own where the gateway's embedded one
// will not do, and a relay in front of it that can be cut.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { eventually } from './time.mjs'
import { freePort, run, start, USER } from './place.mjs'

const BINDIR =
  process.env.PG_BINDIR ??
  readdirSync('/usr/lib/postgresql')
    .sort((a, b) => b - a)
    .map(one => `/usr/lib/postgresql/${one}/bin`)
    .find(one => existsSync(join(one, 'postgres')))

const literal = value =>
  value === null || value === undefined
    ? 'NULL'
    : typeof value === 'number'
      ? String(value)
      : `'${String(value).replaceAll("'", "''")}'`

/**
 * Asks as the database's owner, who sees every tenant. Rows of a SELECT come back as objects.
 * conninfo: {host, port, user, dbname}; alone: without a setting before it.
 */
export async function sql(conninfo, text, params = [], { alone = false } = {}) {
  const filled = text.replace(/\$(\d+)/g, (_, n) => literal(params[n - 1]))
  const asks = /^\s*(select|with|values|table)\b/i.test(filled)
  const input =
    (alone ? '' : 'SET search_path = switchhook, public;\n') +
    (asks ? `SELECT coalesce(json_agg(q), '[]') FROM (${filled}) q;` : filled + ';')
  const { host, port, user, dbname } = conninfo
  const { status, stdout, stderr } = await run(
    join(BINDIR, 'psql'),
    ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', host, '-p', String(port), '-U', user, '-d', dbname],
    { as: USER, input }
  )
  if (status !== 0) throw new Error(`${text}: ${stderr.trim()}`)
  return asks ? JSON.parse(stdout) : undefined
}

export async function dump(conninfo) {
  const { host, port, user, dbname } = conninfo
  const { status, stdout, stderr } = await run(join(BINDIR, 'pg_dump'), ['-h', host, '-p', String(port), '-U', user, dbname], {
    as: USER
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

/** A Postgres of the tests' own, on a port and a Unix socket in a folder of theirs. */
export class Postgres {
  /**
   * durable: false is quicker, and as good as long as the machine itself stays up. name: of its folder. env: of the server.
   * settings: of postgresql.conf.
   */
  static async start(folder, { name = 'pg', env, ...options } = {}) {
    const pg = new Postgres()
    const data = await pg.#place(folder, name, env)
    mkdirSync(data, { mode: 0o700 })
    folder.own(data)
    const made = await run(
      join(BINDIR, 'initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions'],
      { as: USER }
    )
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
    return pg.#begin(options)
  }

  /** A streaming standby of another one; from: where it streams from (a Relay), if not from it. */
  static async standby(primary, folder, { name = 'standby', from, env, ...options } = {}) {
    const pg = new Postgres()
    const data = await pg.#place(folder, name, env)
    const { host, port, user } = primary.conninfo
    const made = await run(
      join(BINDIR, 'pg_basebackup'),
      ['-D', data, '-h', host, '-p', String(port), '-U', user, '-X', 'stream', '-c', 'fast', '--no-sync'],
      { as: USER }
    )
    if (made.status !== 0) throw new Error(`pg_basebackup: ${made.stderr}`)
    writeFileSync(join(data, 'standby.signal'), '')
    const source = from ? { host: '127.0.0.1', port: from.port } : { host, port }
    return pg.#begin({
      ...options,
      settings: {
        primary_conninfo: `host=${source.host} port=${source.port} user=${user} application_name=${name}`,
        wal_retrieve_retry_interval: '100ms',
        ...options.settings
      }
    })
  }

  async #place(folder, name, env) {
    Object.assign(this, { env, folder, data: folder.join(name) })
    this.conninfo = { host: folder.path, port: await freePort(), user: 'postgres', dbname: 'postgres' }
    return this.data
  }

  async #begin({ durable = true, settings: more = {} }) {
    const settings = { max_connections: 100, shared_buffers: '32MB', fsync: durable ? 'on' : 'off', ...more }
    this.args = [
      ...['-D', this.data, '-k', this.folder.path, '-h', '127.0.0.1', '-p', String(this.conninfo.port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    ]
    await this.launch()
    return this
  }

  /** What is in its folder, while it is stopped, as another folder. */
  async snapshot(to) {
    const { status, stderr } = await run('cp', ['-a', this.data, to], { as: USER })
    if (status !== 0) throw new Error(stderr)
  }

  promote() {
    return sql(this.conninfo, 'SELECT pg_promote(true, 30)', [], { alone: true })
  }

  /** The machine is gone: no last word, nothing left that runs. */
  async kill() {
    const pids = await sql(this.conninfo, 'SELECT pid FROM pg_stat_activity', [], { alone: true })
    this.process.kill('SIGKILL')
    for (const { pid } of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone with the postmaster.
      }
    }
    await this.exited
  }

  /** Those whom the machine left behind are gone a little later, and until then no other may begin. */
  launch() {
    return eventually(() => this.#launched(), 'Postgres began')
  }

  async #launched() {
    Object.assign(this, { process: undefined, gone: false })
    const { child, exited } = start(join(BINDIR, 'postgres'), this.args, { as: USER, env: this.env, last: 'SIGQUIT' })
    Object.assign(this, { process: child, exited })
    exited.then(() => {
      this.gone = this.process === child
    })
    await eventually(() => this.gone || sql(this.conninfo, 'SELECT 1 AS one'), 'Postgres answered')
    return !this.gone
  }

  /** An empty database: its conninfo. */
  async database(name) {
    await sql(this.conninfo, `CREATE DATABASE ${name}`, [], { alone: true })
    return { ...this.conninfo, dbname: name }
  }

  drop(name) {
    return sql(this.conninfo, `DROP DATABASE ${name} WITH (FORCE)`, [], { alone: true })
  }

  async stop(signal = 'SIGINT') {
    this.process.kill(signal)
    await this.exited
  }
}

/** As libpq reads it. */
export const conninfoString = ({ host, port, user, dbname }) => `host=${host} port=${port} user=${user} dbname=${dbname}`

/** Passes bytes between the gateway and Postgres until it is cut; then every connection breaks and new ones are refused. */
export class Relay {
  #pairs = new Set()
  static async start({ host, port }) {
    const relay = new Relay()
    relay.target = host.startsWith('/') ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port }
    relay.port = await freePort()
    await relay.restore()
    return relay
  }

  async restore() {
    this.server = createServer(near => {
      const far = connect(this.target)
      const pair = [near, far]
      this.#pairs.add(pair)
      for (const [from, to] of [pair, pair.toReversed()]) {
        from
          .on('error', () => {})
          .on('close', () => {
            to.destroy()
            this.#pairs.delete(pair)
          })
          .pipe(to)
      }
    })
    await new Promise((resolve, reject) => this.server.once('error', reject).listen(this.port, '127.0.0.1', resolve))
  }

  async cut() {
    const closed = new Promise(resolve => this.server.close(resolve))
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy()
      far.destroy()
    }
    await closed
  }

  async stop() {
    if (this.server.listening) await this.cut()
  }
}
