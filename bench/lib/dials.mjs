// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Real callbacks, through the API: calls that nobody answers, whose second attempts are then moved to where they are wanted.
import { setTimeout as sleep } from 'node:timers/promises'
import { FROM } from '../../tests/scenarios/lib/acme.mjs'
import { eventually } from '../../tests/scenarios/lib/time.mjs'
import { between, cpu } from './cpu.mjs'

const IN_FLIGHT = 16
/** A key may ask only so often. */
const CALLS_PER_KEY = 50
let serial = 0

async function inFlight(n, run) {
  let i = 0
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (i < n) await run(i++)
    })
  )
}

const number = () => '+1213' + String(2000000 + serial++).padStart(7, '0')

/** Second attempts of the account's tenant in a state; those of earlier plans among them. */
async function second(side, state) {
  side.whose ??= (await side.rows('SELECT bucket, tenant_id AS tenant FROM workspace WHERE workspace_id = $1', [side.acme.workspace.id]))[0]
  const { bucket, tenant } = side.whose
  return side.rows(
    'SELECT bucket, tenant_id AS tenant, callback_id AS id FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND attempt = 2 AND state = $3',
    [bucket, tenant, state]
  )
}

/**
 * n second attempts that wait: [{id}]. placed, if given, is told {us, ok} of the calls by which that was reached, from the
 * request to the last decision.
 */
export async function plan(side, n, placed = () => {}) {
  const { gateway, acme, retell } = side
  const had = new Set((await second(side, 'scheduled')).map(one => one.id))
  retell.forget()
  const callees = Array.from({ length: n }, number)
  for (const to of callees) retell.cast(to, 'no_answer', 'no_answer', 'no_answer')
  const keys = []
  for (let i = 0; i < n; i += CALLS_PER_KEY)
    keys.push((await gateway.post(`/v1/numbers/${acme.number.id}/outbound-keys`, { name: `bench ${serial} ${i}` })).key)
  const before = cpu(side.roots)
  await inFlight(n, async i => {
    const { status, body } = await acme.request({ to_number: callees[i], from_number: FROM }, { key: keys[i % keys.length] })
    if (status !== 201 && status !== 202) throw new Error(`placing a call: ${status} ${JSON.stringify(body)}`)
  })
  const all = await eventually(
    async () => {
      const now = (await second(side, 'scheduled')).filter(one => !had.has(one.id))
      return now.length >= n && now
    },
    `${n} calls were followed by another attempt`,
    { limit: '120s' }
  )
  placed({ ok: n, us: between(before, cpu(side.roots)) })
  return all
}

/**
 * Moves callbacks: at(i) is a time in ms, more than engine.poll ahead, since nobody tells the engine. Not through the API, which
 * lets a key ask only so often.
 */
export async function moveTo(side, planned, at) {
  const values = [planned[0].bucket, planned[0].tenant, planned.map(one => one.id), planned.map((one, i) => new Date(at(i)))]
  const whose = 'FROM unnest($3::uuid[], $4::timestamptz[]) v (id, due) WHERE bucket = $1 AND tenant_id = $2'
  await side.rows(`UPDATE callbacks SET due_at = v.due ${whose} AND callback_id = v.id`, values)
  await side.rows(`UPDATE due SET due_at = v.due ${whose} AND kind = 'dial' AND due.id = v.id`, values)
}

/** All of them at one moment, to their last decision: {ok, us}. */
export async function dialAll(side, planned) {
  const n = planned.length
  const at = Date.now() + 8000
  await moveTo(side, planned, () => at)
  await sleep(at - Date.now() - 100)
  const before = cpu(side.roots)
  const [{ bucket, tenant }] = planned
  const ids = planned.map(one => one.id)
  await eventually(
    async () => {
      const [{ left }] = await side.rows(
        'SELECT count(*)::int AS left FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = ANY ($3) AND ended_at IS NULL',
        [bucket, tenant, ids]
      )
      return left === 0
    },
    `${n} callbacks were dialled and decided`,
    { limit: '120s' }
  )
  return { ok: n, us: between(before, cpu(side.roots)) }
}
