// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What is under each half of the gateway: bare evhttp, which takes the same requests and answers 204; and Postgres, which takes
// rows of the same shape in arrays of 64 from one connection that does nothing else.
//
// "same statement" is the gateway's own INSERT. "plain insert" is that without its look into the day before and without what
// it returns, into the same table: what the goal compares with. Bodies have the mean size of those that the gateway stored,
// and are random bytes, since what is sealed cannot be compressed any more; the column is storage external, as it stands.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, start } from '../../tests/scenarios/lib/place.mjs'
import { eventually } from '../../tests/scenarios/lib/time.mjs'
import { goal } from '../lib/goals.mjs'
import { built, metered, pgEnv } from '../lib/meter.mjs'
import { digits, grouped, markdown, median, spread } from '../lib/report.mjs'
import { fill, gatewaySide, inFolder, load } from '../lib/sides.mjs'

export const STATEMENTS = join(import.meta.dirname, '../../gateway/store/statements')

/** evhttp alone, behind the face of a side. */
export async function bareSide(wrap = []) {
  const port = await freePort()
  const [program, ...args] = [...wrap, built('peers/http-ceiling/bare'), String(port)]
  const { child, exited } = start(program, args)
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/`)).status === 204, 'evhttp answered')
  return {
    name: 'evhttp',
    port,
    path: '/webhook',
    key: 'none',
    roots: { app: child.pid },
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    }
  }
}

function plainInsert(folder) {
  const own = readFileSync(join(STATEMENTS, 'inbox_insert.sql'), 'utf8')
  const plain = own.replace(/ WHERE NOT EXISTS[\s\S]*?(?=ON CONFLICT)/, '').replace(/RETURNING[\s\S]*$/, '')
  if (plain.length > own.length - 40) throw new Error('inbox_insert.sql is not what limits.mjs expects')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'plain_insert.sql'), plain)
  return join(folder, 'plain_insert')
}

/** The gateway takes in; then, with the gateway gone, pgins has its database, with the rows that are there. */
async function gatewayAndInserts(side, o, body, event) {
  await fill(side, o)
  const taken = await load(side, { s: body, e: event, c: o.connections, t: o.seconds })
  const [{ size }] = await side.cluster.ask("SELECT round(avg(octet_length(body))) AS size FROM inbox WHERE state = 'pending'")
  await side.away()
  const inserts = {}
  for (const [name, statement] of [
    ['same statement', join(STATEMENTS, 'inbox_insert')],
    ['plain insert', plainInsert(side.gateway.folder.join('statements'))]
  ]) {
    await side.settle()
    inserts[name] = await metered(built('peers/pglimits/pgins'), [statement, '-b', 64, '-s', size, '-t', o.seconds], {
      env: pgEnv(side.cluster.conninfo),
      roots: { postgres: side.roots.postgres }
    })
  }
  return { taken, inserts, size: Number(size) }
}

export async function measure(o) {
  const runs = []
  for (const body of o.bodies)
    for (let round = 0; round < o.rounds; round++) {
      const bare = await inFolder(() => bareSide(), side => load(side, { s: body, c: o.connections, t: o.seconds }))
      for (const event of o.events) {
        const run = await inFolder(
          folder => gatewaySide(folder, 'gateway', { config: { workers: o.workers } }),
          side => gatewayAndInserts(side, o, body, event)
        )
        runs.push({ body, event, bare, ...run })
        o.record('limits', runs.at(-1))
      }
      o.say(`limits, ${body} bytes, round ${round + 1}`)
    }

  const us = (told, part) => told.us[part] / told.ok
  // Without the backend that processes.
  const postgres = run => us(run.taken, 'postgres') - us(run.taken, 'engine')
  const rows = grouped(runs, run => run.body + run.event).map(of => {
    const against = (mine, other) => `${spread(of.map(other))}, ${(median(of.map(mine)) / median(of.map(other))).toFixed(2)}`
    const app = run => us(run.taken, 'app')
    return [
      of[0].body,
      of[0].event,
      spread(of.map(app)),
      against(app, run => us(run.bare, 'app')),
      digits(median(of.map(run => run.size)), 0),
      spread(of.map(postgres)),
      against(postgres, run => us(run.inserts['same statement'], 'postgres')),
      against(postgres, run => us(run.inserts['plain insert'], 'postgres'))
    ]
  })
  const goals = grouped(runs, run => run.body + run.event).flatMap(of => {
    const ratio = (mine, other) => median(of.map(mine)) / median(of.map(other))
    const { body, event } = of[0]
    return [
      goal('G4', `gateway's CPU beside bare evhttp, ${body} bytes, ${event}`, {
        most: body < 10000 ? 1.6 : 2.5,
        value: ratio(
          run => us(run.taken, 'app'),
          run => us(run.bare, 'app')
        ),
        unit: '×'
      }),
      goal('G5', `Postgres's CPU without processing, beside plain inserts of 64, ${body} bytes, ${event}`, {
        most: 1.3,
        value: ratio(postgres, run => us(run.inserts['plain insert'], 'postgres')),
        unit: '×'
      })
    ]
  })
  const head = ['bytes', 'event', 'gateway us', 'evhttp us, times', 'stored bytes', 'Postgres us without processing']
  head.push('same statement by 64, times', 'plain insert by 64, times')
  return { text: `## What is under it\n\n${markdown(head, rows)}`, goals }
}
