// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// How an account at the simulated Retell is connected to a gateway: a row of ../providers.mjs.
import { RetellSimulator } from './simulator.mjs'

export const AGENT = 'agent_0f3a9c51d27e4b86a1c2d3e4f5'

export const retell = {
  name: 'retell',
  title: 'Retell',
  numbers: ['+14155550100', '+14155550101', '+14155550102'],
  agent: AGENT,
  dialRoute: 'create_phone_call',

  start: options =>
    RetellSimulator.start({ apiKey: 'key_5ca1ab1e0ddba11c0ffee', webhookKey: 'key_ba5eba11facade0decade', ...options }),

  credentials: sim => ({ api_key: sim.apiKeys[0], webhook_key: sim.webhooks.key, base_url: sim.url }),
  secrets: sim => [sim.apiKeys[0], sim.webhooks.key],

  /** The agent's webhook URL, pasted into the dashboard. */
  point: (sim, url) => sim.setAgentWebhook(AGENT, url),

  dial: ({ body }) => ({ ...body, variables: body.retell_llm_dynamic_variables ?? {} })
}
