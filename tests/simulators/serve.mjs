#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// An account at a provider of providers.mjs, on a port of its own: node serve.mjs NAME [TRIAL-CLOCK [NUMBER…]]. Prints one line
// of JSON with its URL, what a gateway must know of it, and who may be cast; ends on SIGTERM. At its back door two things more:
//
//   PUT /_sim/webhook {url}   the agent's webhook URL goes into the dashboard
//   GET /_sim/dials           what was asked to be dialled: [{from_number, to_number, variables}, …]
import { PROVIDERS } from './providers.mjs'

const [name, trialClock, ...numbers] = process.argv.slice(2)
const provider = PROVIDERS[name]
if (!provider) {
  console.error(`usage: node serve.mjs ${Object.keys(PROVIDERS).join('|')} [TRIAL-CLOCK [NUMBER…]]`)
  process.exit(2)
}

const sim = await provider.start({ trialClock, numbers: numbers.length ? numbers : provider.numbers })
Object.assign(sim.actions, {
  'PUT webhook': (_, { body }) => provider.point?.(sim, body.url) && {},
  'GET dials': () => sim.requests.filter(one => one.route === provider.dialRoute).map(one => provider.dial(one, sim))
})
console.log(JSON.stringify({ url: sim.url, credentials: provider.credentials(sim), people: sim.constructor.script.people }))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await sim.stop()
    process.exit(0)
  })
}
