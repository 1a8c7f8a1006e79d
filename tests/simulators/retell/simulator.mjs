// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A Retell to try things on: the routes of `routes.mjs`, played by the people of `humans.mjs`, spoiled by `faults.mjs`,
// reported by `webhooks.mjs`. Written from Retell's published facts alone; it shares no code with the gateway.
//
//   const retell = await RetellSimulator.start({ apiKey, webhookKey, numbers: ['+14155550100'] })
//   retell.cast('+12135550142', 'no_answer', 'voicemail', 'answers')
//   retell.fault('create_phone_call', 'accept_drop_answer')
//   … retell.rings.byDial(id) …
//   await retell.stop()
//
// It counts what is true: how often a phone rang, whatever anybody was told about it.
import { createServer } from 'node:http'
import { randomBytes } from 'node:crypto'
import { Agenda, toldClock } from '../lib/told-clock.mjs'
import { analyzed, connected, newCall, over } from './calls.mjs'
import { control } from './control.mjs'
import { Faults, spoiled } from './faults.mjs'
import { Cast, script as readScript } from './humans.mjs'
import { Refusal } from './refusal.mjs'
import { findRoute } from './routes.mjs'
import { Webhooks } from './webhooks.mjs'
import { agentVersion, defaultAgents, newNumber } from './world.mjs'

const SETTINGS = {
  instant: true, // a call is over as soon as it is placed; else it takes its time by the told clock
  list_lag_ms: 0, // how long a new call stays out of lists, by the told clock; Infinity: for ever
  list_registered: false, // whether lists show calls that still ring
  legacy: true, // whether the routes of before 2026 are still served
  numbers_as_array: false, // /v2/list-phone-numbers answers as its predecessor did
  callback_fields: { wanted: 'switchhook_callback', time: 'switchhook_callback_time' },
  metadata: { dial: 'sh_dial_id', callback: 'sh_callback_id', attempt: 'sh_attempt' }
}
const RING_MS = 3000
const ANALYSIS_MS = 2000

export class RetellSimulator {
  numbers = new Map()
  agents = new Map()
  calls = new Map() // id → {call, script, created_at}
  chats = new Map()
  requests = []
  account = { webhook_url: null }
  random = Math.random

  #faults = new Faults()
  #used = new WeakSet()
  #queue
  #server
  #port

  constructor({ apiKey, webhookKey, trialClock, numbers = [], agents, fallback, settings = {}, webhooks = {} }) {
    if (!apiKey || !webhookKey) throw new Error('apiKey and webhookKey are needed')
    this.apiKeys = [apiKey].flat()
    this.clock = toldClock(trialClock)
    this.agenda = new Agenda(this.clock)
    this.settings = { ...SETTINGS, ...settings }
    this.#queue = new Cast(fallback)
    this.webhooks = new Webhooks({ key: webhookKey, clock: this.clock, faults: this.#faults, ...webhooks })
    const at = this.clock.now()
    for (const agent of agents ?? defaultAgents(at)) this.agents.set(agent.agent_id, agent)
    const voice = [...this.agents.values()].filter(one => one.channel === 'voice').slice(0, 1)
    for (const number of numbers) this.numbers.set(number, newNumber(number, { agents: voice, at }))
  }

  static async start({ port = 0, ...options }) {
    const sim = new RetellSimulator(options)
    await sim.listen(port)
    return sim
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`
  }

  // ---- life ----

  async listen(port = this.#port) {
    this.#server = createServer((req, res) => {
      this.#serve(req, res).catch(error => {
        if (res.destroyed) return
        res.statusCode = 500
        res.end(JSON.stringify({ status: 'error', message: `simulator: ${error.stack}` }))
      })
    })
    await new Promise((resolve, reject) => this.#server.once('error', reject).listen(port ?? 0, '127.0.0.1', resolve))
    this.#port = this.#server.address().port
  }

  /** Nobody listens on the port any more: connections are refused until `listen()`. */
  async away() {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async stop() {
    this.agenda.clear()
    await this.webhooks.stop()
    await this.away()
  }

  // ---- what a test or a story tells it ----

  /** Who takes the next calls to this number ('*': to any), in this order. */
  cast(to, ...scripts) {
    this.#queue.add(to, ...scripts)
  }
  fault(on, kind, options) {
    this.#faults.add(on, kind, options)
  }
  clearFaults(on) {
    this.#faults.clear(on)
  }
  hold() {
    this.webhooks.holding = true
  }
  release(arrange) {
    return this.webhooks.release(arrange)
  }

  /** What a person does in Retell's dashboard: an agent's own webhook URL. */
  setAgentWebhook(id, url) {
    const agent = this.agents.get(id)
    if (!agent) throw new Error(`no agent ${id}`)
    for (const version of agent.versions) version.webhook_url = url
    agent.user_modified_timestamp = this.clock.now()
  }

  /** Somebody calls one of the numbers. */
  inbound({ from, to, agent: id, script = 'answers', metadata }) {
    const bound = id ?? this.numbers.get(to)?.inbound_agents?.[0]?.agent_id
    const version = agentVersion(this.agents.get(bound), 'latest_published')
    return this.#begin(
      newCall({ direction: 'inbound', agent: version, version: version.version, from, to, metadata }),
      readScript(script)
    )
  }

  /** Goes on with a call that keeps ringing or talking. */
  play(id, wanted) {
    const entry = this.calls.get(id)
    entry.script = readScript(wanted)
    if (entry.script.connected && entry.call.call_status === 'registered') this.#connect(entry, this.clock.now())
    this.#finish(entry)
  }

  /** Sends the webhooks of a call once more, as they stand now. */
  resend(id, ...events) {
    const entry = this.calls.get(id)
    this.#tell(entry, ...(events.length ? events : Object.keys(entry.told)))
  }

  // ---- what is true ----

  get rings() {
    const count = key => {
      const found = {}
      for (const { call, rang } of this.calls.values())
        if (rang && call.direction === 'outbound') found[key(call)] = (found[key(call)] ?? 0) + 1
      return found
    }
    const { dial, callback, attempt } = this.settings.metadata
    return {
      by_dial: count(call => call.metadata?.[dial] ?? 'without a dial id'),
      by_attempt: count(call => `${call.metadata?.[callback] ?? '?'}/${call.metadata?.[attempt] ?? '?'}`),
      by_number: count(call => call.to_number)
    }
  }

  get state() {
    return {
      now: this.clock.now(),
      settings: this.settings,
      account: this.account,
      rings: this.rings,
      scripts: this.#queue.waiting(),
      faults: this.#faults.waiting,
      calls: [...this.calls.values()].map(({ told, ...one }) => one),
      chats: [...this.chats.values()],
      requests: this.requests,
      webhooks: this.webhooks.log,
      held: this.webhooks.held
    }
  }

  forget() {
    for (const map of [this.calls, this.chats]) map.clear()
    this.requests.length = this.webhooks.log.length = 0
    this.#faults.clear()
    this.#queue.clear()
    this.agenda.clear()
  }

  // ---- calls ----

  /** POST /v2/create-phone-call, accepted. The answer shows the call as registered, whatever becomes of it. */
  place(body, agent, at) {
    return this.#begin(
      newCall({
        agent,
        version: agent.version,
        from: body.from_number,
        to: body.to_number,
        metadata: body.metadata,
        variables: body.retell_llm_dynamic_variables,
        headers: body.custom_sip_headers
      }),
      this.#queue.next(body.to_number),
      at
    )
  }

  stopCall(id) {
    const entry = this.calls.get(id)
    if (!['registered', 'ongoing'].includes(entry.call.call_status)) return
    entry.script = readScript({ reason: 'manual_stopped', connected: entry.call.call_status === 'ongoing' })
    this.#finish(entry)
  }

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

  #begin(call, script, at = this.clock.now()) {
    // until: when nobody is on the line any more, however late this clock's jumps let us notice.
    const until = script.waits ? Infinity : at + (this.settings.instant ? 0 : RING_MS + script.duration_ms)
    const entry = { call, script, created_at: at, until, rang: script.rings, told: {} }
    this.calls.set(call.call_id, entry)
    if (script.waits || !this.settings.instant)
      this.agenda.at(at + (this.settings.instant ? 0 : RING_MS), time => this.#pickedUp(entry, time))
    else {
      if (script.connected) this.#connect(entry, entry.created_at - script.duration_ms, false)
      // The answer to the request leaves first, as a rule.
      const events = this.#over(entry, entry.created_at)
      setImmediate(() => this.#tell(entry, ...events))
    }
    return call
  }

  #pickedUp(entry, now) {
    if (entry.call.call_status !== 'registered') return
    if (entry.script.connected) this.#connect(entry, now)
    if (!entry.script.waits) this.agenda.at(now + entry.script.duration_ms, time => this.#finish(entry, time))
  }

  #connect(entry, at, tell = true) {
    entry.call = connected(entry.call, at)
    entry.told.call_started = entry.call
    if (tell) this.#tell(entry, 'call_started')
  }

  #finish(entry, now = this.clock.now()) {
    if (entry.call.end_timestamp !== undefined) return
    entry.until = now
    if (this.settings.instant) return this.#tell(entry, ...this.#over(entry, now).slice(-2))
    entry.call = entry.told.call_ended = over(entry.call, entry.script, now)
    this.#tell(entry, 'call_ended')
    this.agenda.at(now + ANALYSIS_MS, () => this.#analyze(entry) && this.#tell(entry, 'call_analyzed'))
  }

  #over(entry, at) {
    entry.call = entry.told.call_ended = over(entry.call, entry.script, at)
    this.#analyze(entry)
    return Object.keys(entry.told)
  }

  #analyze(entry) {
    entry.call = entry.told.call_analyzed = analyzed(entry.call, entry.script, this.settings.callback_fields, this.clock.now())
    return true
  }

  #tell(entry, ...events) {
    const route = Webhooks.route(
      agentVersion(this.agents.get(entry.call.agent_id), entry.call.agent_version),
      this.account.webhook_url,
      entry.call.retell_llm_dynamic_variables
    )
    const order = entry.script.hooks ?? events
    this.webhooks.send(
      route,
      order.filter(event => events.includes(event)).map(event => ({ event, call: entry.told[event] }))
    )
  }

  #tellChat(chat, ...payloads) {
    const version = agentVersion(this.agents.get(chat.agent_id), chat.version)
    this.webhooks.send(Webhooks.route(version, this.account.webhook_url), payloads)
  }

  // ---- HTTP ----

  async #serve(req, res) {
    const url = new URL(req.url, this.url)
    const raw = Buffer.concat(await req.toArray()).toString()
    if (url.pathname.startsWith('/_sim/')) return control(this, { req, res, url, raw })

    // What happened before this request came must have happened when it is answered.
    this.agenda.look()
    const record = { at: this.clock.now(), method: req.method, path: url.pathname, query: url.search, raw }
    try {
      record.body = raw ? JSON.parse(raw) : undefined
    } catch {
      // Answered with 400, if it comes to that.
    }
    this.requests.push(record)
    const answer = (status, body, headers = {}) => {
      record.status = status
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
      res.writeHead(status, { ...(text && { 'content-type': 'application/json; charset=utf-8' }), ...headers })
      res.end(text)
    }
    const route = findRoute(req.method, url.pathname, this.settings)
    record.route = route?.id ?? null
    const act = at => this.#act(req, route, url, raw, record, at)
    const kept = this.#used.has(req.socket)
    this.#used.add(req.socket)
    const to = this.#concerns(record, url)
    const fault = this.#faults.take(
      record.route ?? '*',
      one => (one.kind !== 'kept_connection_dies' || kept) && (one.to === undefined || one.to === to)
    )
    if (!fault) {
      const { status, body } = act()
      return answer(status, body)
    }
    record.fault = fault.kind
    const hide = body => {
      this.calls.get(body.call_id).hidden = true
    }
    await spoiled({ ...fault, raw, hide }, {
      act,
      answer,
      res,
      agenda: this.agenda,
      hooksDone: () => new Promise(resolve => setImmediate(resolve)).then(() => this.webhooks.idle())
    })
  }

  /** The number that a request is about, where it says so. */
  #concerns({ body }, url) {
    const id = /^\/v2\/get-call\/([^/]+)$/.exec(url.pathname)?.[1]
    return id ? this.calls.get(id)?.call.to_number : (body?.to_number ?? body?.filter_criteria?.to_number?.value)
  }

  #act(req, route, url, raw, record, at) {
    try {
      if (!this.apiKeys.some(key => req.headers.authorization === `Bearer ${key}`))
        throw new Refusal(401, 'this API key is not known')
      if (!route) throw new Refusal(404, `Cannot ${req.method} ${url.pathname}`)
      if (raw && record.body === undefined) throw new Refusal(400, 'the body is not JSON')
      return route.answer(this, { params: route.params, url, body: record.body, at })
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: error.body }
      throw error
    }
  }
}
