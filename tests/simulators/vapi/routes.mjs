// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The routes of Vapi that a gateway uses, as a table. An answer is {status, body}; what Vapi would refuse throws. Each works on the
// simulator's organisation and does its whole work at once, so that a fault can stand before or after it.
import { Refusal } from '../lib/refusal.mjs'

const E164 = /^\+[1-9]\d{1,14}$/
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value)
const ok = (body, status = 200) => ({ status, body })
/** What is wrong with a request's fields comes as a list. */
const invalid = (...faults) => {
  throw new Refusal(400, faults)
}

// ---- lists ----

const BOUNDS = ['createdAt', 'updatedAt'].flatMap(name => ['Gt', 'Lt', 'Ge', 'Le'].map(op => name + op))
const COMPARE = { Gt: (a, b) => a > b, Lt: (a, b) => a < b, Ge: (a, b) => a >= b, Le: (a, b) => a <= b }

/** Times are shown in milliseconds, and kept finer than that. */
const KEPT_FINER_MS = 0.5

/** The rows that a query wants, in an order that nobody has promised. */
function listed(sim, rows, url, more = []) {
  const given = Object.fromEntries(url.searchParams)
  const strange = Object.keys(given).filter(name => !['limit', ...BOUNDS, ...more].includes(name))
  if (strange.length) invalid(...strange.map(name => `property ${name} should not exist`))
  const limit = Number(given.limit ?? 100)
  if (!(Number.isInteger(limit) && limit >= 0 && limit <= 1000)) invalid('limit must not be greater than 1000')
  for (const name of BOUNDS.filter(one => given[one] !== undefined)) {
    const bound = Date.parse(given[name])
    if (Number.isNaN(bound)) invalid(`${name} must be a Date instance`)
    rows = rows.filter(row => COMPARE[name.slice(-2)](Date.parse(row[name.slice(0, -2)]) + KEPT_FINER_MS, bound))
  }
  for (const name of more) rows = rows.filter(row => given[name] === undefined || row[name] === given[name])
  rows = rows.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
  return (sim.settings.oldest_first ? rows : rows.toReversed()).slice(0, limit)
}

const list = rows => (sim, { url }) => {
  const found = listed(sim, [...rows(sim).values()], url)
  return ok(sim.settings.wrapped_lists ? { results: found } : found)
}
const one = (rows, what) => (sim, { params }) => {
  const found = rows(sim).get(params[0])
  if (!found) throw new Refusal(404, `Couldn't Find ${what} ${params[0]}`)
  return ok(found)
}
const byId = numbers => new Map([...numbers.values()].map(number => [number.id, number]))

// ---- POST /call ----

const CALL_FIELDS = [
  'assistantVersion',
  'transport',
  'customers',
  'name',
  'schedulePlan',
  'assistantId',
  'assistant',
  'assistantOverrides',
  'squadId',
  'squad',
  'squadOverrides',
  'phoneNumberId',
  'phoneNumber',
  'customerId',
  'customer'
]

function checkCall(body) {
  if (!isObject(body)) invalid('the body must be an object')
  const faults = Object.keys(body)
    .filter(name => !CALL_FIELDS.includes(name))
    .map(name => `property ${name} should not exist`)
  const { customer, name, assistantOverrides, squadOverrides } = body
  const need = (holds, fault) => holds || faults.push(fault)
  need(!body.customers && !body.schedulePlan && !body.phoneNumber && !body.assistant && !body.squad, 'this simulator places one call at once')
  need(
    ['assistantId', 'squadId'].filter(key => body[key]).length === 1,
    'exactly one of assistantId, assistant, squadId, squad is needed'
  )
  need(UUID.test(body.phoneNumberId ?? ''), 'phoneNumberId must be a UUID')
  need(isObject(customer), 'customer must be an object')
  need(
    E164.test(customer?.number ?? ''),
    'customer.number must be a valid phone number in the E.164 format. Hot tip, you may be missing the country code (Eg. US: +1).'
  )
  for (const [key, value] of Object.entries({ name, 'customer.name': customer?.name, 'customer.externalId': customer?.externalId }))
    need(value === undefined || (typeof value === 'string' && value.length <= 40), `${key} must be shorter than or equal to 40 characters`)
  for (const overrides of [assistantOverrides, squadOverrides])
    need(overrides === undefined || isObject(overrides), 'overrides must be an object')
  if (faults.length) invalid(...faults)
}

function createCall(sim, { body, at }) {
  checkCall(body)
  const number = byId(sim.numbers).get(body.phoneNumberId)
  if (!number) invalid(`Couldn't Find Phone Number ${body.phoneNumberId}`)
  if (body.assistantId && !sim.assistants.has(body.assistantId)) invalid(`Couldn't Find Assistant ${body.assistantId}`)
  if (body.squadId && !sim.squads.has(body.squadId)) invalid(`Couldn't Find Squad ${body.squadId}`)
  const limit = sim.settings.concurrency_limit
  if (sim.active >= limit) throw new Refusal(400, 'Over Concurrency Limit')
  const call = sim.place(body, number, at)
  const left = Math.max(0, limit - sim.active)
  return ok(
    { subscriptionLimits: { concurrencyBlocked: false, concurrencyLimit: limit, remainingConcurrentCalls: left }, ...call },
    201
  )
}

export const ROUTES = [
  ['list_phone_numbers', 'GET', /^\/phone-number$/, list(sim => sim.numbers)],
  ['get_phone_number', 'GET', /^\/phone-number\/([^/]+)$/, one(sim => byId(sim.numbers), 'Phone Number')],
  [
    'list_phone_numbers_v2',
    'GET',
    /^\/v2\/phone-number$/,
    (sim, { url }) => {
      const [page, limit] = ['page', 'limit'].map(name => Number(url.searchParams.get(name) ?? { page: 1, limit: 100 }[name]))
      const rows = [...sim.numbers.values()].toReversed()
      const pages = Math.ceil(rows.length / limit)
      return ok({
        results: rows.slice((page - 1) * limit, page * limit),
        metadata: { itemsPerPage: limit, totalItems: rows.length, currentPage: page, totalPages: pages, hasNextPage: page < pages }
      })
    }
  ],
  ['list_assistants', 'GET', /^\/assistant$/, list(sim => sim.assistants)],
  ['get_assistant', 'GET', /^\/assistant\/([^/]+)$/, one(sim => sim.assistants, 'Assistant')],
  ['list_squads', 'GET', /^\/squad$/, list(sim => sim.squads)],
  ['create_call', 'POST', /^\/call$/, createCall],
  [
    'list_calls',
    'GET',
    /^\/call$/,
    (sim, { url }) => ok(listed(sim, sim.listable.map(entry => entry.call), url, ['id', 'assistantId', 'phoneNumberId']))
  ],
  [
    'get_call',
    'GET',
    /^\/call\/([^/]+)$/,
    (sim, { params }) => {
      const found = sim.calls.get(params[0])
      if (!found) throw new Refusal(404, `Couldn't Find Call ${params[0]}`)
      return ok(found.call)
    }
  ],
  [
    'update_call',
    'PATCH',
    /^\/call\/([^/]+)$/,
    (sim, { params, body }) => {
      const entry = sim.calls.get(params[0])
      if (!entry) throw new Refusal(404, `Couldn't Find Call ${params[0]}`)
      entry.call = { ...entry.call, name: body.name }
      return ok(entry.call)
    }
  ]
]
