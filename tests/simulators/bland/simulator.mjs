// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A Bland to try things on. Written from Bland's published facts alone; it shares no code with the gateway.
//
//   const bland = await BlandSimulator.start({ apiKey, webhookKey, numbers: ['+12025550144'] })
import { Simulator } from '../lib/simulator.mjs'
import { Refusal } from '../lib/refusal.mjs'
import { newCall, over, started } from './calls.mjs'
import { script } from './humans.mjs'
import { ROUTES } from './routes.mjs'
import { BlandWebhooks } from './webhooks.mjs'
import { defaultAgents, defaultPathways, defaultPersonas, newNumber } from './world.mjs'

const LISTS = ['inbound', 'outbound', 'sip']

export class BlandSimulator extends Simulator {
  static script = script
  static Webhooks = BlandWebhooks
  static routes = ROUTES
  static settings = {
    sip: true, // whether there is a list of trunk numbers at all
    pathways_as: 'array', // or wrapped, data: Bland does not say
    plus_in_lists: false, // whether lists show and filter numbers with their plus; Bland does not say
    same_number_ms: 10000, // how soon a number may be called again
    delay_report: false, // the report waits for its citations, and is one with them
    stripped: [], // members that the organisation leaves out of reports
    callback_fields: { wanted: 'switchhook_callback', time: 'switchhook_callback_time' },
    metadata: { dial: 'sh_dial_id', callback: 'sh_callback_id', attempt: 'sh_attempt' }
  }

  account = { webhook_url: null, encrypted_key: 'ek_of_the_own_twilio', dnc: new Set(), blacklist: new Set() }
  personas
  pathways
  agents

  /** own: numbers of the organisation's own Twilio, which are seen and dialled with its key alone. */
  constructor({ numbers = [], own = [], ...options }) {
    super(options)
    const at = this.clock.now()
    numbers.forEach((number, n) => this.numbers.set(number, newNumber(number, { list: LISTS[n % LISTS.length], at })))
    for (const number of own) this.numbers.set(number, newNumber(number, { own: true, at }))
    this.personas = defaultPersonas(at)
    this.pathways = defaultPathways()
    this.agents = defaultAgents()
  }

  // ---- its dashboard ----

  actions = {
    //   PUT /_sim/account   {webhook_url}   the organisation's webhook
    'PUT account': (sim, { body }) => {
      sim.account.webhook_url = body.webhook_url ?? null
    },
    //   PUT /_sim/numbers/NUMBER   {webhook}   an inbound number's own
    'PUT numbers': (sim, { id, body }) => {
      sim.numbers.get(id).row.webhook = body.webhook ?? null
    }
  }

  // ---- its words ----

  pages = {
    isLater: ({ path, query }) => /\/calls\/[^/]+$/.test(path) || /[?&]from=[1-9]|to_number=\d/.test(query),
    promising: body => ({ ...body, calls: [], total_count: 1 })
  }

  authorize({ headers: { authorization = '' } }) {
    if (!this.apiKeys.includes(authorization.replace(/^Bearer /, '')))
      throw new Refusal(401, 'Unauthorized', { code: 'AUTH_FAILURE' })
  }

  refusalBody({ message, more = {} }) {
    if (more.code) return { data: null, errors: [{ error: more.code, message }] }
    return { status: more.status ?? 'error', message, ...(more.errors && { errors: more.errors }) }
  }

  concerns({ body, query }, [id]) {
    const asked = new URLSearchParams(query).get('to_number')
    return body?.phone_number ?? (asked ? `+${asked.replace(/^\+/, '')}` : this.calls.get(id)?.to)
  }

  createdId(body) {
    return body.call_id
  }

  marks({ metadata }) {
    const { dial, callback, attempt } = this.settings.metadata
    return { dial: metadata[dial], callback: metadata[callback], attempt: metadata[attempt] }
  }

  get state() {
    const { dnc, blacklist, ...account } = this.account
    return { ...super.state, account: { ...account, dnc: [...dnc], blacklist: [...blacklist] } }
  }

  // ---- calls ----

  /** POST /v1/calls, accepted. */
  place(body, at = this.clock.now()) {
    const { from, phone_number: to } = body
    const call = newCall({ from, to, body, at })
    const placed = this.dialled({ id: call.call_id, call, from, to, at })
    // Before anybody is told.
    Object.assign(this.calls.get(call.call_id), { body, webhook: body.webhook, subscribed: body.webhook_events })
    return placed
  }

  /** Somebody calls one of the numbers. */
  inbound({ from, to, script: wanted = 'answers', metadata }) {
    const row = this.numbers.get(to)?.row ?? {}
    const call = newCall({ inbound: true, from, to, body: { pathway_id: row.pathway_id, metadata }, at: this.clock.now() })
    return this.begin({ id: call.call_id, call, from, to, direction: 'inbound', script: script(wanted) })
  }

  stopCall(id) {
    const entry = this.calls.get(id)
    if (!entry || entry.ended_at !== undefined) throw new Refusal(400, 'SID not found for the given c_id.')
    entry.script = script(entry.answered ? 'agent_hung_up' : 'canceled')
    this.finish(entry)
  }

  #live(entry, category, message) {
    return { [category]: { message, call_id: entry.id, category, log_level: 'info' } }
  }

  placed(entry) {
    return this.#live(entry, 'queue', 'Call enqueued')
  }

  answered(entry, at) {
    entry.talks_since = at
    entry.call = started(entry.call, at)
    return this.#live(entry, 'call', 'Call connected')
  }

  ended(entry, at) {
    entry.call = over(entry.call, entry.script, this.settings.callback_fields, {
      at,
      started_at: entry.talks_since,
      now: this.clock.now()
    })
  }

  settled(entry) {
    const { call, script } = entry
    const report = Object.fromEntries(Object.entries(call).filter(([name]) => !this.settings.stripped.includes(name)))
    if (!call.citation_schema_ids.length || entry.talks_since === undefined) return { post_call: report }
    const citations = script.citations ?? []
    entry.call = { ...call, citations }
    if (this.settings.delay_report) return { post_call: { ...report, event_type: 'citations', citations } }
    return {
      post_call: report,
      citations: {
        call_id: call.call_id,
        user_id: '11111111-2222-4333-8444-555566667777',
        event_type: 'citations',
        timestamp: new Date(this.clock.now()).toISOString(),
        citations
      }
    }
  }

  /** The call's own URL, else its number's, else the organisation's. What happens during a call is told to whom wants it. */
  letter({ call, subscribed = [], webhook }, event, payload) {
    if (event !== 'post_call' && !subscribed.includes(event)) return {}
    const number = call.inbound ? this.numbers.get(call.to) : undefined
    const url = webhook ?? number?.row.webhook ?? this.account.webhook_url
    return { url, body: JSON.stringify(payload) }
  }
}
