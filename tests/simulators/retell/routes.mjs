// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The routes of Retell that a gateway uses, as a table. An answer is {status, body}; what Retell would refuse throws.
// Each works on the simulator's account and does its whole work at once, so that a fault can stand before or after it.
import { callFilter, legacyCallFilter, page } from './filters.mjs'
import { Refusal } from '../lib/refusal.mjs'
import { legacyNumber, agentVersion } from './world.mjs'
import { listRow } from './calls.mjs'

const E164 = /^\+[1-9]\d{1,14}$/
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value)
const ok = (body, status = 200) => ({ status, body })

const query = url => {
  const given = Object.fromEntries(url.searchParams)
  return {
    ...given,
    ...(given.limit !== undefined && { limit: Number(given.limit) }),
    ...(given.skip !== undefined && { skip: Number(given.skip) })
  }
}
const ordered = (rows, order) => {
  if (order !== undefined && order !== 'ascending' && order !== 'descending')
    throw new Refusal(400, 'sort_order must be ascending or descending')
  return order === 'ascending' ? rows.toReversed() : rows
}

/** Fields of a body against their types: {name: [needed, test, what it should be]}. */
function checked(body, fields) {
  if (!isObject(body)) throw new Refusal(400, 'the body must be a JSON object')
  for (const [name, [needed, test, what]] of Object.entries(fields)) {
    if (body[name] === undefined ? needed : !test(body[name])) throw new Refusal(400, `${name} must be ${what}`)
  }
  return body
}
const e164 = value => typeof value === 'string' && E164.test(value)
const strings = value => isObject(value) && Object.values(value).every(one => typeof one === 'string')
const text = value => typeof value === 'string'

const dialFields = {
  from_number: [true, e164, 'a number in E.164'],
  to_number: [true, e164, 'a number in E.164'],
  override_agent_id: [false, text, 'a string'],
  override_agent_version: [false, value => Number.isInteger(value) || text(value), 'an integer or a string'],
  metadata: [false, value => isObject(value) && JSON.stringify(value).length <= 50000, 'an object of at most 50 kB'],
  retell_llm_dynamic_variables: [false, strings, 'an object with values of type string'],
  custom_sip_headers: [
    false,
    value => strings(value) && Object.keys(value).every(name => /^x-/i.test(name)),
    'an object of strings with names that begin with X-'
  ]
}

/** Who would speak on this number: the override, else one of the bound agents by weight. */
function dialAgent(sim, body, channel, bound) {
  const id = body.override_agent_id ?? pick(bound, sim.random)?.agent_id
  const agent = sim.agents.get(id)
  if (!agent || agent.channel !== channel)
    throw new Refusal(
      422,
      id ? `no ${channel} agent ${id} under this key` : `no ${channel} agent is bound to ${body.from_number}`
    )
  const wanted =
    body.override_agent_version ?? (body.override_agent_id ? 'latest' : bound.find(one => one.agent_id === id).agent_version)
  const version = agentVersion(agent, wanted)
  if (!version) throw new Refusal(422, `agent ${id} has no version ${wanted}`)
  return version
}

function pick(bound, random) {
  let mark = random() * (bound ?? []).reduce((sum, one) => sum + one.weight, 0)
  return bound?.find(one => (mark -= one.weight) < 0) ?? bound?.at(-1)
}

function ownNumber(sim, number) {
  const found = sim.numbers.get(number)
  if (!found) throw new Refusal(422, `no number ${number} under this key`)
  return found
}

function agentDetail(channel) {
  return (sim, { params, url }) => {
    const agent = sim.agents.get(params[0])
    const version = agent?.channel === channel && agentVersion(agent, url.searchParams.get('version') ?? undefined)
    if (!version) throw new Refusal(422, `no such ${channel} agent or version`)
    return ok(version)
  }
}

/** Calls that lists show by now, newest first. Those that never started stand where they were created. */
function listed(sim, filter) {
  return sim.listable
    .filter(one => sim.settings.list_registered || one.call.call_status !== 'registered')
    .map(one => ({ at: one.call.start_timestamp ?? one.created_at, row: listRow(one.call) }))
    .filter(({ row }) => filter(row))
    .toReversed()
    .sort((a, b) => b.at - a.at)
    .map(({ row }) => row)
}

export const ROUTES = [
  [
    'list_phone_numbers',
    'GET',
    /^\/v2\/list-phone-numbers$/,
    (sim, { url }) => {
      const given = query(url)
      const rows = ordered([...sim.numbers.values()], given.sort_order)
      return ok(sim.settings.numbers_as_array ? rows : page(rows, given, row => row.phone_number))
    }
  ],
  [
    'list_phone_numbers_legacy',
    'GET',
    /^\/list-phone-numbers$/,
    sim => ok([...sim.numbers.values()].map(legacyNumber)),
    'legacy'
  ],
  ['get_phone_number', 'GET', /^\/get-phone-number\/([^/]+)$/, (sim, { params }) => ok(ownNumber(sim, params[0]))],
  [
    'list_agents',
    'POST',
    /^\/v2\/list-agents$/,
    (sim, { url, body = {} }) => {
      const { channel, query: words } = checked(body, { filter_criteria: [false, isObject, 'an object'] }).filter_criteria ?? {}
      if (channel && !(channel.type === 'string' && channel.op === 'eq'))
        throw new Refusal(400, 'filter_criteria.channel must be {type: string, op: eq, value}')
      const given = query(url)
      const rows = [...sim.agents.values()]
        .filter(one => !channel || one.channel === channel.value)
        .filter(one => !words || one.agent_id.includes(words) || one.agent_name.includes(words))
        .map(({ versions, ...row }) => ({
          ...row,
          tags: Object.fromEntries(versions.flatMap(one => one.assigned_tags.map(tag => [tag, { version: one.version }])))
        }))
      return ok(page(ordered(rows, given.sort_order), given, row => row.agent_id))
    }
  ],
  ['get_agent', 'GET', /^\/get-agent\/([^/]+)$/, agentDetail('voice')],
  ['get_chat_agent', 'GET', /^\/get-chat-agent\/([^/]+)$/, agentDetail('chat')],
  [
    'list_agent_versions',
    'GET',
    /^\/list-agent-versions\/([^/]+)$/,
    (sim, { params, url }) => {
      const agent = sim.agents.get(params[0])
      if (!agent) throw new Refusal(422, 'no such agent')
      const rows = agent.versions.map(({ version, is_published: published, last_modification_timestamp: at }) => ({
        version,
        is_published: published,
        last_modification_timestamp: at
      }))
      return ok(page(rows, query(url), row => row.version))
    }
  ],
  [
    'create_phone_call',
    'POST',
    /^\/v2\/create-phone-call$/,
    (sim, { body, at }) => {
      checked(body, dialFields)
      const agent = dialAgent(sim, body, 'voice', ownNumber(sim, body.from_number).outbound_agents)
      return ok(sim.place(body, agent, at), 201)
    }
  ],
  [
    'get_call',
    'GET',
    /^\/v2\/get-call\/([^/]+)$/,
    (sim, { params }) => {
      const found = sim.calls.get(params[0])
      if (!found) throw new Refusal(422, `no call ${params[0]} under this key`)
      return ok(found.call)
    }
  ],
  [
    'list_calls',
    'POST',
    /^\/v3\/list-calls$/,
    (sim, { body = {} }) => {
      checked(body, { filter_criteria: [false, isObject, 'an object'] })
      return ok(page(ordered(listed(sim, callFilter(body.filter_criteria)), body.sort_order), body, row => row.call_id))
    }
  ],
  [
    'list_calls_legacy',
    'POST',
    /^\/v2\/list-calls$/,
    (sim, { body = {} }) => {
      const rows = ordered(listed(sim, legacyCallFilter(body.filter_criteria)), body.sort_order)
      const from = rows.findIndex(row => row.call_id === body.pagination_key) + 1
      return ok(rows.slice(from, from + (body.limit ?? 50)))
    },
    'legacy'
  ],
  [
    'stop_call',
    'POST',
    /^\/v2\/stop-call\/([^/]+)$/,
    (sim, { params }) => {
      if (!sim.calls.has(params[0])) throw new Refusal(422, `no call ${params[0]} under this key`)
      sim.stopCall(params[0])
      return ok(undefined, 204)
    }
  ],
  [
    'get_concurrency',
    'GET',
    /^\/get-concurrency$/,
    sim =>
      ok({
        current_concurrency: [...sim.calls.values()].filter(one => ['registered', 'ongoing'].includes(one.call.call_status))
          .length,
        concurrency_limit: 20,
        base_concurrency: 20,
        purchased_concurrency: 0,
        concurrency_purchase_limit: 100,
        remaining_purchase_limit: 100,
        concurrency_burst_enabled: false,
        concurrency_burst_limit: 0,
        reserved_inbound_concurrency: 5
      })
  ],
  [
    'create_sms_chat',
    'POST',
    /^\/create-sms-chat$/,
    (sim, { body }) => {
      checked(body, dialFields)
      const agent = dialAgent(sim, body, 'chat', ownNumber(sim, body.from_number).outbound_sms_agents)
      return ok(sim.startChat(body, agent))
    }
  ],
  [
    'get_chat',
    'GET',
    /^\/get-chat\/([^/]+)$/,
    (sim, { params }) => {
      const found = sim.chats.get(params[0])
      if (!found) throw new Refusal(422, 'no such chat')
      return ok(found)
    }
  ]
]
