// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What placing a call costs: through the API, from the request to the decision about its end, every transaction of docs/ring-once.md
// and two webhooks among it; and the request to the provider alone, by libcurl's multi interface and by evhttp's client.
import { createServer } from 'node:http'
import { plan } from '../lib/dials.mjs'
import { built, metered } from '../lib/meter.mjs'
import { digits, markdown, median, spread } from '../lib/report.mjs'
import { gatewaySide, inFolder } from '../lib/sides.mjs'

async function client(kind, o) {
  const server = createServer((req, res) => {
    req.resume().on('end', () => res.writeHead(201, { 'content-type': 'application/json' }).end('{"call_id":"one","call_status":"registered"}'))
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    return await metered(built('peers/outbound/outbound'), [kind, server.address().port, 16, o.seconds])
  } finally {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

export async function measure(o) {
  const calls = []
  const clients = { curl: [], evhttp: [] }
  await inFolder(
    folder => gatewaySide(folder, 'gateway', { config: { workers: o.workers }, dials: true }),
    async side => {
      await plan(side, 50)
      await side.settle()
      for (let round = 0; round < o.rounds; round++) {
        await plan(side, Math.min(o.dials, 300), run => calls.push(run))
        for (const kind of Object.keys(clients)) clients[kind].push(await client(kind, o))
        o.record('outbound', { round, call: calls.at(-1) })
      }
    }
  )
  const us = part => spread(calls.map(run => run.us[part] / run.ok))
  const total = median(calls.map(run => (run.us.app + run.us.postgres) / run.ok))
  const rows = [
    ['a call through the API, to its decision', us('app'), us('postgres'), digits(total)],
    ...Object.entries(clients).map(([kind, runs]) => [
      `the request alone, ${kind}`,
      spread(runs.map(run => run.self_us)),
      '',
      digits(median(runs.map(run => run.self_us)))
    ])
  ]
  return { text: `## Placing a call\n\n${markdown(['CPU us', 'program', 'Postgres', 'total'], rows)}` }
}
