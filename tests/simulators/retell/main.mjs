#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A simulated Retell on a port of its own. Prints one line of JSON with its URL when it is ready; ends on SIGTERM.
import { parseArgs } from 'node:util'
import { RetellSimulator } from './simulator.mjs'

const USAGE = `usage: node main.mjs --api-key KEY --webhook-key KEY [--port 0] [--trial-clock FILE]
	[--numbers +14155550100,…] [--webhook-url URL] [--otherwise SCRIPT] [--not-instant]`

function options() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        'api-key': { type: 'string', multiple: true },
        'webhook-key': { type: 'string' },
        'trial-clock': { type: 'string' },
        numbers: { type: 'string', default: '' },
        'webhook-url': { type: 'string' },
        otherwise: { type: 'string' },
        'not-instant': { type: 'boolean', default: false }
      }
    })
    if (!values['api-key'] || !values['webhook-key']) throw new Error('--api-key and --webhook-key are needed')
    return values
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`)
    process.exit(2)
  }
}

const given = options()
const retell = await RetellSimulator.start({
  port: Number(given.port),
  apiKey: given['api-key'],
  webhookKey: given['webhook-key'],
  trialClock: given['trial-clock'],
  numbers: given.numbers.split(',').filter(Boolean),
  fallback: given.otherwise,
  settings: { instant: !given['not-instant'] }
})
retell.account.webhook_url = given['webhook-url'] ?? null
console.log(JSON.stringify({ url: retell.url, pid: process.pid }))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await retell.stop()
    process.exit(0)
  })
}
