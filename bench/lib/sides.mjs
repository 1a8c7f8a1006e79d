// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The programs that are measured, each with a Postgres of its own, all behind the same face:
//
//   {name, port, path, key, roots: {app, postgres, ingest, engine}, processes, settle(), stored(), pending(),
//    processed(), stop()}
//
// roots: of the trees of processes whose CPU is read; ingest and engine are two of the gateway's backends in postgres.
// processes: whether it does anything with what it stored; stored: durable webhooks; pending: those of them not processed
// yet; processed: a counter.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Acme, AGENT } from '../../tests/scenarios/lib/acme.mjs'
import { conninfoString } from '../../tests/scenarios/lib/database.mjs'
import { Gateway } from '../../tests/scenarios/lib/gateway.mjs'
import { freePort, installed, start } from '../../tests/scenarios/lib/place.mjs'
import { eventually } from '../../tests/scenarios/lib/time.mjs'
import { RetellSimulator } from '../../tests/simulators/retell/simulator.mjs'
import { toldClock } from '../../tests/simulators/lib/told-clock.mjs'
import { Cluster } from './cluster.mjs'

const KEYS = { api: 'key_5ca1ab1e0ddba11c0ffee', webhook: 'key_ba5eba11facade0decade' }
const PEER = join(import.meta.dirname, '../peer')

const count = async (cluster, what) => Number((await cluster.ask(`SELECT count(*) AS n FROM ${what}`))[0].n)

/** A tenant, a connected workspace and the path of an agent's webhook, made as a user makes them. */
async function agentWebhook(gateway) {
  const clock = toldClock()
  const retell = await RetellSimulator.start({ apiKey: KEYS.api, webhookKey: KEYS.webhook, numbers: ['+14155550100'] })
  try {
    await gateway.bootstrap()
    const acme = new Acme({ gateway, retell, clock })
    await acme.connect()
    await gateway.post('/v1/agents/sync', { workspace_id: acme.workspace.id })
    const agent = (await gateway.list('/v1/agents')).find(one => one.provider_agent_id === AGENT)
    return new URL((await gateway.get(`/v1/agents/${agent.id}/webhook-url`)).url).pathname
  } finally {
    await retell.stop()
  }
}

/** config: what differs from a plain gateway. */
export async function gatewaySide(folder, name, config = {}) {
  const { prefix } = installed()
  const cluster = await Cluster.start(folder, `pg-${name}`)
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
  const { child, exited } = start(gateway.program, ['serve', '--config', gateway.configFile], {
    stdio: ['ignore', 'ignore', 'inherit']
  })
  Object.assign(gateway, { process: child, exited, database: cluster.conninfo })
  await eventually(async () => (await fetch(gateway.url + '/readyz')).ok, `${name} was ready`, { limit: '60s' })
  const path = await agentWebhook(gateway)
  const backend = async role =>
    (await cluster.ask(`SELECT pid FROM pg_stat_activity WHERE application_name = 'switchhook ${role}'`))[0].pid
  return {
    name,
    processes: true,
    port: gateway.port,
    path,
    key: KEYS.webhook,
    roots: {
      app: child.pid,
      postgres: cluster.process.pid,
      ingest: await backend('ingest'),
      engine: await backend('engine')
    },
    settle: () => cluster.settle(),
    stored: () => count(cluster, 'inbox'),
    pending: () => count(cluster, "inbox WHERE state = 'pending'"),
    processed: () => gateway.metric('switchhook_events_total', 'result="processed"'),
    stop: async () => {
      await gateway.stop()
      await cluster.stop()
    }
  }
}

export async function peerSide(folder, name) {
  const cluster = await Cluster.start(folder, `pg-${name}`)
  await cluster.ask(readFileSync(join(PEER, 'schema.sql'), 'utf8'))
  const port = await freePort()
  const { host, port: pgPort, user, dbname } = cluster.conninfo
  const environment = { WEBHOOK_KEY: KEYS.webhook, PGHOST: host, PGPORT: pgPort, PGUSER: user, PGDATABASE: dbname }
  const { child, exited } = start(
    '/usr/bin/env',
    [...Object.entries(environment).map(pair => pair.join('=')), process.execPath, join(PEER, 'express.mjs'), String(port)],
    { stdio: ['ignore', 'ignore', 'inherit'] }
  )
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 404, `${name} was ready`)
  return {
    name,
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
