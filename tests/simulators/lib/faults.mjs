// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What can go wrong between a caller and a provider. A fault waits for the next request (or the next n) on its route:
//
//   slow {ms}              the answer is late
//   401 402 403 422 429 500 …   refused with this status; nothing is created. {headers} go with it
//   accept_drop_answer     done as asked, but the connection dies before a byte of the answer
//   accept_then_500 …      done as asked, answered with this status
//   accept_after {ms}      done, but only after that long by the told clock, whether or not anybody still listens;
//                          {drop: true} cuts the connection at once
//   accept_garbled         done as asked, answered 201 with half a body
//   refuse_before_accept   cut off before anything is done
//   reset_after_first_byte done as asked; one byte of the answer, then a reset
//   kept_connection_dies   the next request that comes on a connection used before is cut off; nothing is done
//   hook_before_answer     done, and the webhooks arrive before the answer leaves
//   list_never             done and answered as asked, but no list ever shows it
//   page_lost              of a list: the first page is empty and promises another, which is cut off
//   goes_round {pages: n}  of a list: its first page, and another after it for ever, by keys that come again after n
//
// On the route `hooks` it waits for the next webhooks instead: never (not sent), held (until `letGo`), twice (each is sent twice),
// unknown_dial (another comes before it, of a dial and a callback that nobody knows, as from another gateway with this account).
// With `to` it waits for what concerns that number.
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from './refusal.mjs'

const PLAIN = [
  'slow',
  'accept_drop_answer',
  'accept_after',
  'accept_garbled',
  'refuse_before_accept',
  'reset_after_first_byte',
  'kept_connection_dies',
  'hook_before_answer',
  'list_never',
  'page_lost',
  'goes_round'
]
const HOOKS = ['never', 'held', 'twice', 'unknown_dial']

export class Faults {
  #list = []

  /** times: how many requests it spoils; Infinity until it is cleared. */
  add(on, kind, { times = 1, ...rest } = {}) {
    kind = String(kind)
    const known = on === 'hooks' ? HOOKS.includes(kind) : PLAIN.includes(kind) || /^(accept_then_)?[45]\d\d$/.test(kind)
    if (!known) throw new Error(`no such fault on ${on}: ${kind}`)
    this.#list.push({ on, kind, left: times === null ? Infinity : times, round: {}, ...rest })
  }

  /** The fault for this request, if any, and counts it. `suits` may decline one that does not fit. */
  take(on, suits = () => true) {
    const fault = this.#list.find(one => (one.on === on || (one.on === '*' && on !== 'hooks')) && one.left > 0 && suits(one))
    if (fault) fault.left--
    this.#list = this.#list.filter(one => one.left > 0)
    return fault
  }

  clear(on) {
    this.#list = on ? this.#list.filter(one => one.on !== on) : []
  }
  get waiting() {
    return this.#list.map(({ round, ...one }) => ({ ...one, left: one.left === Infinity ? 'always' : one.left }))
  }
}

const reset = socket => socket.resetAndDestroy()

/**
 * Plays one request through a fault. `act()` does what was asked and returns {status, body}; `answer(status, body,
 * headers)` writes. Resolves to what became of it, for the record.
 */
export async function spoiled(fault, { sim, act, answer, res, record }) {
  const { kind } = fault
  const socket = res.socket
  const refuse = (status, otherwise) => {
    const refusal = sim.refused(new Refusal(Number(status), fault.message ?? otherwise, fault.more))
    return answer(refusal.status, refusal.body, fault.headers)
  }
  if (kind === 'slow') {
    await sleep(fault.ms)
    return answer(...parts(act()))
  }
  if (kind === 'refuse_before_accept' || kind === 'kept_connection_dies') return reset(socket)
  if (kind === 'accept_after') {
    if (fault.drop) socket.destroy()
    const done = await new Promise(resolve => sim.agenda.at(sim.clock.now() + fault.ms, at => resolve(act(at))))
    return res.destroyed ? undefined : answer(...parts(done))
  }
  if (kind === 'page_lost') {
    if (sim.pages.isLater(record)) return reset(socket)
    const { status, body } = act()
    return answer(status, sim.pages.promising(body, record))
  }
  if (kind === 'goes_round') {
    const round = fault.round
    round.body ??= act().body
    round.n = (round.n ?? 0) + 1
    return answer(200, sim.pages.another(round.body, round.n % (fault.pages ?? 1)))
  }
  if (/^\d+$/.test(kind)) return refuse(kind, `told to answer ${kind}`)

  const done = act()
  if (done.status >= 400) return answer(...parts(done)) // nothing was accepted, so there is nothing to lose
  if (kind === 'accept_drop_answer') return socket.destroy()
  if (kind === 'reset_after_first_byte') return socket.write('H', () => reset(socket))
  if (kind === 'accept_garbled')
    return answer(done.status, JSON.stringify(done.body).slice(0, -10), { 'content-type': 'application/json' })
  if (kind === 'list_never') {
    sim.calls.get(sim.createdId(done.body)).hidden = true
    return answer(...parts(done))
  }
  if (kind === 'hook_before_answer') {
    // The webhooks of an instant call leave after this turn.
    await new Promise(resolve => setImmediate(resolve))
    await sim.webhooks.idle()
    return answer(...parts(done))
  }
  return refuse(kind.slice('accept_then_'.length), 'something went wrong on our side')
}

const parts = ({ status, body, headers }) => [status, body, headers]
