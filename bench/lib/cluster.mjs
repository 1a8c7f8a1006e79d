// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A Postgres of the bench's own, one for each program that is measured, so that what autovacuum and checkpoints cost is
// on the right bill. Everything is at its default, unless settings say
// otherwise: fsync and synchronous_commit are on.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from '../../tests/scenarios/lib/database.mjs'
import { freePort, run, start, USER } from '../../tests/scenarios/lib/place.mjs'
import { eventually } from '../../tests/scenarios/lib/time.mjs'

const BINDIR = process.env.PG_BINDIR ?? '/usr/lib/postgresql/15/bin'

export class Cluster {
  static async start(folder, name, settings = {}) {
    const cluster = new Cluster()
    // The socket lies in the folder: the path of one may have no more than 107 bytes.
    cluster.conninfo = { host: folder.path, port: await freePort(), user: 'postgres', dbname: 'postgres' }
    const data = folder.join(name)
    mkdirSync(data, { mode: 0o700 })
    folder.own(data)
    const made = await run(
      join(BINDIR, 'initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-instructions'],
      { as: USER }
    )
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
    const set = Object.entries(settings).flatMap(([option, value]) => ['-c', `${option}=${value}`])
    const { child, exited } = start(
      join(BINDIR, 'postgres'),
      ['-D', data, '-k', folder.path, '-h', '', '-p', String(cluster.conninfo.port), ...set],
      { as: USER, last: 'SIGQUIT' }
    )
    Object.assign(cluster, { process: child, exited })
    await eventually(() => cluster.ask('SELECT 1 AS one'), 'Postgres answered', { limit: '60s' })
    return cluster
  }

  /** As the owner; rows of a SELECT as objects. */
  ask(text) {
    return sql(this.conninfo, text)
  }

  /** As a run begins: statistics as they are after a while of use, nothing waiting to be written. */
  async settle() {
    for (const what of ['VACUUM ANALYZE', 'CHECKPOINT']) await sql(this.conninfo, what, [], { alone: true })
  }

  async stop() {
    this.process.kill('SIGINT')
    await this.exited
  }
}
