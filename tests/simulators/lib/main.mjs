// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A simulated provider on a port of its own. Prints one line of JSON with its URL when it is ready; ends on SIGTERM.
import { parseArgs } from 'node:util'

const FLAGS = {
  port: { type: 'string', default: '0' },
  'api-key': { type: 'string', multiple: true },
  'webhook-key': { type: 'string' },
  'trial-clock': { type: 'string' },
  numbers: { type: 'string', default: '' },
  otherwise: { type: 'string' },
  'not-instant': { type: 'boolean', default: false }
}
const USAGE = `usage: node main.mjs --api-key KEY --webhook-key KEY [--port 0] [--trial-clock FILE]
	[--numbers +14155550100,…] [--otherwise SCRIPT] [--not-instant]`

function read(flags, usage) {
  try {
    const { values } = parseArgs({ options: { ...FLAGS, ...flags } })
    if (!values['api-key'] || !values['webhook-key']) throw new Error('--api-key and --webhook-key are needed')
    return values
  } catch (error) {
    console.error(`${error.message}\n${USAGE} ${usage}`)
    process.exit(2)
  }
}

/** flags: more of them, as parseArgs wants them; usage: how they are shown; begun: what they do, once the simulator stands. */
export async function main(Simulated, { flags = {}, usage = '', begun = () => {} } = {}) {
  const given = read(flags, usage)
  const sim = await Simulated.start({
    port: Number(given.port),
    apiKey: given['api-key'],
    webhookKey: given['webhook-key'],
    trialClock: given['trial-clock'],
    numbers: given.numbers.split(',').filter(Boolean),
    fallback: given.otherwise,
    settings: { instant: !given['not-instant'] }
  })
  begun(sim, given)
  console.log(JSON.stringify({ url: sim.url, pid: process.pid }))

  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, async () => {
      await sim.stop()
      process.exit(0)
    })
  }
}
