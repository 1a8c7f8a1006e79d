// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The best that a week of tuning makes of Node: fastify, the signature by node:crypto, group commit by unnest: what came while the
// last commit was under way goes into the next statement. It keeps the raw body in clear and processes nothing.
//
//   node fastify.mjs PORT   with WEBHOOK_KEY and libpq's PGHOST, PGPORT, PGUSER, PGDATABASE in the environment
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'

const KEY = process.env.WEBHOOK_KEY
const WORKSPACE = '6e0c3d3e-8a4f-4a54-9f6b-0b7c1d2e3f40'
const INSERT = {
  name: 'batch',
  text:
    'INSERT INTO webhook_events (id, workspace_id, provider, provider_event_id, event_type, call_id, payload)' +
    ' SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])' +
    ' ON CONFLICT (workspace_id, provider_event_id) DO NOTHING'
}
const MOST = 256
const pool = new pg.Pool({ max: 10 })

let queue = []
let busy = false
async function flush() {
  busy = true
  while (queue.length) {
    const batch = queue.splice(0, MOST)
    const columns = batch[0].row.map((_, i) => batch.map(one => one.row[i]))
    try {
      await pool.query({ ...INSERT, values: columns })
      for (const one of batch) one.resolve()
    } catch (error) {
      for (const one of batch) one.reject(error)
    }
  }
  busy = false
}

function store(raw, { event, call }) {
  return new Promise((resolve, reject) => {
    const id = call.call_id
    queue.push({ row: [randomUUID(), WORKSPACE, 'retell', `${id}:${event}`, event, id, raw], resolve, reject })
    if (!busy) setImmediate(() => !busy && flush())
  })
}

function verified(raw, signature) {
  const match = /^v=(\d+),d=([0-9a-f]{64})$/.exec(signature ?? '')
  if (!match || Math.abs(Date.now() - Number(match[1])) > 300000) return false
  const mac = createHmac('sha256', KEY).update(raw).update(match[1]).digest()
  return timingSafeEqual(mac, Buffer.from(match[2], 'hex'))
}

const app = Fastify({ logger: false, bodyLimit: 1 << 20 })
app.removeContentTypeParser('application/json')
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (req, body, done) => done(null, body))
app.post('/webhook', async (req, reply) => {
  if (!verified(req.body, req.headers['x-retell-signature'])) return reply.code(401).send()
  await store(req.body, JSON.parse(req.body.toString('utf8')))
  return reply.code(204).send()
})
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
