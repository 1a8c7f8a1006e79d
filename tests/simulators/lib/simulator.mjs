// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What every simulated provider is made of: a server with the provider's routes, played by the people of people.mjs, spoiled by
// faults.mjs, reported by webhooks.mjs, on a told clock. A provider extends it with its own words; README.md says how.
//
//   const acme = await AcmeSimulator.start({ apiKey, webhookKey, numbers: ['+14155550100'] })
//   acme.cast('+12135550142', 'no_answer', 'voicemail', 'answers')
//   acme.fault('create_call', 'accept_drop_answer')
//   … acme.rings.by_dial[id] …
//   await acme.stop()
//
// It counts what is true: how often a phone rang, whatever anybody was told about it.
import { createServer } from 'node:http'
import { control } from './control.mjs'
import { Faults, spoiled } from './faults.mjs'
import { Cast } from './people.mjs'
import { Refusal } from './refusal.mjs'
import { Agenda, toldClock } from './told-clock.mjs'

const SETTINGS = {
  instant: true, // a call is over as soon as it is placed; else it takes its time by the told clock
  list_lag_ms: 0 // how long a new call stays out of lists, by the told clock; Infinity: for ever
}
const RING_MS = 3000
const SETTLE_MS = 2000

export class Simulator {
  numbers = new Map()
  calls = new Map() // id → {id, call, from, to, direction, script, created_at, ended_at, until, rang, told}
  requests = []

  #faults = new Faults()
  #used = new WeakSet()
  #queue
  #server
  #port

  /**
   * apiKey: one or several that may ask; webhookKey: signs; fallback: who takes calls for whom nobody was cast; settings and
   * webhooks: what differs from the provider's usual.
   */
  constructor({ apiKey, webhookKey, trialClock, fallback, settings = {}, webhooks = {} }) {
    if (!apiKey || !webhookKey) throw new Error('apiKey and webhookKey are needed')
    this.apiKeys = [apiKey].flat()
    this.clock = toldClock(trialClock)
    this.agenda = new Agenda(this.clock)
    this.settings = { ...SETTINGS, ...this.constructor.settings, ...settings }
    this.#queue = new Cast(this.constructor.script, fallback)
    this.webhooks = new this.constructor.Webhooks({
      key: webhookKey,
      clock: this.clock,
      faults: this.#faults,
      heard: (letter, answer) => this.heard(letter, answer),
      ...webhooks
    })
  }

  static async start({ port = 0, ...options }) {
    const sim = new this(options)
    await sim.listen(port)
    return sim
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`
  }

  // ---- the provider's words: what its simulator brings with it ----

  // static script: a reader of people.mjs; static Webhooks: its postman; static routes: rows of id, method, path, answer and,
  // where it is not always served, the setting that must be on; static settings: more than SETTINGS, or others.

  /** Verbs of its back door: {'PUT account': (sim, {id, url, body}) => …}. */
  actions = {}

  /**
   * How lists are paged, for `page_lost`: whether a request is for a later page; a first page that is empty and promises more. And for
   * `goes_round`: a page that promises another by this key.
   */
  pages = {
    isLater: () => false,
    promising: body => body,
    another: body => body
  }

  /** What stands in a request's body. Whatever it throws is a body that cannot be read. */
  read(raw, _req) {
    return JSON.parse(raw)
  }

  /** Throws a Refusal unless the request may ask. */
  authorize(req) {
    if (!this.apiKeys.some(key => req.headers.authorization === `Bearer ${key}`))
      throw new Refusal(401, 'this API key is not known')
  }

  refusalBody({ message }) {
    return { message }
  }

  /** The number that a request is about, where it says so. */
  concerns(_record, _params) {}

  /** The call's id in the answer to the request that placed it. */
  createdId(body) {
    return body.id
  }

  /** What our gateway wrote into the call: {dial, callback, attempt}, as far as the provider carries them. */
  marks(_call, _entry) {
    return {}
  }

  // The stages of a call. Each puts another object in the place of entry.call, which others may still hold, and returns the
  // provider's events of that stage, in order: {name: payload}.
  placed(_entry, _at) {}
  answered(_entry, _at) {}
  ended(_entry, _at) {}
  settled(_entry, _at) {}

  /** The letter that tells an event (webhooks.mjs); without a url where nobody wants to know. `event`, `id` and `to` are added. */
  letter(_entry, _event, _payload) {}

  /** The answer to a letter that asked. */
  heard(_letter, _answer) {}

  // ---- life ----

  async listen(port = this.#port) {
    this.#server = createServer((req, res) => {
      this.#serve(req, res).catch(error => {
        if (res.destroyed) return
        res.statusCode = 500
        res.end(JSON.stringify(this.refusalBody(new Refusal(500, `simulator: ${error.stack}`))))
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

  /** Goes on with a call that keeps ringing or talking. */
  play(id, wanted) {
    const entry = this.calls.get(id)
    entry.script = this.constructor.script(wanted)
    if (entry.script.connected && !entry.answered) this.#answer(entry, this.clock.now())
    this.finish(entry)
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
      for (const entry of this.calls.values())
        if (entry.rang && entry.direction === 'outbound') found[key(entry)] = (found[key(entry)] ?? 0) + 1
      return found
    }
    const marks = entry => this.marks(entry.call, entry)
    return {
      by_dial: count(entry => marks(entry).dial ?? 'without a dial id'),
      by_attempt: count(entry => `${marks(entry).callback ?? '?'}/${marks(entry).attempt ?? '?'}`),
      by_number: count(entry => entry.to)
    }
  }

  get state() {
    return {
      now: this.clock.now(),
      settings: this.settings,
      rings: this.rings,
      scripts: this.#queue.waiting(),
      faults: this.#faults.waiting,
      calls: [...this.calls.values()].map(({ told, ...one }) => one),
      requests: this.requests,
      webhooks: this.webhooks.log,
      held: this.webhooks.held
    }
  }

  forget() {
    this.calls.clear()
    this.requests.length = this.webhooks.log.length = 0
    this.#faults.clear()
    this.#queue.clear()
    this.agenda.clear()
  }

  /** The calls that lists may show by now, in the order in which they were placed. */
  get listable() {
    return [...this.calls.values()].filter(one => !one.hidden && one.created_at + this.settings.list_lag_ms <= this.clock.now())
  }

  // ---- the life of a call ----

  /** Somebody is called: whoever was cast for that number. Returns the call as it stands when the request is answered. */
  dialled({ id, call, from, to, at }) {
    return this.begin({ id, call, from, to, at, script: this.#queue.next(to) })
  }

  begin({ id, call, from, to, direction = 'outbound', script, at = this.clock.now() }) {
    const { instant } = this.settings
    // until: when nobody is on the line any more, however late this clock's jumps let us notice.
    const until = script.waits ? Infinity : at + (instant ? 0 : RING_MS + script.duration_ms)
    const entry = { id, call, from, to, direction, script, created_at: at, until, rang: script.rings, told: {} }
    this.calls.set(id, entry)
    const begun = this.#come(entry, 'placed', at)
    const asPlaced = entry.call
    if (instant && !script.waits) {
      if (script.connected) this.#talk(entry, at - script.duration_ms)
      this.#over(entry, at)
    } else this.agenda.at(at + (instant ? 0 : RING_MS), time => this.#pickedUp(entry, time))
    const events = instant && !script.waits ? Object.keys(entry.told) : begun
    // The answer to the request leaves first, as a rule.
    if (events.length) setImmediate(() => this.#tell(entry, ...events))
    return asPlaced
  }

  /** The call ends as its script says. */
  finish(entry, now = this.clock.now()) {
    if (entry.ended_at !== undefined) return
    entry.until = now
    if (this.settings.instant) return this.#tell(entry, ...this.#over(entry, now))
    this.#tell(entry, ...this.#end(entry, now))
    this.agenda.at(now + SETTLE_MS, time => this.#tell(entry, ...this.#come(entry, 'settled', time)))
  }

  #pickedUp(entry, now) {
    if (entry.ended_at !== undefined || entry.answered) return
    if (entry.script.connected) this.#answer(entry, now)
    if (!entry.script.waits) this.agenda.at(now + entry.script.duration_ms, time => this.finish(entry, time))
  }

  #answer(entry, at) {
    this.#tell(entry, ...this.#talk(entry, at))
  }

  #talk(entry, at) {
    entry.answered = true
    return this.#come(entry, 'answered', at)
  }

  #end(entry, at) {
    entry.ended_at = at
    return this.#come(entry, 'ended', at)
  }

  #over(entry, at) {
    return [...this.#end(entry, at), ...this.#come(entry, 'settled', this.clock.now())]
  }

  /** A stage of a call: the names of the events that tell it. */
  #come(entry, stage, at) {
    const events = this[stage](entry, at) ?? {}
    Object.assign(entry.told, events)
    return Object.keys(events)
  }

  #tell(entry, ...events) {
    const letters = (entry.script.hooks ?? events)
      .filter(event => events.includes(event))
      .map(event => ({ event, id: entry.id, to: entry.to, ...this.letter(entry, event, entry.told[event]) }))
    this.webhooks.send(letters.filter(one => one.url))
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
      record.body = raw ? this.read(raw, req) : undefined
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
    const route = this.#route(req.method, url.pathname)
    record.route = route?.id ?? null
    const act = at => this.#act(req, route, url, record, at)
    const kept = this.#used.has(req.socket)
    this.#used.add(req.socket)
    const to = this.concerns(record, route?.params ?? [])
    const fault = this.#faults.take(
      record.route ?? '*',
      one => (one.kind !== 'kept_connection_dies' || kept) && (one.to === undefined || one.to === to)
    )
    if (!fault) {
      const { status, body, headers } = act()
      return answer(status, body, headers)
    }
    record.fault = fault.kind
    await spoiled(fault, { sim: this, act, answer, res, record })
  }

  #route(method, path) {
    for (const [id, verb, pattern, answer, setting] of this.constructor.routes) {
      const match = verb === method && (!setting || this.settings[setting]) && pattern.exec(path)
      if (match) return { id, answer, params: match.slice(1).map(decodeURIComponent) }
    }
  }

  #act(req, route, url, record, at) {
    try {
      this.authorize(req)
      if (!route) throw new Refusal(404, `Cannot ${req.method} ${url.pathname}`)
      if (record.raw && record.body === undefined) throw new Refusal(400, 'the body cannot be read')
      return route.answer(this, { params: route.params, url, body: record.body, at, req })
    } catch (error) {
      if (error instanceof Refusal) return this.refused(error)
      throw error
    }
  }

  refused(refusal) {
    return { status: refusal.status, body: this.refusalBody(refusal), headers: refusal.more.headers }
  }
}
