// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What ./quickstart does once the gateway is built and installed: starts it, tells the story, stays up or ends. Whatever
// ends it, the programs it started end and the folder it was given is removed. tests/scenarios/quickstart.test.mjs does the same,
// with an installed tree that is there.
import { parseArgs } from 'node:util'
import { Stage } from './stage.mjs'
import { outlook, steps } from './story.mjs'
import { Teller } from './tell.mjs'

const { values: given } = parseArgs({
  options: {
    stage: { type: 'string' },
    port: { type: 'string' },
    provider: { type: 'string' },
    user: { type: 'string', default: 'switchhook' }, // that the gateway becomes where this is run by root
    exit: { type: 'boolean', default: false }
  }
})

const stage = new Stage(given.stage, given.provider, given.user)
const teller = new Teller()

let ending
/** Once; a second Ctrl-C does not wait for anybody. */
function end(status) {
  if (ending) stage.kill()
  ending ??= stage.stop().finally(() => process.exit(status))
  return ending
}

let over
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.on(signal, () => {
    if (!ending) teller.line('\nEnding: the gateway, its Postgres and the simulated provider stop.')
    end(signal === 'SIGINT' && over ? over.status : status)
  })

// A reader that goes away (`| head`) is an end like any other.
process.stdout.on('error', () => end(1))

const STEPS = steps(stage.provider)
const happened = await tell()
const status = happened === STEPS.length ? 0 : 1
teller.summary(happened, STEPS.length)
if (given.exit || status !== 0) await end(status)
outlook(teller, stage)
over = { status }

async function tell() {
  let n = 0
  const story = { stage, teller, port: given.port && Number(given.port) }
  for (const { title, happens } of STEPS) {
    teller.step(n + 1, title)
    try {
      await happens(story)
    } catch (error) {
      // What is being stopped fails, of course.
      if (ending) await ending
      teller.failed(error, stage.lastOfLog())
      return n
    }
    n++
  }
  return n
}
