// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The scenario's clock: a file with an offset, which the gateway and the simulated provider follow. Nothing sleeps to
// let time pass; waits are for a condition, and have a limit.
import { openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { toldClock } from '../../simulators/lib/told-clock.mjs'

const UNITS = { ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000 }

/** '90s', '1h 30m' → milliseconds. */
export function span(text) {
  if (!/^(\s*\d+(ms|s|m|h|d))+$/.test(text)) throw new Error(`not a span: ${text}`)
  return [...text.matchAll(/(\d+)(ms|s|m|h|d)/g)].reduce((sum, [, n, unit]) => sum + n * UNITS[unit], 0)
}

/** How far a zone's wall clock is ahead of UTC at that moment, in ms. */
function ahead(at, zone) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric'
  }).formatToParts(at)
  const get = type => Number(parts.find(one => one.type === type).value)
  return (
    Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second')) -
    Math.floor(at / 1000) * 1000
  )
}

/** '2027-03-01 10:00 America/Los_Angeles', or RFC 3339 → ms since 1970. */
export function moment(text) {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) (\S+)$/.exec(text)
  if (!match) {
    const at = Date.parse(text)
    if (Number.isNaN(at)) throw new Error(`not a time: ${text}`)
    return at
  }
  const wall = Date.parse(`${match[1]}T${match[2]}Z`)
  // Twice: the first guess may lie on the other side of a change of the clocks.
  const guess = wall - ahead(wall, match[3])
  return wall - ahead(guess, match[3])
}

export class Clock {
  constructor(file, start) {
    this.file = file
    this.#write(moment(start) - Date.now())
    this.told = toldClock(file)
  }

  now() {
    return this.told.now()
  }
  /** What was begun is let go on first (`settle`, of the scenario): a slow machine would lose it to leases that run out at once. */
  async forward(text) {
    await this.settle?.()
    this.#write(this.told.offset() + span(text))
  }

  /** Never back: a clock that runs backwards is another test. */
  async set(text) {
    await this.settle?.()
    const at = typeof text === 'number' ? text : moment(text)
    if (at < this.now()) throw new Error(`the clock is past ${text} already`)
    this.#write(at - Date.now())
  }

  /** In place and of one length: whoever reads in the middle of it finds the old time or the new one, never an empty file. */
  #write(offset) {
    this.fd ??= openSync(this.file, 'w+', 0o644)
    writeSync(this.fd, String(Math.round(offset)).padEnd(16), 0)
  }
}

/**
 * Asks until the answer is truthy, and returns it. `what` completes the sentence "it never happened that …". The limit is for what
 * never comes: no machine is so slow that something right takes as long.
 */
export async function eventually(ask, what, { limit = '2m' } = {}) {
  const end = Date.now() + span(limit)
  let last
  for (let pause = 10; ; pause = Math.min(pause * 1.5, 200)) {
    try {
      const answer = await ask()
      if (answer) return answer
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > end) throw new Error(`it never happened that ${what}, in ${limit}`, last && { cause: last })
    await sleep(pause)
  }
}
