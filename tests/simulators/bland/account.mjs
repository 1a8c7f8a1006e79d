// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// How an account at the simulated Bland is connected to a gateway: a row of ../providers.mjs.
import { BlandSimulator } from './simulator.mjs'
import { PATHWAY } from './world.mjs'

export const bland = {
  name: 'bland',
  title: 'Bland',
  numbers: ['+12025550144', '+12025550166', '+12025550199'],
  agent: `pathway:${PATHWAY}`,
  dialRoute: 'create_call',

  start: options =>
    BlandSimulator.start({ apiKey: 'org_5eedcafe0ddba11c0ffee', webhookKey: 'bland_whsec_ba5eba11facade0decade', ...options }),

  credentials: sim => ({ api_key: sim.apiKeys[0], webhook_secret: sim.webhooks.key, base_url: sim.url }),
  secrets: sim => [sim.apiKeys[0], sim.webhooks.key],

  /** The organisation's webhook, which takes what no call and no number names another for. */
  point: (sim, url) => {
    sim.account.webhook_url = url
  },

  dial: ({ body }) => ({ ...body, from_number: body.from, to_number: body.phone_number, variables: body.request_data ?? {} })
}
