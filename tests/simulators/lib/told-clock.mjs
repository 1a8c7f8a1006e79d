// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The clock of a trial: the machine's, plus an offset in milliseconds that stands as decimal text in a file. The
// gateway follows the same file (`serve --trial-clock FILE`), so that both agree on the hour when hours pass at once.
import { readFileSync } from 'node:fs'

/** Reads the file at each use. Without a file it is the machine's own clock. */
export function toldClock(file) {
  const offset = () => {
    if (!file) return 0
    const text = readFileSync(file, 'utf8').trim()
    if (!/^-?\d{1,15}$/.test(text))
      throw new Error(`${file}: not an offset in milliseconds: ${JSON.stringify(text.slice(0, 40))}`)
    return Number(text)
  }
  return { now: () => Date.now() + offset(), offset }
}

/**
 * Things to do when the told clock reaches a time. It looks every few milliseconds, since a told clock jumps; it
 * keeps no process alive and does nothing while its list is empty.
 */
export class Agenda {
  #items = []
  #timer
  constructor(clock) {
    this.clock = clock
  }

  /** run is given the time that it was put down for, which a clock that jumped may have left behind. */
  at(ms, run) {
    this.#items.push({ ms, run })
    this.#timer ??= setInterval(() => this.look(), 20).unref()
  }

  /** What is due by now, in order of time; also what doing it made due. */
  look() {
    const now = this.clock.now()
    for (;;) {
      const first = this.#items.reduce((a, b) => (b.ms <= now && (!a || b.ms < a.ms) ? b : a), undefined)
      if (!first) break
      this.#items.splice(this.#items.indexOf(first), 1)
      first.run(first.ms)
    }
    if (this.#items.length === 0) this.clear()
  }

  /** When something will be due next; undefined: nothing is put down. */
  get next() {
    return this.#items.length ? Math.min(...this.#items.map(item => item.ms)) : undefined
  }

  clear() {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#items = []
  }
}
