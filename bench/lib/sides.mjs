// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The programs that are measured, each with a Postgres of its own, all behind the same face:
//
//   {name, cluster, port, path, key, roots: {app, postgres, ingest, engine}, processes, settle(), stored(), pending(),
//    processed(), stop()}, and of a gateway also gateway, acme, retell, away(), back() and rows()
//
// roots: of the trees of processes whose CPU is read; ingest and engine are two of the gateway's backends in postgres.
// processes: whether it does anything with what it stored; stored: durable webhooks; pending: those of them not processed
// yet; processed: a counter.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Acme, AGENT, FROM } from '../../tests/scenarios/lib/acme.mjs'
import { conninfoString } from '../../tests/scenarios/lib/database.mjs'
import { Gateway } from '../../tests/scenarios/lib/gateway.mjs'
import { Folder, freePort, installed, start } from '../../tests/scenarios/lib/place.mjs'
import { eventually } from '../../tests/scenarios/lib/time.mjs'
import { toldClock } from '../../tests/simulators/lib/told-clock.mjs'
import { RetellSimulator } from '../../tests/simulators/retell/simulator.mjs'
import { Cluster } from './cluster.mjs'
import { built, metered, pgEnv } from './meter.mjs'

const KEYS = { api: 'key_5ca1ab1e0ddba11c0ffee', webhook: 'key_ba5eba11facade0decade' }
const PEERS = join(import.meta.dirname, '../peers/ingest')
/** Of the API: what a dial would wait for is not what is measured. */
const DIALS_PER_MINUTE = 60000

const count = async (cluster, what) => Number((await cluster.ask(`SELECT count(*) AS n FROM ${what}`))[0].n)

/** A zone in which it is one in the afternoon: quiet hours are far. */
export function daytime(now = new Date()) {
  const ahead = 13 - now.getUTCHours()
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}

/** A tenant with a connected account and an agent, made as a user makes them; with a number that calls if `dials`. */
async function account(gateway, retell, dials) {
  await gateway.bootstrap()
  const acme = new Acme({ gateway, retell, clock: toldClock() })
  if (dials) {
    await acme.setUp({
      credits: 1000000,
      workspace: { timezone: daytime(), dials_per_minute: DIALS_PER_MINUTE }
    })
  } else {
    await acme.connect()
    await gateway.post('/v1/agents/sync', { workspace_id: acme.workspace.id })
    acme.agent = (await gateway.list('/v1/agents')).find(one => one.provider_agent_id === AGENT)
  }
  acme.path = new URL((await gateway.get(`/v1/agents/${acme.agent.id}/webhook-url`)).url).pathname
  return acme
}

/** config: what differs from a plain gateway; dials: with a provider that stays and a number that calls; wrap: a program before it. */
export async function gatewaySide(folder, name, { config = {}, dials = false, wrap = [], settings } = {}) {
  const { prefix } = installed()
  const cluster = await Cluster.start(folder, `pg-${name}`, settings)
  const gateway = await Gateway.make({
    folder,
    name,
    config: {
      database: conninfoString(cluster.conninfo),
      // The installed tree is not where it was configured to be.
      drivers: [join(prefix, 'lib/switchhook/drivers')],
      policies: join(prefix, 'etc/switchhook/policies'),
      log: { level: 'error' },
      drain_timeout: '1s',
      ...config
    }
  })
  // Not gateway.launch(), which makes it follow a trial's clock.
  const launch = async () => {
    const [program, ...args] = [...wrap, gateway.program, 'serve', '--config', gateway.configFile]
    const { child, exited } = start(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    Object.assign(gateway, { process: child, exited, database: cluster.conninfo })
    await eventually(async () => (await fetch(gateway.url + '/readyz')).ok, `${name} was ready`, { limit: '120s' })
  }
  await launch()
  const away = async () => {
    gateway.process.kill('SIGTERM')
    await gateway.exited
  }
  const retell = await RetellSimulator.start({
    apiKey: KEYS.api,
    webhookKey: KEYS.webhook,
    numbers: [FROM],
    webhooks: { spacing_ms: [200, 400, 800] }
  })
  const acme = await account(gateway, retell, dials)
  if (!dials) await retell.stop()
  // A connection that stays: what watches should cost little of what is measured.
  const { host, port, user, dbname } = cluster.conninfo
  const watch = new pg.Pool({ host, port, user, database: dbname, max: 1, options: '-c search_path=switchhook' })
  const backend = async role =>
    (await cluster.ask(`SELECT pid FROM pg_stat_activity WHERE application_name = 'switchhook ${role}'`))[0].pid
  const roots = async () => ({
    app: gateway.process.pid,
    postgres: cluster.process.pid,
    ingest: await backend('ingest'),
    engine: await backend('engine')
  })
  const side = {
    name,
    cluster,
    gateway,
    acme,
    retell,
    rows: async (text, values) => (await watch.query(text, values)).rows,
    processes: true,
    port: gateway.port,
    path: acme.path,
    key: KEYS.webhook,
    roots: await roots(),
    settle: () => cluster.settle(),
    /** The database without its gateway, for a while. */
    away,
    back: async () => {
      await launch()
      side.roots = await roots()
    },
    stored: () => count(cluster, 'inbox'),
    pending: () => count(cluster, "inbox WHERE state = 'pending'"),
    processed: () => gateway.metric('switchhook_events_total', 'result="processed"'),
    stop: async () => {
      await watch.end()
      await away()
      if (dials) await retell.stop()
      await cluster.stop()
    }
  }
  return side
}

/** express: the first afternoon; fastify: after a week of tuning, its table with lz4. */
export async function peerSide(folder, name) {
  const cluster = await Cluster.start(folder, `pg-${name}`)
  await cluster.ask(readFileSync(join(PEERS, 'schema.sql'), 'utf8'))
  if (name === 'fastify') await cluster.ask('ALTER TABLE webhook_events ALTER payload SET COMPRESSION lz4')
  const port = await freePort()
  const environment = { WEBHOOK_KEY: KEYS.webhook, ...pgEnv(cluster.conninfo) }
  const { child, exited } = start(
    '/usr/bin/env',
    [...Object.entries(environment).map(pair => pair.join('=')), process.execPath, join(PEERS, `${name}.mjs`), String(port)],
    { stdio: ['ignore', 'ignore', 'inherit'] }
  )
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 404, `${name} was ready`)
  return {
    name,
    cluster,
    processes: false,
    port,
    path: '/webhook',
    key: KEYS.webhook,
    roots: { app: child.pid, postgres: cluster.process.pid },
    settle: () => cluster.settle(),
    stored: () => count(cluster, 'webhook_events'),
    processed: async () => 0,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
      await cluster.stop()
    }
  }
}

// ---- using them ----

const SIDES = {
  gateway: (folder, o) => gatewaySide(folder, 'gateway', { config: { workers: o.workers } }),
  cached: (folder, o) => gatewaySide(folder, 'cached', { config: { workers: o.workers, keys: { cache: '60s' } } }),
  express: folder => peerSide(folder, 'express'),
  fastify: folder => peerSide(folder, 'fastify')
}
export const isGateway = name => ['gateway', 'cached'].includes(name)

/** make: (folder) → something with stop(). Nothing of it is left afterwards. */
export async function inFolder(make, use) {
  const folder = new Folder()
  let made
  try {
    made = await make(folder)
    return await use(made)
  } finally {
    await made?.stop()
    folder.remove()
  }
}

export const withSide = (name, use, o) => inFolder(folder => SIDES[name](folder, o), use)

/** Runs the load on a side: what it told, and the CPU of the side's roots while it measured. */
export async function load(side, flags, hooks = {}) {
  const all = { P: side.port, u: side.path, k: side.key, ...flags }
  const args = Object.entries(all).flatMap(([name, value]) => ['-' + name, value])
  return { asked: flags.s, ...(await metered(built('loadgen/loadgen'), args, { roots: side.roots, ...hooks })) }
}

/** Waits until nothing is pending, at most so many seconds: what is left. */
export async function drained(side, seconds) {
  const end = Date.now() + seconds * 1000
  let left = await side.pending()
  while (left > 0 && Date.now() < end) {
    await sleep(500)
    left = await side.pending()
  }
  return left
}

/** Empty tables are planned for badly: some rows first, slowly enough for everybody. */
export async function fill(side, o) {
  await load(side, { s: o.bodies[0], c: o.connections, r: 300, t: 1 })
  if (side.processes) await drained(side, 10)
  await side.settle()
}
