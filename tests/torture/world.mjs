// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What rounds are played in: a Postgres, a gateway with two workers, a simulated Retell, a told clock and the page of
// failpoints. It serves many rounds; then it is thrown away, so that tables stay small.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Acme } from '../scenarios/lib/acme.mjs'
import { conninfoString, Postgres } from '../scenarios/lib/database.mjs'
import { Page } from '../scenarios/lib/failpoints.mjs'
import { Gateway } from '../scenarios/lib/gateway.mjs'
import { Folder, run } from '../scenarios/lib/place.mjs'
import { Clock, eventually } from '../scenarios/lib/time.mjs'
import { RetellSimulator } from '../simulators/retell/simulator.mjs'
import { Wire } from './wire.mjs'

const START = '2027-03-01 10:00 America/Los_Angeles'
const KEYS = { api: 'key_5ca1ab1e0ddba11c0ffee', webhook: 'key_ba5eba11facade0decade' }
const TOP = join(import.meta.dirname, '../..')
/** So many calls to one callee within so long: fewer than the stories have, so that it is in their way. */
export const CAP = { calls: 2, within_ms: 3 * 3600000 }
/** Always open, and every retry after the same hour: the callees of a round keep step, which saves time. */
const POLICY = {
  retry: Object.fromEntries(
    ['voicemail', 'no_answer', 'busy', 'technical_error', 'conversation_silent'].map(name => [name, { enabled: true, delay: '1h' }])
  ),
  max_attempts: 2,
  quiet_hours: { weekdays: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map(day => [day, 'open'])) },
  quiet_days: [],
  jurisdictions: [],
  caps: [{ calls: CAP.calls, within: `${CAP.within_ms / 3600000}h` }],
  callbacks: { explicit: 'honour', default_delay: '1h' }
}

export class World {
  /** list: whether the driver's list is authoritative. */
  static async make({ list }) {
    const world = new World()
    Object.assign(world, { list, folder: new Folder(), rounds: 0 })
    try {
      await world.#build()
    } catch (error) {
      await world.end()
      throw error
    }
    return world
  }

  async #build() {
    const { folder } = this
    this.clock = new Clock(folder.join('clock'), START)
    this.page = new Page(folder)
    this.pg = await Postgres.start(folder, { durable: false, settings: { track_commit_timestamp: 'on', autovacuum: 'off' } })
    this.db = await this.pg.database('torture')
    this.wire = new Wire(this.db)
    this.retell = await RetellSimulator.start({
      apiKey: KEYS.api,
      webhookKey: KEYS.webhook,
      trialClock: this.clock.file,
      numbers: ['+14155550100'],
      settings: { instant: false },
      // In real time, and short: whoever delivers to a worker that was stopped waits for nothing.
      webhooks: { spacing_ms: [150, 300, 600], timeout_ms: 700 }
    })
    mkdirSync(folder.join('policies'))
    writeFileSync(folder.join('policies', 'default.yaml'), JSON.stringify(POLICY))
    this.gateway = await Gateway.make({
      folder,
      clock: this.clock,
      env: this.page.env,
      config: {
        database: conninfoString(this.db),
        policies: folder.join('policies'),
        drivers: [await this.#drivers()],
        log: { level: 'warn' },
        outbound: { wait: '300ms' },
        engine: { poll: '500ms', clock_error: '2s' }
      }
    })
    this.gateway.database = this.db
    await this.gateway.launch()
    await this.gateway.bootstrap()
    this.acme = new Acme({ gateway: this.gateway, retell: this.retell, clock: this.clock })
    await this.acme.setUp({ credits: 1000000, workspace: { dials_per_minute: 60000 } })
  }

  /** The folder of the one driver that is loaded. */
  async #drivers() {
    const dir = this.folder.join('drivers')
    const file = join(dir, 'switchhook-retell.so')
    mkdirSync(dir)
    const prefix = process.env.SWITCHHOOK_PREFIX
    if (this.list) {
      copyFileSync(join(prefix, 'lib/switchhook/drivers/switchhook-retell.so'), file)
      return dir
    }
    const { status, stderr } = await run(process.env.CC ?? 'gcc', [
      ...['-shared', '-fPIC', '-O1', '-fvisibility=hidden', `-I${TOP}`, `-I${join(prefix, 'include')}`],
      ...[join(import.meta.dirname, 'nolist.c'), '-o', file]
    ])
    if (status !== 0) throw new Error(stderr)
    return dir
  }

  /** The master is gone, with all that was its own: another one, on the same address and database. */
  async relaunch() {
    await this.gateway.exited
    await this.gateway.launch({ ready: false })
    this.ready = eventually(async () => (await fetch(this.gateway.url + '/healthz')).ok, 'the gateway answered', { limit: '60s' })
    await this.ready
  }

  /** The same for Postgres. */
  async relaunchPostgres() {
    await this.pg.exited
    await this.pg.launch()
  }

  async end() {
    this.page?.disarm()
    try {
      for (const pid of this.gateway?.process ? this.gateway.children('worker') : []) process.kill(pid, 'SIGCONT')
    } catch {
      // Gone in the meantime.
    }
    if (this.gateway?.process) {
      this.gateway.process.kill('SIGKILL')
      await this.gateway.exited
    }
    await this.retell?.stop()
    this.wire?.close()
    await this.pg?.stop('SIGQUIT')
    this.page?.close()
    this.folder.remove()
  }
}
