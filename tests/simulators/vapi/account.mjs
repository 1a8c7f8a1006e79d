// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// How an account at the simulated Vapi is connected to a gateway: a row of ../providers.mjs.
import { VapiSimulator } from './simulator.mjs'
import { ASSISTANT, CARRIER_TOKEN } from './world.mjs'

export const vapi = {
  name: 'vapi',
  title: 'Vapi',
  numbers: ['+14155550110', '+14155550111', '+14155550112'],
  agent: ASSISTANT,
  dialRoute: 'create_call',

  start: options =>
    VapiSimulator.start({
      apiKey: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      webhookKey: 'whs_5ca1ab1e0ddba11c0ffee5eed',
      ...options
    }),

  credentials: sim => ({ api_key: sim.apiKeys[0], webhook_secret: sim.webhooks.key, base_url: sim.url }),
  secrets: sim => [sim.apiKeys[0], sim.webhooks.key, CARRIER_TOKEN],

  /** The agent's webhook URL, pasted into the dashboard. */
  point: (sim, url) => sim.setServer(ASSISTANT, url),

  dial: ({ body }, sim) => ({
    ...body,
    from_number: [...sim.numbers.values()].find(one => one.id === body.phoneNumberId)?.number,
    to_number: body.customer.number,
    variables: body.assistantOverrides?.variableValues ?? body.squadOverrides?.variableValues ?? {}
  })
}
