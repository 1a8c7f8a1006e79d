// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A Retell to try things on. Written from Retell's published facts alone; it shares no code with the gateway.
//
//   const retell = await RetellSimulator.start({ apiKey, webhookKey, numbers: ['+14155550100'] })
import { randomBytes } from 'node:crypto'
import { Simulator } from '../lib/simulator.mjs'
import { analyzed, connected, newCall, over } from './calls.mjs'
import { script } from './humans.mjs'
import { ROUTES } from './routes.mjs'
import { RetellWebhooks } from './webhooks.mjs'
import { agentVersion, defaultAgents, newNumber } from './world.mjs'

export class RetellSimulator extends Simulator {
  static script = script
  static Webhooks = RetellWebhooks
  static routes = ROUTES
  static settings = {
    list_registered: false, // whether lists show calls that still ring
    legacy: true, // whether the routes of before 2026 are still served
    numbers_as_array: false, // /v2/list-phone-numbers answers as its predecessor did
    callback_fields: { wanted: 'switchhook_callback', time: 'switchhook_callback_time' },
    metadata: { dial: 'sh_dial_id', callback: 'sh_callback_id', attempt: 'sh_attempt' }
  }

  agents = new Map()
  chats = new Map()
  account = { webhook_url: null }
  random = Math.random

  constructor({ numbers = [], agents, ...options }) {
    super(options)
    const at = this.clock.now()
    for (const agent of agents ?? defaultAgents(at)) this.agents.set(agent.agent_id, agent)
    const voice = [...this.agents.values()].filter(one => one.channel === 'voice').slice(0, 1)
    for (const number of numbers) this.numbers.set(number, newNumber(number, { agents: voice, at }))
  }

  // ---- its dashboard ----

  actions = {
    //   PUT /_sim/account   {webhook_url}   the account's URL
    'PUT account': (sim, { body }) => Object.assign(sim.account, { webhook_url: body.webhook_url ?? null }),
    //   PUT /_sim/agents/ID {webhook_url}   an agent's own URL
    'PUT agents': (sim, { id, body }) => sim.setAgentWebhook(id, body.webhook_url ?? null)
  }

  setAgentWebhook(id, url) {
    const agent = this.agents.get(id)
    if (!agent) throw new Error(`no agent ${id}`)
    for (const version of agent.versions) version.webhook_url = url
    agent.user_modified_timestamp = this.clock.now()
  }

  // ---- its words ----

  pages = {
    isLater: ({ raw, query }) => /pagination_key/.test(raw + query),
    promising: body => ({ ...body, items: [], pagination_key: 'pk+/the next', has_more: true }),
    another: (body, key) => ({ ...body, pagination_key: `pk+/${key}`, has_more: true })
  }

  /** Retell has free text and no machine code. */
  refusalBody({ message }) {
    return { status: 'error', message }
  }

  concerns({ route, body }, [id]) {
    return route === 'get_call' ? this.calls.get(id)?.to : (body?.to_number ?? body?.filter_criteria?.to_number?.value)
  }

  createdId(body) {
    return body.call_id
  }

  marks({ metadata }) {
    const { dial, callback, attempt } = this.settings.metadata
    return { dial: metadata?.[dial], callback: metadata?.[callback], attempt: metadata?.[attempt] }
  }

  get state() {
    return { ...super.state, account: this.account, chats: [...this.chats.values()] }
  }

  forget() {
    super.forget()
    this.chats.clear()
  }

  // ---- calls ----

  /** POST /v2/create-phone-call, accepted. The answer shows the call as registered, whatever becomes of it. */
  place(body, agent, at) {
    const { from_number: from, to_number: to } = body
    const call = newCall({
      agent,
      version: agent.version,
      from,
      to,
      metadata: body.metadata,
      variables: body.retell_llm_dynamic_variables,
      headers: body.custom_sip_headers
    })
    return this.dialled({ id: call.call_id, call, from, to, at })
  }

  /** Somebody calls one of the numbers. */
  inbound({ from, to, agent: id, script: wanted = 'answers', metadata }) {
    const bound = id ?? this.numbers.get(to)?.inbound_agents?.[0]?.agent_id
    const version = agentVersion(this.agents.get(bound), 'latest_published')
    const call = newCall({ direction: 'inbound', agent: version, version: version.version, from, to, metadata })
    return this.begin({ id: call.call_id, call, from, to, direction: 'inbound', script: script(wanted) })
  }

  stopCall(id) {
    const entry = this.calls.get(id)
    if (entry.ended_at !== undefined) return
    entry.script = script({ reason: 'manual_stopped', connected: entry.answered === true })
    this.finish(entry)
  }

  answered(entry, at) {
    entry.call = connected(entry.call, at)
    return { call_started: entry.call }
  }

  ended(entry, at) {
    entry.call = over(entry.call, entry.script, at)
    return { call_ended: entry.call }
  }

  settled(entry) {
    entry.call = analyzed(entry.call, entry.script, this.settings.callback_fields, this.clock.now())
    return { call_analyzed: entry.call }
  }

  letter({ call }, event, payload) {
    const version = agentVersion(this.agents.get(call.agent_id), call.agent_version)
    return RetellWebhooks.letter(version, this.account.webhook_url, { event, call: payload })
  }

  // ---- SMS chats ----

  startChat(body, agent) {
    const chat = {
      chat_id: 'chat_' + randomBytes(12).toString('hex'),
      agent_id: agent.agent_id,
      version: agent.version,
      chat_status: 'ongoing',
      chat_type: 'sms_chat',
      start_timestamp: this.clock.now(),
      ...(body.metadata && { metadata: body.metadata }),
      ...(body.retell_llm_dynamic_variables && { retell_llm_dynamic_variables: body.retell_llm_dynamic_variables })
    }
    this.chats.set(chat.chat_id, chat)
    const started = { ...chat }
    setImmediate(() => this.#tellChat(chat, { event: 'chat_started', chat: started }))
    return chat
  }

  endChat(id, analysis = { chat_summary: 'Settled.', user_sentiment: 'Positive', chat_successful: true }) {
    const chat = this.chats.get(id)
    Object.assign(chat, { chat_status: 'ended', end_timestamp: this.clock.now(), transcript: 'Agent: Hello \nUser: Yes \n' })
    const ended = { ...chat }
    chat.chat_analysis = analysis
    this.#tellChat(chat, { event: 'chat_ended', chat: ended }, { event: 'chat_analyzed', chat: { ...chat } })
  }

  #tellChat(chat, ...payloads) {
    const version = agentVersion(this.agents.get(chat.agent_id), chat.version)
    const letters = payloads.map(payload => RetellWebhooks.letter(version, this.account.webhook_url, payload))
    this.webhooks.send(letters.filter(one => one.url))
  }
}
