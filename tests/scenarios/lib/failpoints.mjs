// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The page of failpoints that a gateway and its test share (gateway/base/failpoint.h): one cell a row of failpoint.def,
// in its order. Which steps there are stands there and nowhere here.
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from './time.mjs'

const CELL = 32
const ACTS = ['none', 'kill', 'stop', 'delay', 'drop']
const [LEFT, ACT, ARG, HITS, FIRED, PID] = [0, 4, 8, 12, 16, 20]

/** [{name, what}] */
export const FAILPOINTS = [
  ...readFileSync(join(import.meta.dirname, '../../../gateway/base/failpoint.def'), 'utf8').matchAll(
    /^FAILPOINT\(\w+, *"([^"]+)", *"([^"]+)"\)$/gm
  )
].map(([, name, what]) => ({ name, what }))

export class Page {
  #fd
  constructor(folder) {
    this.file = folder.join('failpoints')
    this.#fd = openSync(this.file, 'w+', 0o644)
    writeSync(this.#fd, Buffer.alloc(CELL * FAILPOINTS.length))
    folder.own(this.file)
  }

  /** What `switchhook serve` is to find in its environment. */
  get env() {
    return { SWITCHHOOK_FAILPOINT: '@' + this.file }
  }

  #at(name) {
    const at = FAILPOINTS.findIndex(one => one.name === name)
    if (at < 0) throw new Error(`no failpoint ${name}`)
    return at * CELL
  }

  /** The nth process from now on that comes by does it: 'kill', 'stop', 'drop', or 'delay' for so many ms. */
  arm(name, act, { nth = 1, ms = 0 } = {}) {
    const what = Buffer.alloc(8)
    what.writeUInt32LE(ACTS.indexOf(act), 0)
    what.writeUInt32LE(ms, 4)
    writeSync(this.#fd, what, 0, 8, this.#at(name) + ACT)
    const left = Buffer.alloc(4)
    left.writeInt32LE(nth)
    writeSync(this.#fd, left, 0, 4, this.#at(name) + LEFT)
  }

  disarm(...names) {
    for (const name of names.length ? names : FAILPOINTS.map(one => one.name))
      writeSync(this.#fd, Buffer.alloc(4), 0, 4, this.#at(name) + LEFT)
  }

  /** {left, act, hits, fired, pid} */
  read(name) {
    const cell = Buffer.alloc(CELL)
    readSync(this.#fd, cell, 0, CELL, this.#at(name))
    return {
      left: cell.readInt32LE(LEFT),
      act: ACTS[cell.readUInt32LE(ACT)],
      ms: cell.readUInt32LE(ARG),
      hits: cell.readUInt32LE(HITS),
      fired: cell.readUInt32LE(FIRED),
      pid: cell.readUInt32LE(PID)
    }
  }

  /** Arms it and returns a function that waits until it has fired, and says in which process. */
  expect(name, act, options) {
    const { fired } = this.read(name)
    this.arm(name, act, options)
    return () => eventually(() => this.read(name).fired > fired && this.read(name).pid, `${name} fired`)
  }

  close() {
    closeSync(this.#fd)
  }
}

export const goOn = pid => process.kill(pid, 'SIGCONT')
