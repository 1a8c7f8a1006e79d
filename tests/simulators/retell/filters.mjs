// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The lists of the simulated Retell: the filter grammar of POST /v3/list-calls, and paging with opaque keys. Strict
// where Retell's types are: an unknown filter or a wrong operator is a mistake of the caller and is told.
import { Refusal } from '../lib/refusal.mjs'

const STRINGS = ['from_number', 'to_number', 'batch_call_id']
const ENUMS = [
  'agent_tag',
  'call_status',
  'call_type',
  'direction',
  'disconnection_reason',
  'user_sentiment',
  'data_storage_setting'
]
const BOOLEANS = ['in_voicemail', 'call_successful']
const NUMBERS = ['start_timestamp', 'end_timestamp', 'duration_ms', 'combined_cost', 'e2e_latency_p50']
const MAPS = {
  metadata: 'metadata',
  dynamic_variables: 'retell_llm_dynamic_variables',
  custom_analysis_data: 'call_analysis.custom_analysis_data',
  custom_attributes: 'custom_attributes'
}
const PLACES = {
  user_sentiment: 'call_analysis.user_sentiment',
  in_voicemail: 'call_analysis.in_voicemail',
  call_successful: 'call_analysis.call_successful',
  combined_cost: 'call_cost.combined_cost',
  e2e_latency_p50: 'latency.e2e.p50'
}
// `registered` is not among the statuses that the filter knows.
const STATUSES = ['not_connected', 'ongoing', 'ended', 'error']

const OPERATORS = {
  string: {
    eq: (a, b) => a === b,
    ne: (a, b) => a !== b,
    sw: (a, b) => a.startsWith(b),
    ew: (a, b) => a.endsWith(b),
    co: (a, b) => a.includes(b)
  },
  number: {
    eq: (a, b) => a === b,
    ne: (a, b) => a !== b,
    gt: (a, b) => a > b,
    ge: (a, b) => a >= b,
    lt: (a, b) => a < b,
    le: (a, b) => a <= b
  },
  boolean: { eq: (a, b) => a === b },
  enum: { in: (a, list) => list.includes(a) },
  range: { bt: (a, [low, high]) => a >= low && a <= high }
}

const dig = (object, path) => path.split('.').reduce((at, key) => at?.[key], object)
const oneType = (a, b) => typeof a === typeof b

/** One filter as a function of the value it looks at. `types` are those allowed there. */
function condition(name, filter, types) {
  if (filter === null || typeof filter !== 'object' || Array.isArray(filter))
    throw new Refusal(400, `filter_criteria.${name} must be an object`)
  const { type, op, value } = filter
  if (!types.includes(type)) throw new Refusal(400, `filter_criteria.${name}.type must be one of ${types.join(', ')}`)
  if (type === 'present') {
    if (op !== 'pr' && op !== 'np') throw new Refusal(400, `filter_criteria.${name}.op must be pr or np`)
    return found => (found !== undefined) === (op === 'pr')
  }
  const operator = OPERATORS[type][op]
  if (!operator) throw new Refusal(400, `filter_criteria.${name}.op must be one of ${Object.keys(OPERATORS[type]).join(', ')}`)
  const right = { string: 'string', number: 'number', boolean: 'boolean' }[type]
  if (right ? typeof value !== right : !Array.isArray(value))
    throw new Refusal(400, `filter_criteria.${name}.value must be ${right ? 'a ' + right : 'an array'}`)
  if (type === 'range' && value.length !== 2) throw new Refusal(400, `filter_criteria.${name}.value must be two numbers`)
  // What a call does not have matches nothing: a ringing call has no start_timestamp yet.
  return found => found !== undefined && found !== null && (!right || oneType(found, value)) && operator(found, value)
}

function agents(list) {
  if (!Array.isArray(list) || !list.every(one => typeof one?.agent_id === 'string'))
    throw new Refusal(400, 'filter_criteria.agent must be an array of objects with agent_id')
  return call => list.some(one => one.agent_id === call.agent_id && (!one.version || one.version.includes(call.agent_version)))
}

function maps(name, list) {
  if (!Array.isArray(list)) throw new Refusal(400, `filter_criteria.${name} must be an array`)
  const tests = list.map(one => {
    if (typeof one?.key !== 'string') throw new Refusal(400, `filter_criteria.${name}[].key must be a string`)
    const test = condition(`${name}[${one.key}]`, one, ['string', 'number', 'boolean', 'enum', 'range', 'present'])
    return call => test(dig(call, MAPS[name])?.[one.key])
  })
  return call => tests.every(test => test(call))
}

/** Reads `filter_criteria` of v3 into one function: does this call match? */
export function callFilter(criteria = {}) {
  if (criteria === null || typeof criteria !== 'object' || Array.isArray(criteria))
    throw new Refusal(400, 'filter_criteria must be an object')
  const tests = Object.entries(criteria).map(([name, filter]) => {
    if (name === 'agent') return agents(filter)
    if (MAPS[name]) return maps(name, filter)
    const types = STRINGS.includes(name)
      ? ['string']
      : name === 'call_id'
        ? ['string', 'enum']
        : ENUMS.includes(name)
          ? ['enum']
          : BOOLEANS.includes(name)
            ? ['boolean']
            : NUMBERS.includes(name)
              ? ['number', 'range']
              : null
    if (!types) throw new Refusal(400, `filter_criteria.${name} is not a filter`)
    const test = condition(name, filter, types)
    if (name === 'call_status' && !filter.value.every(status => STATUSES.includes(status)))
      throw new Refusal(400, `filter_criteria.call_status.value must be of ${STATUSES.join(', ')}`)
    return call => test(dig(call, PLACES[name] ?? name))
  })
  return call => tests.every(test => test(call))
}

/** The older grammar of POST /v2/list-calls: plain arrays, thresholds, `metadata.key` with exact strings. */
export function legacyCallFilter(criteria = {}) {
  const tests = Object.entries(criteria).map(([name, wanted]) => {
    if (name === 'agent_id') return call => wanted.includes(call.agent_id)
    if (name.startsWith('metadata.')) return call => wanted.includes(call.metadata?.[name.slice(9)])
    if (Array.isArray(wanted)) return call => wanted.includes(dig(call, PLACES[name] ?? name))
    return call => {
      const found = dig(call, PLACES[name] ?? name)
      return (
        found !== undefined && found >= (wanted.lower_threshold ?? -Infinity) && found <= (wanted.upper_threshold ?? Infinity)
      )
    }
  })
  return call => tests.every(test => test(call))
}

// A key holds a place in the list, and signs that must be escaped in a query: who pastes it raw is found out.
const toKey = place => 'pk+/' + Buffer.from(JSON.stringify(place)).toString('base64')
function fromKey(key) {
  try {
    return JSON.parse(Buffer.from(key.slice(4), 'base64').toString())
  } catch {
    throw new Refusal(400, 'pagination_key is not one of ours')
  }
}

/**
 * One page of rows that are sorted already. `place(row)` must be unique and keep its worth while the list grows, so
 * that a row which comes in between two pages neither hides nor repeats another.
 */
export function page(rows, { limit = 50, pagination_key: key, skip, include_total: total }, place) {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new Refusal(400, 'limit must be an integer from 1 to 1000')
  if (key !== undefined && skip !== undefined) throw new Refusal(400, 'pagination_key and skip exclude each other')
  if (skip !== undefined && (!Number.isInteger(skip) || skip < 0)) throw new Refusal(400, 'skip must be an integer from 0')
  let from = skip ?? 0
  if (key !== undefined) {
    const last = fromKey(key)
    from = rows.findIndex(row => place(row) === last) + 1
    if (from === 0) throw new Refusal(400, 'pagination_key is not one of ours')
  }
  const items = rows.slice(from, from + limit)
  const more = from + limit < rows.length
  return {
    items,
    ...(more && { pagination_key: toKey(place(items.at(-1))) }),
    has_more: more,
    ...(total && { total: rows.length })
  }
}
