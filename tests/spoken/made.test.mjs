// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What is read does not depend on what stands beside it: thousands of answers and calls, made of parts that mean one thing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installed } from '../scenarios/lib/place.mjs'
import { answer, call, dice, smallTalk } from './made.mjs'
import { answers } from './run.mjs'

const COUNT = 2000

/** How many of COUNT made cases are read as they were made; a few of those that are not are told. */
function read(t, seed, make) {
  const roll = dice(seed)
  const cases = Array.from({ length: COUNT }, (_, i) => ({ id: `made-${i}`, ...make(roll) }))
  const found = answers(
    installed().program,
    cases.map(({ instant, ...given }) => given)
  )
  const wrong = cases.filter(c => {
    const got = found.get(c.id)
    if (c.instant === undefined) return got.intent !== 'none'
    return got.intent !== 'callback' || Date.parse(got.instant) !== Date.parse(c.instant)
  })
  for (const c of wrong.slice(0, 20)) {
    const got = found.get(c.id)
    t.diagnostic(`${c.text ?? c.transcript}\n  now ${c.now} ${c.tz}, expected ${c.instant ?? 'none'}, found ${got.intent} ${got.instant}`)
  }
  return COUNT - wrong.length
}

function reads(name, seed, share, make) {
  test(name, t => {
    const right = read(t, seed, make)
    assert.ok(right >= share * COUNT, `${right} of ${COUNT}`)
  })
}

reads('a day and a clock, in any order and any words around them', 1, 0.99, answer)
reads('a time that the user says', 2, 0.99, roll => call('said', 0, roll))
reads('a time that the user asks for', 8, 0.99, roll => call('asked', 0, roll))
reads('a time that the agent offers and the user takes', 3, 0.99, roll => call('offered', 0, roll))
reads('asides change nothing of a time that was said', 4, 0.98, roll => call('said', 2, roll))
reads('asides change nothing of a time that was asked for', 5, 0.98, roll => call('asked', 2, roll))
reads('asides change nothing of a time that was offered', 6, 0.98, roll => call('offered', 2, roll))
reads('small talk asks for no call', 7, 0.99, roll => smallTalk(4, roll))
