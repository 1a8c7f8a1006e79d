// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A Vapi to try things on. Written from Vapi's published facts alone; it shares no code with the gateway.
//
//   const vapi = await VapiSimulator.start({ apiKey, webhookKey, numbers: ['+14155550100'] })
import { Refusal } from '../lib/refusal.mjs'
import { Simulator } from '../lib/simulator.mjs'
import { inMessage, inProgress, newCall, over, reported, ringing } from './calls.mjs'
import { script } from './humans.mjs'
import { ROUTES } from './routes.mjs'
import { VapiWebhooks } from './webhooks.mjs'
import { defaultAssistants, defaultSquads, newNumber } from './world.mjs'

// Of those that are on unless an assistant says otherwise, the ones that come here. `hang` is no hang-up.
const DEFAULT_MESSAGES = ['status-update', 'end-of-call-report', 'conversation-update', 'hang']

export class VapiSimulator extends Simulator {
  static script = script
  static Webhooks = VapiWebhooks
  static routes = ROUTES
  static settings = {
    oldest_first: false, // the order of lists, which is not documented
    wrapped_lists: false, // {results: […]} for assistants, squads and numbers, as a changelog of 2024 has it
    metadata_moved: false, // messages show a call's metadata beside the overrides instead of in them
    concurrency_limit: 10, // calls at once
    callback_fields: { wanted: 'switchhook_callback', time: 'switchhook_callback_time' }
  }

  assistants = new Map()
  squads = new Map()
  org = { server: null }
  #asked = new Map() // inbound calls that wait for an assistant

  constructor({ numbers = [], assistants, squads, ...options }) {
    super(options)
    const at = this.clock.now()
    for (const one of assistants ?? defaultAssistants(at)) this.assistants.set(one.id, one)
    for (const one of squads ?? defaultSquads(at)) this.squads.set(one.id, one)
    for (const number of numbers) this.numbers.set(number, newNumber(number, { at }))
  }

  // ---- its dashboard ----

  actions = {
    //   PUT /_sim/servers/ID {url}    the server of an assistant, of a number (by its digits), or of the whole organisation (org)
    'PUT servers': (sim, { id, body }) => sim.setServer(id, body.url ?? null),
    //   PUT /_sim/credential {…}      the webhooks' credential, as the API has it; {"type": null}: none
    'PUT credential': (sim, { body }) => {
      sim.webhooks.credential = body.type === null ? null : body
    }
  }

  setServer(id, url, more = {}) {
    const owner = id === 'org' ? this.org : (this.assistants.get(id) ?? this.numbers.get(id))
    if (!owner) throw new Error(`no assistant and no number ${id}`)
    owner.server = url ? { url, timeoutSeconds: 20, credentialId: 'e3b2a1c0-1111-4222-8333-444455556666', ...more } : null
  }

  /** Nobody answers this number by itself: whoever has its server is asked. */
  unbind(number) {
    delete this.numbers.get(number).assistantId
  }

  // ---- its words ----

  pages = {
    isLater: ({ query }) => /createdAtLe=.*createdAtLe=|createdAtLt=/.test(query),
    promising: () => ({ results: [], metadata: { hasNextPage: true } })
  }

  refusalBody({ status, message }) {
    const names = { 400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found' }
    return { message, ...(names[status] && { error: names[status] }), statusCode: status }
  }

  authorize(req) {
    if (!this.apiKeys.some(key => req.headers.authorization === `Bearer ${key}`))
      throw new Refusal(401, 'Invalid Key. Hot tip, you may be using the private key instead of the public key, or vice versa.')
  }

  concerns({ route, body }, [id]) {
    return route === 'get_call' ? this.calls.get(id)?.to : body?.customer?.number
  }

  marks({ assistantOverrides, squadOverrides }) {
    const metadata = (assistantOverrides ?? squadOverrides)?.metadata
    return { dial: metadata?.sh_dial_id, callback: metadata?.sh_callback_id, attempt: metadata?.sh_attempt }
  }

  get state() {
    return { ...super.state, org: this.org }
  }

  forget() {
    super.forget()
    this.#asked.clear()
  }

  get active() {
    return [...this.calls.values()].filter(one => one.ended_at === undefined).length
  }

  // ---- calls ----

  /** POST /call, accepted. The answer shows the call as queued, whatever becomes of it. */
  place(body, number, at = this.clock.now()) {
    const call = newCall({ at, number, given: body })
    const placed = this.dialled({ id: call.id, call, from: number.number ?? number.id, to: body.customer.number, at })
    return { ...placed, status: 'queued' }
  }

  /** Somebody calls one of the numbers. One that is bound to nobody asks its server who answers. */
  inbound({ from, to, script: wanted = 'answers' }) {
    const number = this.numbers.get(to)
    const given = { customer: { number: from }, ...(number.assistantId && { assistantId: number.assistantId }) }
    const call = ringing(newCall({ at: this.clock.now(), type: 'inboundPhoneCall', number, given }), this.clock.now())
    const entry = { id: call.id, call, from, to, direction: 'inbound' }
    if (given.assistantId) return this.begin({ ...entry, script: script(wanted) })
    this.#asked.set(call.id, { ...entry, wanted })
    const server = number.server ?? this.org.server
    if (!server) return this.#unanswered(call.id, 'call-start-error-neither-assistant-nor-server-set')
    const body = JSON.stringify({ message: { ...this.#around(entry), timestamp: this.clock.now(), type: 'assistant-request', call } })
    // Seven and a half seconds, and nothing can change that.
    this.webhooks.send([{ url: server.url, body, event: 'assistant-request', id: call.id, to: from, asks: true, timeout: 7500 }])
    return call
  }

  heard({ id }, { status, body }) {
    const { wanted, ...entry } = this.#asked.get(id)
    let said
    try {
      said = status >= 200 && status < 300 ? JSON.parse(body) : undefined
    } catch {
      // No assistant can be read from it.
    }
    const { error, assistantId, squadId } = said ?? {}
    if (!said) return this.#unanswered(id, 'assistant-request-failed')
    if (error) return this.#unanswered(id, 'assistant-request-returned-error', { spoken: error })
    if (!this.assistants.has(assistantId) && !this.squads.has(squadId))
      return this.#unanswered(id, 'assistant-request-returned-no-assistant')
    this.#asked.delete(id)
    this.begin({ ...entry, call: { ...entry.call, ...said }, script: script(wanted) })
  }

  #unanswered(id, reason, more) {
    const { wanted, ...entry } = this.#asked.get(id)
    this.#asked.delete(id)
    return this.begin({ ...entry, script: script({ reason, connected: false, rings: false, duration_ms: 0, ...more }) })
  }

  placed(entry, at) {
    entry.call = ringing(entry.call, at)
    return { ringing: this.#status(entry) }
  }

  answered(entry, at) {
    entry.call = inProgress(entry.call, at)
    const talk = { messages: [{ role: 'bot', message: 'Hello.', time: at, secondsFromStart: 0 }] }
    return {
      'in-progress': this.#status(entry),
      'conversation-update': { type: 'conversation-update', ...talk, call: entry.call },
      hang: { type: 'hang', call: entry.call }
    }
  }

  ended(entry, at) {
    entry.call = over(entry.call, entry.script, at)
    return { ended: { ...this.#status(entry), endedReason: entry.script.reason } }
  }

  settled(entry) {
    entry.call = reported(entry.call, entry.script, this.settings.callback_fields, this.clock.now())
    const { startedAt, endedAt, endedReason, cost, analysis, artifact } = entry.call
    return {
      report: { type: 'end-of-call-report', endedReason, ...(startedAt && { startedAt }), endedAt, cost, analysis, artifact, call: entry.call }
    }
  }

  #status({ call }) {
    return { type: 'status-update', status: call.status, call }
  }

  /** What stands in each message besides what it tells. */
  #around({ call, from, to, direction }) {
    const assistant = this.assistants.get(call.assistantId)
    return {
      phoneNumber: this.numbers.get(direction === 'inbound' ? to : from),
      customer: call.customer,
      ...(assistant && { assistant: { name: assistant.name, metadata: { team: 'north' }, serverMessages: assistant.serverMessages } }),
      assistantVersion: null
    }
  }

  /** One URL for each message: the first of assistant, number, organisation. */
  letter(entry, _event, payload) {
    const assistant = this.assistants.get(entry.call.assistantId)
    const number = this.numbers.get(entry.direction === 'inbound' ? entry.to : entry.from)
    const server = assistant?.server ?? number?.server ?? this.org.server
    if (!server || !(assistant?.serverMessages ?? DEFAULT_MESSAGES).includes(payload.type)) return {}
    const plan = server.backoffPlan
    const message = {
      ...this.#around(entry),
      timestamp: this.clock.now(),
      ...payload,
      call: inMessage(payload.call, this.settings.metadata_moved)
    }
    return {
      url: server.url,
      timeout: server.timeoutSeconds * 1000,
      ...(plan && { spacing: Array(plan.maxRetries).fill(plan.baseDelaySeconds * 1000), excluded: plan.excludedStatusCodes }),
      body: JSON.stringify({ message })
    }
  }
}
