// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// How an account at the simulated Twilio is connected to a gateway: a row of ../providers.mjs.
import { TwilioSimulator } from './simulator.mjs'
import { ACCOUNT } from './world.mjs'

export const MEDIA = 'wss://voice.example.com/stream'

const [KEY, SECRET] = ['SK5ca1ab1e0ddba11c0ffee5ca1ab1e0dd', 'a_secret_of_that_api_key_5eed']

export const twilio = {
  name: 'twilio',
  title: 'Twilio',
  numbers: ['+14155550120', '+14155550121', '+14155550122'],
  dialRoute: 'create_call',
  variablesOnAnswer: true,

  start: options =>
    TwilioSimulator.start({ apiKey: `${KEY}:${SECRET}`, webhookKey: '3f1c9a7be2d04856a1b0c9d8e7f60514', ...options }),

  credentials: sim => ({
    account_sid: ACCOUNT,
    webhook_signing_key: sim.webhooks.key,
    api_key_sid: KEY,
    api_key_secret: SECRET,
    base_url: sim.url
  }),
  secrets: sim => [SECRET, sim.webhooks.key],

  /** Twilio has no agents: one is made here, whose media server the calls are connected to. */
  makeAgent: acme =>
    acme.gateway.post('/v1/agents', {
      workspace_id: acme.workspace.id,
      name: 'Reminder Agent',
      settings: { connect_url: MEDIA }
    }),

  /** What answers the numbers. Dials name the URL themselves. */
  point: (sim, url) => {
    for (const number of sim.numbers.values()) Object.assign(number, { voice_url: url, voice_fallback_url: url, status_callback: url })
  },

  // Until somebody answers, Twilio knows no variables: it asks for them.
  dial: ({ body }, sim) => ({
    ...body,
    from_number: body.From,
    to_number: body.To,
    variables: [...sim.calls.values()].find(entry => sim.body(entry) === body)?.parameters
  })
}
