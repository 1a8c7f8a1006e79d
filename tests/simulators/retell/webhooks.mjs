// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Retell's postman: signs with the official SDK, waits ten seconds, tries up to three times more when no 2xx came. The
// pauses between are not documented.
import { symmetric } from 'retell-sdk/lib/webhook_auth'
import { Webhooks } from '../lib/webhooks.mjs'

const DEFAULT_EVENTS = ['call_started', 'call_ended', 'call_analyzed', 'chat_started', 'chat_ended', 'chat_analyzed']

export class RetellWebhooks extends Webhooks {
  async sign(body, { key = this.key, at = this.clock.now() } = {}) {
    return symmetric.sign(body, key, at)
  }

  async headers({ body }, options) {
    return { 'x-retell-signature': await this.sign(body, options) }
  }

  /** Where and whether an agent's event goes: its own URL silences the account's. */
  static letter(agent, accountUrl, payload) {
    const { call, chat, event } = payload
    if (!(agent.webhook_events ?? DEFAULT_EVENTS).includes(event)) return {}
    const variables = call?.retell_llm_dynamic_variables
    const fill = (_, name) => encodeURIComponent(variables?.[name] ?? '')
    const url = (agent.webhook_url ?? accountUrl)?.replace(/\{\{(\w+)\}\}/g, fill)
    return { url, event, id: call?.call_id ?? chat.chat_id, timeout: agent.webhook_timeout_ms, body: JSON.stringify(payload) }
  }
}
