// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Chance that comes out the same for the same seed. What a round plays is drawn from it before the round begins; how the
// processes then interleave is the machine's.

export class Chance {
  #state
  constructor(...seeds) {
    this.#state = 0x9e3779b9
    for (const c of seeds.join('/')) this.#state = Math.imul(this.#state ^ c.charCodeAt(0), 0x01000193) >>> 0
    for (let i = 0; i < 8; i++) this.unit()
  }

  /** 0 ≤ x < 1 (mulberry32) */
  unit() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** from … to, both included */
  int(from, to) {
    return from + Math.floor(this.unit() * (to - from + 1))
  }
  maybe(share) {
    return this.unit() < share
  }
  one(list) {
    return list[this.int(0, list.length - 1)]
  }

  /** {word: weight, …} → a word */
  weighed(words) {
    let mark = this.unit() * Object.values(words).reduce((sum, n) => sum + n, 0)
    for (const [word, n] of Object.entries(words)) if ((mark -= n) < 0) return word
    return Object.keys(words).at(-1)
  }

  shuffled(list) {
    const rest = [...list]
    return list.map(() => rest.splice(this.int(0, rest.length - 1), 1)[0])
  }
}
