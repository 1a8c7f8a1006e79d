// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The customer of all scenarios, "Acme Dental", and its way in: a connected account at a provider, numbers, credits, an agent
// and a key that places calls. What the REST API's fields are called is known here; scenarios speak in these verbs.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { eventually } from './time.mjs'
import { PROVIDERS } from '../../simulators/providers.mjs'
import { AGENT } from '../../simulators/retell/account.mjs'

export { AGENT }
export const ZONE = 'America/Los_Angeles'
export const FROM = PROVIDERS.retell.numbers[0]
export const CALLEE = '+12135550142'

/**
 * The dials and looks to come. A look that is under way keeps its mark, for its row only waits at its lease then; a dial that is put
 * off gets another.
 */
const PLANNED = `
  SELECT d.kind, d.id, ceil(extract(epoch FROM d.due_at) * 1000)::bigint AS at, CASE d.kind WHEN 'look' THEN l.looks::text ELSE d.due_at::text END AS mark
    FROM due d LEFT JOIN live_dial l ON l.bucket = d.bucket AND l.tenant_id = d.tenant_id AND l.dial_id = d.id
   WHERE d.kind IN ('dial', 'look') AND isfinite(d.due_at) ORDER BY d.due_at`

/** What is being dialled, and so neither planned nor done. */
const DIALLED = `
  SELECT 1 FROM callbacks WHERE state = 'claimed' UNION ALL SELECT 1 FROM live_dial WHERE state IN ('intent', 'sent') LIMIT 1`

export class Acme {
  #seen = 0
  /** provider: a row of simulators/providers.mjs; sim: its simulator. A Retell may be given as `retell` alone. */
  constructor({ gateway, retell, clock, provider = PROVIDERS.retell, sim = retell }) {
    Object.assign(this, { gateway, clock, provider, sim, [provider.name]: sim, from: provider.numbers[0] })
  }

  // ---- setting up, in the order of the story ----

  async setUp({ credits = 10, workspace = {} } = {}) {
    await this.connect(workspace)
    await this.importNumbers()
    await this.assign({ credits })
    await this.mapAgent()
    await this.mintKey()
    await this.pointWebhooks()
  }

  async connect(more = {}) {
    const wanted = { name: 'Acme', provider: this.provider.name, timezone: ZONE, ...more }
    this.workspace = await this.gateway.post('/v1/workspaces', wanted)
    await this.gateway.put(`/v1/workspaces/${this.workspace.id}/credentials`, this.provider.credentials(this.sim))
    return this.gateway.post(`/v1/workspaces/${this.workspace.id}/credentials/test`)
  }

  importable() {
    return this.gateway.list(`/v1/numbers/importable?workspace=${this.workspace.id}`)
  }

  async importNumbers() {
    const found = await this.importable()
    await this.gateway.post('/v1/numbers/import', {
      workspace_id: this.workspace.id,
      numbers: found.map(one => one.provider_id)
    })
    this.numbers = (await this.gateway.list(`/v1/numbers?workspace=${this.workspace.id}`)).toSorted((a, b) => (a.number < b.number ? -1 : 1))
    this.number = this.numbers[0]
    return this.numbers
  }

  async assign({ name = 'Acme Dental', credits = 10 } = {}) {
    this.customer = await this.gateway.post('/v1/customers', { name })
    if (credits)
      await this.gateway.post(`/v1/customers/${this.customer.id}/credits`, { amount: credits, note: 'to begin with' })
    await this.gateway.put(`/v1/numbers/${this.number.id}/customer`, { customer_id: this.customer.id })
  }

  async mapAgent({ outbound = true, inbound = true } = {}) {
    this.agent = this.provider.makeAgent ? await this.provider.makeAgent(this) : await this.#listedAgent()
    await this.gateway.put(`/v1/numbers/${this.number.id}/agent`, { agent_id: this.agent.id, inbound, outbound })
  }

  async #listedAgent() {
    await this.gateway.post('/v1/agents/sync', { workspace_id: this.workspace.id })
    this.agents = await this.gateway.list(`/v1/agents?workspace=${this.workspace.id}`)
    return this.agents.find(one => one.provider_agent_id === this.provider.agent)
  }

  async mintKey() {
    const minted = await this.gateway.post(`/v1/numbers/${this.number.id}/outbound-keys`, { name: 'website' })
    this.key = minted.key
    return minted
  }

  /** The agent's webhook URL, which the provider must know. */
  async pointWebhooks() {
    this.webhook = (await this.gateway.get(`/v1/agents/${this.agent.id}/webhook-url`)).url
    this.provider.point?.(this.sim, this.webhook)
    return this.webhook
  }

  // ---- calls ----

  /** POST /v1/outbound/calls with the outbound key: {status, headers, body}. */
  request(body, { headers, raw, key = this.key, gateway = this.gateway } = {}) {
    return gateway.ask('POST', '/v1/outbound/calls', raw === undefined ? { from_number: this.from, ...body } : undefined, {
      key,
      headers,
      raw
    })
  }

  /** A call that must be accepted: {status, call_id, callback_id, …}. */
  async place({ to = CALLEE, variables, gateway, ...more } = {}) {
    const asked = { to_number: to, ...(variables && { dynamic_variables: variables }), ...more }
    const { status, body } = await this.request(asked, { gateway })
    assert.ok(status === 201 || status === 202, `placing a call: ${status} ${JSON.stringify(body)}`)
    return { status, ...body }
  }

  callback(id) {
    return this.gateway.get(`/v1/callbacks/${id}`)
  }
  /** Every row of a callback's chain, by attempt. */
  async chain(id) {
    return (await this.gateway.get(`/v1/callbacks/${id}/chain`)).data.toSorted((a, b) => a.attempt - b.attempt)
  }
  async balance() {
    return (await this.gateway.get(`/v1/customers/${this.customer.id}/credits`)).balance
  }
  /** Oldest first. */
  async activity() {
    return (await this.gateway.list('/v1/activity?limit=200')).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  }

  /** Waits until the newest row of the chain is in this state, and returns it. */
  latest(id, state, options) {
    return eventually(
      async () => {
        const last = (await this.chain(id)).at(-1)
        return last.state === state && last
      },
      `the last row of the chain was ${state}`,
      options
    )
  }

  /**
   * Lets time pass until ask() is truthy, from each dial or look at the provider that is planned to the next. What was begun is
   * waited for before the clock moves on, however long this machine takes for it.
   */
  async passTime(ask, what) {
    const over = async () => {
      const answer = await ask()
      return answer && { answer }
    }
    const planned = () => this.gateway.sql(PLANNED)
    // Where a scenario has stopped a worker at it, a dial is not waited for long.
    let patience
    // In this order: what is planned by what ends the wait must not be gone on to, nor what lies behind a dial that is being made.
    const step = async () => {
      const [first] = await planned()
      const dialled = Date.now() < patience && (await this.gateway.sql(DIALLED)).length > 0
      return (await over()) || (!dialled && first)
    }
    for (;;) {
      patience = Date.now() + 5000
      const next = await eventually(step, `${what}, or something was planned`)
      if (next.answer) return next.answer
      if (next.at > this.clock.now()) await this.clock.set(next.at)
      const done = async () => (await over()) || !(await planned()).some(one => one.id === next.id && one.mark === next.mark)
      await eventually(done, `${what}, or that ${next.kind} was done`)
    }
  }

  /** As latest(), and lets the time pass that it takes. */
  latestInTime(id, state) {
    return this.passTime(async () => {
      const last = (await this.chain(id)).at(-1)
      return last.state === state && last
    }, `the last row of the chain was ${state}`)
  }

  /** Waits until attempt n of a chain waits for its time; asserts when and why that is. */
  async scheduled(id, { attempt, at, reason }) {
    const row = await eventually(
      async () => (await this.chain(id)).find(one => one.attempt === attempt && one.state === 'scheduled'),
      `attempt ${attempt} was scheduled`
    )
    if (reason) assert.equal(row.reason, reason)
    if (at !== undefined) this.about(Date.parse(row.due_at), at, `attempt ${attempt} is due`)
    return row
  }

  /** Times are compared to some seconds: the told clock runs on while a scenario works. */
  about(found, wanted, what, within = 15000) {
    assert.ok(
      Math.abs(found - wanted) <= within,
      `${what} at ${new Date(found).toISOString()}, not at ${new Date(wanted).toISOString()}`
    )
  }

  get #asked() {
    return this.sim.requests.filter(one => one.route === this.provider.dialRoute)
  }
  /** What the gateway asked the provider to dial, in order: request bodies. */
  get dials() {
    return this.#asked.map(one => one.body)
  }

  /** The next dial that no earlier expectation has seen. answered: by somebody, so that its variables are known everywhere. */
  async expectDial({ to = CALLEE, answered = false } = {}) {
    const dial = await eventually(() => {
      const request = this.#asked[this.#seen]
      const read = request && this.provider.dial(request, this.sim)
      return (read?.variables || !answered) && read
    }, `${to} was dialled (dial ${this.#seen + 1})`)
    this.#seen++
    assert.equal(dial.to_number, to)
    return dial
  }

  // ---- webhooks by hand ----

  /**
   * Delivers a body to the webhook URL, signed as told: {status, headers, body}. key: null leaves it unsigned; signature: Retell's
   * header as it is given.
   */
  async deliver(event, { url = this.webhook, key, at, signature, type = 'application/json' } = {}) {
    const raw = typeof event === 'string' ? event : JSON.stringify(event)
    const signed = () => this.sim.webhooks.signed({ url, body: raw }, { key, at })
    const proof = signature ? { 'x-retell-signature': signature } : key !== null && (await signed())
    return this.gateway.ask('POST', url, undefined, { key: null, raw, headers: { 'content-type': type, ...proof } })
  }

  /** A plain HMAC over the body alone, which Retell never sends and some relays do. */
  plain(raw) {
    return createHmac('sha256', this.retell.webhooks.key).update(raw).digest('hex')
  }
}

/** An inbound call's end, as Retell reports it. */
export function callEnded(id, { from = CALLEE, to = FROM, reason = 'user_hangup', at, metadata, event = 'call_ended' }) {
  return {
    event,
    call: {
      call_id: id,
      call_type: 'phone_call',
      agent_id: AGENT,
      agent_version: 7,
      agent_name: 'Reminder Agent',
      call_status: 'ended',
      from_number: from,
      to_number: to,
      direction: 'inbound',
      ...(metadata && { metadata }),
      start_timestamp: at - 60000,
      end_timestamp: at,
      duration_ms: 60000,
      transcript: 'Agent: Hello \nUser: Hello \n',
      disconnection_reason: reason
    }
  }
}
