// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What somebody would write in an afternoon instead: express, the provider's own SDK to verify, a pool of connections,
// one INSERT a webhook, 204 after its commit. It keeps the raw body in clear and processes nothing.
//
//   node express.mjs PORT   with WEBHOOK_KEY and libpq's PGHOST, PGPORT, PGUSER, PGDATABASE in the environment
import { randomUUID } from 'node:crypto'
import express from 'express'
import pg from 'pg'
import { Retell } from 'retell-sdk'

const KEY = process.env.WEBHOOK_KEY
const WORKSPACE = '6e0c3d3e-8a4f-4a54-9f6b-0b7c1d2e3f40'
const INSERT = {
  name: 'ingest',
  text:
    'INSERT INTO webhook_events (id, workspace_id, provider, provider_event_id, event_type, call_id, payload)' +
    ' VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, provider_event_id) DO NOTHING'
}
const pool = new pg.Pool({ max: 10 })

const app = express()
app.disable('x-powered-by')
app.post('/webhook', express.raw({ type: 'application/json', limit: '1mb' }), async (req, res) => {
  const text = req.body.toString('utf8')
  const signature = req.get('x-retell-signature')
  if (!signature || !(await Retell.verify(text, KEY, signature))) return res.status(401).end()
  const { event, call } = JSON.parse(text)
  await pool.query({
    ...INSERT,
    values: [randomUUID(), WORKSPACE, 'retell', `${call.call_id}:${event}`, event, call.call_id, req.body]
  })
  res.status(204).end()
})
app.listen(Number(process.argv[2]), '127.0.0.1')
