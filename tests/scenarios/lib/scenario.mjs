// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A scenario: a gateway, simulated providers and a clock that all follow, on a Monday morning in California. The usual provider
// is Retell alone.
//
//   test('a voicemail is called back four hours later', scenario(async ({ gateway, retell, clock, acme }) => {
//     retell.cast('*', 'voicemail')
//     const call = await acme.place({ to: '+12135550142' })
//     …
//   }))
//
//   scenario(async ({ vapi, acme }) => …, { provider: 'vapi' })
//   scenario(async ({ retell, vapi, accounts }) => … accounts.vapi.place() …, { providers: ['retell', 'vapi'] })
//
// When one fails, the log of its own gateways is printed, and nothing else.
import { after } from 'node:test'
import { Acme } from './acme.mjs'
import { conninfoString, Postgres, Relay } from './database.mjs'
import { Drivers } from './drivers.mjs'
import { Page } from './failpoints.mjs'
import { Gateway } from './gateway.mjs'
import { Folder, installed } from './place.mjs'
import { Clock, eventually } from './time.mjs'
import { PROVIDERS } from '../../simulators/providers.mjs'

export const START = '2027-03-01 10:00 America/Los_Angeles'

let shared
let serial = 0
after(async () => {
  if (!shared) return
  const { pg, folder } = await shared
  await pg.stop()
  folder.remove()
})

/** {database, conninfo, relay}: what the gateway is configured with, how psql gets there. All undefined for the embedded one. */
async function databaseFor(kind, ends) {
  if (kind === 'embedded') return {}
  if (typeof kind === 'function') return kind(ends)
  shared ??= (async () => {
    const folder = new Folder()
    return { folder, pg: await Postgres.start(folder, { durable: false }) }
  })()
  const { pg } = await shared
  const name = `s${++serial}`
  const conninfo = await pg.database(name)
  ends.push(() => pg.drop(name))
  if (kind === 'shared') return { conninfo, database: conninfoString(conninfo) }
  const relay = await Relay.start(conninfo)
  ends.push(() => relay.stop())
  return { conninfo, relay, database: conninfoString({ ...conninfo, host: '127.0.0.1', port: relay.port }) }
}

/** A simulator of that row, on the scenario's clock; its webhooks are tried again soon. */
export function simulate(provider, clock, more) {
  return provider.start({ trialClock: clock.file, numbers: provider.numbers, webhooks: { spacing_ms: [200, 400, 800] }, ...more })
}

const UNDER_WAY = `
  SELECT 1 FROM callbacks WHERE state = 'claimed'
  UNION ALL SELECT 1 FROM live_dial WHERE state IN ('intent', 'sent')
  UNION ALL SELECT 1 FROM inbox WHERE state = 'pending'
  UNION ALL SELECT 1 FROM due WHERE due_at <= $1 AND (kind = 'decide' OR fence_ok(bucket))
  LIMIT 1`

/**
 * Waits until nothing is under way: no webhook, no dial, no work that is due. What a scenario holds up by intent is not waited for
 * long, and not twice.
 */
function settling(clock, sims, gateways) {
  let held = false
  const settled = async () => {
    const now = clock.now()
    if (Object.values(sims).some(sim => sim.webhooks.busy || sim.agenda.next <= now)) return false
    const gateway = gateways.find(one => one.running)
    return !gateway || (await gateway.sql(UNDER_WAY, [new Date(now).toISOString()])).length === 0
  }
  return async () => {
    if (!held) await eventually(settled, 'all was done', { limit: '10s' }).catch(() => { held = true })
  }
}

/**
 * options: provider, providers (names of simulators/providers.mjs: an account at each, in one tenant; the body is given each
 * simulator by its name, `sim` and `acme` of the first, and `accounts` of all), row (one that does not stand there), retell, vapi … (of that simulator), start (the first
 * moment), config (of the gateway; or a function of its folder), account: false (leave the database empty), set (of Acme.setUp), plan (of the tenant; without it, free),
 * database: 'shared' (an empty database on a Postgres that the scenarios of one
 * file share: quick), a function that makes one ({database, conninfo, …}; it pushes how it ends), 'embedded' (the gateway's own), 'relayed' (as shared, behind a relay that can be cut),
 * drivers (a folder of its own, of drivers.mjs: what is put there before the start),
 * failpoints: true (body is given the `page` of failpoints.mjs; needs a build with --enable-failpoints).
 */
export function scenario(body, options = {}) {
  return async t => {
    installed()
    const folder = new Folder()
    const gateways = []
    const ends = []
    try {
      const clock = new Clock(folder.join('clock'), options.start ?? START)
      const sims = {}
      const names = options.providers ?? [options.provider ?? 'retell']
      const row = name => (options.row?.name === name ? options.row : PROVIDERS[name])
      for (const name of names) {
        sims[name] = await simulate(row(name), clock, options[name])
        ends.push(() => sims[name].stop())
      }
      const start = async more => {
        const gateway = await Gateway.make({ folder, clock, ...more })
        gateways.push(gateway)
        await gateway.launch()
        return gateway
      }

      const { database, conninfo, relay, ...servers } = await databaseFor(options.database ?? 'shared', ends)
      const drivers = options.drivers && new Drivers(folder)
      await options.drivers?.(drivers)
      const given = typeof options.config === 'function' ? await options.config(folder) : options.config
      const config = { ...given, ...(database && { database }), ...(drivers && { drivers: [drivers.path] }) }
      const page = options.failpoints && new Page(folder)
      const gateway = await start({ config, env: page?.env })
      gateway.database = conninfo
      if (!page) clock.settle = settling(clock, sims, gateways)
      /** A second gateway on the same database, with the same key. */
      const twin = async () => {
        const other = await start({
          name: `twin${gateways.length}`,
          keyFile: gateway.keyFile,
          env: page?.env,
          config: { ...config, database: database ?? conninfoString(gateway.conninfo) }
        })
        return Object.assign(other, { key: gateway.key, database: gateway.conninfo })
      }

      const accounts = {}
      for (const name of names) accounts[name] = new Acme({ gateway, clock, provider: row(name), sim: sims[name] })
      if (options.account !== false) {
        await gateway.bootstrap(options.plan)
        for (const name of names) await accounts[name].setUp(options.set)
      }
      const first = { sim: sims[names[0]], acme: accounts[names[0]] }
      await body({ t, gateway, clock, ...sims, ...first, accounts, relay, folder, twin, page, ...servers, drivers })
    } catch (error) {
      for (const gateway of gateways) {
        t.diagnostic(`log of ${gateway.name}:`)
        for (const line of gateway.log().slice(-400)) t.diagnostic(line)
      }
      throw error
    } finally {
      // Who was stopped at a failpoint could not end.
      if (options.failpoints)
        for (const gateway of gateways) for (const pid of gateway.children('worker')) process.kill(pid, 'SIGCONT')
      // The embedded Postgres is the first gateway's, so that one ends last.
      for (const gateway of gateways.toReversed()) await gateway.stop()
      for (const end of ends.toReversed()) await end()
      folder.remove()
    }
  }
}
