// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// One lane of the matrix: a process that plays the rounds which main.mjs hands it, one after the other, in a world of its
// own. What a round did to the world may trouble the next one, as in life; a world that broke a promise is thrown away.
import { planRound } from './plan.mjs'
import { mutate } from './mutations.mjs'
import { promises, storyOf } from './promises.mjs'
import { Round } from './round.mjs'
import { World } from './world.mjs'

const ROUNDS = 40 // a world serves so many
let world

async function drop() {
  const old = world
  world = undefined
  await old?.end()
}

async function play({ seed, round, options }) {
  const plan = planRound(seed, round, options)
  // The same round once more has the same callees: it must find nothing of the last time.
  if (world && (options.fresh || world.rounds >= ROUNDS || world.list !== plan.list || world.mutation !== options.mutation)) await drop()
  if (!world) {
    world = await World.make(plan)
    world.mutation = options.mutation
    if (options.mutation) await mutate(world, options.mutation)
  }
  world.rounds++
  const played = await new Round(world, plan).play()
  const { broken, void: why } = await promises(played)
  const stories = []
  for (const one of broken.slice(0, 3))
    stories.push({ promise: one.promise, text: one.text, lines: await storyOf(played, one).catch(error => [error.message]) })
  const cell = ({ name, does }) => `${name}:${does}`
  const result = {
    round,
    fired: played.fired.map(cell),
    unfired: played.unfired.map(cell),
    mishaps: plan.mishaps.map(one => one.what),
    rings: Object.values(world.retell.rings.by_dial).reduce((sum, n) => sum + n, 0),
    steps: played.steps,
    stories,
    void: why
  }
  if (broken.length) await drop()
  return result
}

process.on('message', async message => {
  if (message.end) {
    await drop()
    process.disconnect()
    return
  }
  const began = Date.now()
  try {
    process.send({ ...(await play(message)), ms: Date.now() - began })
  } catch (error) {
    const log = world?.gateway?.log().slice(-10) ?? []
    await drop().catch(() => {})
    process.send({ round: message.round, error: error.stack, cause: error.cause?.stack, log })
  }
})
