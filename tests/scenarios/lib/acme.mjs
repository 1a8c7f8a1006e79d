// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The customer of all scenarios, "Acme Dental", and its way in: a connected Retell account, numbers, credits, an agent
// and a key that places calls. What the REST API's fields are called is known here; scenarios speak in these verbs.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { eventually } from './time.mjs'

export const ZONE = 'America/Los_Angeles'
export const AGENT = 'agent_0f3a9c51d27e4b86a1c2d3e4f5'
export const FROM = '+14155550100'
export const CALLEE = '+12135550142'

export class Acme {
  #seen = 0
  constructor({ gateway, retell, clock }) {
    Object.assign(this, { gateway, retell, clock })
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
    this.workspace = await this.gateway.post('/v1/workspaces', { name: 'Acme', provider: 'retell', timezone: ZONE, ...more })
    await this.gateway.put(`/v1/workspaces/${this.workspace.id}/credentials`, {
      api_key: this.retell.apiKeys[0],
      webhook_key: this.retell.webhooks.key,
      base_url: this.retell.url
    })
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
    await this.gateway.post('/v1/agents/sync', { workspace_id: this.workspace.id })
    this.agents = await this.gateway.list(`/v1/agents?workspace=${this.workspace.id}`)
    this.agent = this.agents.find(one => one.provider_agent_id === AGENT)
    await this.gateway.put(`/v1/numbers/${this.number.id}/agent`, { agent_id: this.agent.id, inbound, outbound })
  }

  async mintKey() {
    const minted = await this.gateway.post(`/v1/numbers/${this.number.id}/outbound-keys`, { name: 'website' })
    this.key = minted.key
    return minted
  }

  /** The agent's webhook URL, pasted into Retell's dashboard. */
  async pointWebhooks() {
    this.webhook = (await this.gateway.get(`/v1/agents/${this.agent.id}/webhook-url`)).url
    this.retell.setAgentWebhook(AGENT, this.webhook)
    return this.webhook
  }

  // ---- calls ----

  /** POST /v1/outbound/calls with the outbound key: {status, headers, body}. */
  request(body, { headers, raw, key = this.key, gateway = this.gateway } = {}) {
    return gateway.ask('POST', '/v1/outbound/calls', raw === undefined ? { from_number: FROM, ...body } : undefined, {
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

  /** What the gateway asked Retell to dial, in order: request bodies. */
  get dials() {
    return this.retell.requests.filter(one => one.route === 'create_phone_call').map(one => one.body)
  }

  /** The next dial that no earlier expectation has seen. */
  async expectDial({ to = CALLEE } = {}) {
    const dial = await eventually(() => this.dials[this.#seen], `${to} was dialled (dial ${this.#seen + 1})`)
    this.#seen++
    assert.equal(dial.to_number, to)
    return { ...dial, variables: dial.retell_llm_dynamic_variables ?? {} }
  }

  // ---- webhooks by hand ----

  /** Delivers a body to the webhook URL, signed as told: {status, headers, body}. key: null leaves it unsigned. */
  async deliver(event, { url = this.webhook, key = this.retell.webhooks.key, at = this.clock.now(), signature } = {}) {
    const raw = typeof event === 'string' ? event : JSON.stringify(event)
    const header = signature ?? (key && (await this.retell.webhooks.sign(raw, { key, at })))
    return this.gateway.ask('POST', url, undefined, {
      key: null,
      raw,
      headers: { 'content-type': 'application/json', ...(header && { 'x-retell-signature': header }) }
    })
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
