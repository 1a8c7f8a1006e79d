// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The routes of Bland that a gateway uses, as a table. An answer is {status, body}; what Bland would refuse throws.
import { Refusal } from '../lib/refusal.mjs'
import { listRow } from './calls.mjs'

const E164 = /^\+[1-9]\d{1,14}$/
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value)
const ok = body => ({ status: 200, body })
const fresh = data => ok({ data, errors: null })
const bare = number => number.replace(/^\+/, '')

// ---- numbers ----

/** The rows of one list; the key of the own Twilio shows that account's, and nothing else does. */
function rows(sim, list, key) {
  if (key !== undefined && key !== sim.account.encrypted_key) throw new Refusal(500, 'Invalid `encrypted_key`.')
  return [...sim.numbers.values()].filter(one => one.list === list && one.own === (key !== undefined)).map(one => one.row)
}

// ---- placing a call ----

const string = value => typeof value === 'string'
const FIELDS = {
  phone_number: string,
  from: value => string(value) && E164.test(value),
  task: string,
  pathway_id: string,
  pathway_version: value => Number.isInteger(value) || ['production', 'staging'].includes(value),
  persona_id: string,
  agent_id: string,
  request_data: isObject,
  metadata: isObject,
  webhook: value => string(value) && value.startsWith('https://'),
  webhook_events: Array.isArray,
  max_duration: value => value >= 1 && value <= 720,
  voicemail: isObject,
  dispositions: Array.isArray,
  record: value => typeof value === 'boolean',
  citation_schema_ids: Array.isArray,
  voice: string,
  language: string,
  model: value => ['base', 'turbo'].includes(value),
  first_sentence: string,
  wait_for_greeting: value => typeof value === 'boolean',
  summary_prompt: value => string(value) && value.length <= 2000,
  timezone: string,
  retry: isObject,
  start_time: string,
  dialing_strategy: isObject,
  transfer_phone_number: string,
  transfer_list: isObject,
  guard_rails: Array.isArray,
  tools: Array.isArray,
  dynamic_data: Array.isArray,
  keywords: Array.isArray,
  post_call_evals: () => true,
  precall_dtmf_sequence: string
}

function checked(sim, body, { at, key }) {
  if (!isObject(body)) throw new Refusal(400, 'Invalid parameters', { errors: ['The body must be an object.'] })
  const errors = []
  for (const name of Object.keys(body)) {
    if (!FIELDS[name]) errors.push(`Additional properties are not allowed: ${name}.`)
    else if (name !== 'phone_number' && name !== 'from' && !FIELDS[name](body[name])) errors.push(`Invalid parameter: ${name}.`)
  }
  if (body.phone_number === undefined) errors.push('Missing required parameter: phone_number.')
  const agents = ['pathway_id', 'persona_id', 'agent_id'].filter(name => body[name] !== undefined)
  if (!agents.length && body.task === undefined) errors.push('Missing required parameter: task.')
  if (body.agent_id !== undefined && agents.length > 1) errors.push('agent_id excludes pathway_id and persona_id.')
  if (errors.length) throw new Refusal(400, 'Invalid parameters', { errors })
  if (!E164.test(body.phone_number)) throw new Refusal(400, `Invalid phone number: ${body.phone_number}`)
  checkedFrom(sim, body, key)
  checkedAgent(sim, body)
  checkedCallee(sim, body, at)
}

// Without a number Bland takes one of its pool, which nobody here should come to.
function checkedFrom(sim, { from }, key) {
  const number = sim.numbers.get(from)
  if (!number) throw new Refusal(400, `Invalid 'from' number: ${from}`)
  if (number.own !== (key !== undefined)) throw new Refusal(500, 'BYOT Number needs the `encrypted_key` of its account.')
  if (key !== undefined && key !== sim.account.encrypted_key) throw new Refusal(500, 'Invalid `encrypted_key`.')
}

function checkedAgent(sim, { pathway_id: pathway, pathway_version: version, persona_id: persona, agent_id: agent }) {
  const found = sim.pathways.find(one => one.id === pathway)
  if (pathway !== undefined && !found) throw new Refusal(404, 'Pathway not found')
  if (Number.isInteger(version) && !found?.versions.includes(version)) throw new Refusal(404, 'Pathway version not found')
  if (persona !== undefined && !sim.personas.some(one => one.id === persona && !one.deleted_at))
    throw new Refusal(404, 'Persona not found')
  if (agent !== undefined && !sim.agents.some(one => one.agent_id === agent)) throw new Refusal(404, 'Agent not found')
}

function checkedCallee(sim, { phone_number: to }, at) {
  if (sim.account.dnc.has(to))
    throw new Refusal(
      400,
      'Number found in DNC list. You cannot dial sensitive numbers. More attempts will result in being blocked.',
      { status: 'DNC Error' }
    )
  if (sim.account.blacklist.has(to)) throw new Refusal(429, 'This number is blacklisted.')
  const recent = [...sim.calls.values()].some(one => one.to === to && at - one.created_at < sim.settings.same_number_ms)
  if (recent)
    throw new Refusal(429, 'Calls can only be sent every 10 seconds to the same number. Please try again in a few seconds.')
}

// ---- lists of calls ----

const shown = (sim, call) => {
  const { plus_in_lists: plus } = sim.settings
  return { ...listRow(call), ...(!plus && { to: bare(call.to), from: bare(call.from) }) }
}

/** Rows from `from` to `to`, which count rows; numbers have parameters of their own. Newest first, unless told otherwise. */
function listed(sim, query) {
  const given = name => query.get(name) ?? undefined
  const [since, until] = ['start_date', 'end_date'].map(name => (given(name) === undefined ? undefined : Date.parse(given(name))))
  if (Number.isNaN(since) || Number.isNaN(until)) throw new Refusal(400, 'Invalid parameters', { errors: ['Invalid date.'] })
  const all = sim.listable
    .map(one => ({ at: one.created_at, row: shown(sim, one.call) }))
    .filter(({ at }) => !(at < since) && !(at >= until))
    .map(({ row }) => row)
    .filter(row => ['to', 'from'].every(name => (given(`${name}_number`) ?? row[name]) === row[name]))
    .filter(row => ['inbound', 'completed'].every(name => (given(name) ?? String(row[name])) === String(row[name])))
  if (given('ascending') !== 'true') all.reverse()
  const from = Number(given('from') ?? 0)
  const to = Math.min(Number(given('to') ?? Infinity), from + Math.min(Number(given('limit') ?? 1000), 1000))
  const calls = all.slice(from, to)
  return { total_count: all.length, count: calls.length, calls }
}

export const ROUTES = [
  ['me', 'GET', /^\/v1\/me$/, sim => ok({ status: 'active', billing: { current_balance: 120.5, refill_to: null }, total_calls: sim.calls.size })],
  ['list_inbound', 'GET', /^\/v1\/inbound$/, (sim, { req }) => ok({ inbound_numbers: rows(sim, 'inbound', req.headers.encrypted_key) })],
  ['list_outbound', 'GET', /^\/v1\/outbound$/, sim => ok({ outbound_numbers: rows(sim, 'outbound') })],
  ['list_sip', 'GET', /^\/v1\/sip\/numbers$/, sim => fresh({ numbers: rows(sim, 'sip') }), 'sip'],
  [
    'list_personas',
    'GET',
    /^\/v1\/personas$/,
    (sim, { url }) => {
      const limit = Number(url.searchParams.get('limit') ?? 20)
      const page = Number(url.searchParams.get('page') ?? 1)
      if (!(limit >= 1 && limit <= 100 && page >= 1)) throw new Refusal(400, 'limit must be 1 to 100', { code: 'invalid_parameter' })
      return fresh(sim.personas.slice((page - 1) * limit, page * limit))
    }
  ],
  [
    'list_pathways',
    'GET',
    /^\/v1\/pathway$/,
    sim => {
      const list = sim.pathways.map(({ versions, ...row }) => row)
      return ok({ array: list, wrapped: { pathways: list.map(({ id, ...row }) => ({ pathway_id: id, ...row })) }, data: { data: list } }[sim.settings.pathways_as])
    }
  ],
  ['list_agents', 'GET', /^\/v1\/agents$/, sim => ok({ agents: sim.agents })],
  [
    'create_call',
    'POST',
    /^\/v1\/calls$/,
    (sim, { body, at = sim.clock.now(), req }) => {
      checked(sim, body, { at, key: req.headers.encrypted_key })
      const call = sim.place(body, at)
      return ok({ status: 'success', message: 'Call successfully queued.', call_id: call.call_id, batch_id: null })
    }
  ],
  ['list_calls', 'GET', /^\/v1\/calls$/, (sim, { url }) => ok(listed(sim, url.searchParams))],
  [
    'get_call',
    'GET',
    /^\/v1\/calls\/([^/]+)$/,
    (sim, { params: [id] }) => {
      const found = sim.calls.get(id)
      if (!found) throw new Refusal(404, 'Call not found')
      const { body = {} } = found
      return ok({ ...found.call, request_data: body, endpoint_url: 'api.prod.bland.ai', analysis: null, citations: found.call.citations ?? [] })
    }
  ],
  [
    'stop_call',
    'POST',
    /^\/v1\/calls\/([^/]+)\/stop$/,
    (sim, { params: [id] }) => {
      sim.stopCall(id)
      return ok({ status: 'success', message: 'Call ended successfully.' })
    }
  ]
]
