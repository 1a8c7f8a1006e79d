// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A provider's postman: takes letters, signs each at the moment of sending, waits so long, and tries again by the provider's
// rules. Events are produced in order, but a failed one holds back none that follow. What a provider adds is how it signs, and
// its rules where they differ:
//
//   class AcmeWebhooks extends Webhooks {
//     async headers(letter, { key, at }) { return { 'x-acme-signature': … } }
//     again(result, letter) { return result.status >= 500 }
//   }
//
// A letter: {url, body, event, id, to} and, where they are not the usual, {method, type, timeout, spacing, asks}. One that `asks`
// wants an answer (TwiML, or whom to route a call to): it is never held or spoiled by a fault of `hooks`, and the answer is kept.
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

function post({ url, method = 'POST', body = '', type = 'application/json', asks }, headers, timeout) {
  return new Promise(resolve => {
    const started = performance.now()
    const done = result => resolve({ ...result, ms: Math.round(performance.now() - started) })
    const said = []
    const req = (url.startsWith('https:') ? secure : plain)(
      url,
      {
        method,
        // A connection each: who answers one delivery need not be there for the next.
        agent: false,
        headers: { ...(method !== 'GET' && { 'content-type': type, 'content-length': Buffer.byteLength(body) }), ...headers },
        signal: AbortSignal.timeout(timeout)
      },
      res => {
        if (asks) res.on('data', bytes => said.push(bytes))
        else res.resume()
        res.on('end', () =>
          done({ status: res.statusCode, ...(asks && { type: res.headers['content-type'], body: Buffer.concat(said).toString() }) })
        )
        res.on('error', error => done({ error: error.code ?? error.name }))
      }
    )
    req.on('error', error => done({ error: error.code ?? error.name }))
    req.end(body)
  })
}

export class Webhooks {
  log = []
  #held = []
  #running = new Set()
  #stopped = new AbortController()

  /**
   * key: what it signs with; spacing_ms: pauses before the second, third … delivery, in real time; heard: is given the answer to
   * each letter that asks.
   */
  constructor({ key, clock, faults, heard = () => {}, spacing_ms: spacing = [250, 500, 1000], timeout_ms: timeout = 10000 }) {
    Object.assign(this, { key, clock, faults, heard, spacing, timeout, holding: false })
  }

  // ---- the provider's ----

  /** The headers that prove where a letter comes from. */
  async headers(_letter, _options) {
    return {}
  }

  /** Whether what came of a delivery makes the provider try again. */
  again({ status }, _letter) {
    return !(status >= 200 && status < 300)
  }

  /** The same letter of a dial and a callback that nobody knows, as from another gateway with this account. */
  stranger(letter) {
    const other = text => text.replace(/(sh_(?:dial|callback)\w*(?:":\s*"|=))[\w-]*/g, (_, name) => name + randomUUID())
    const id = letter.id + '_'
    return { ...letter, id, url: other(letter.url), body: other(letter.body).replaceAll(letter.id, id), attempts: [] }
  }

  // ---- what everybody uses ----

  /** Sends letters one after the other. While held they pile up instead. */
  send(letters) {
    const out = letters.flatMap(letter => this.#posted(letter))
    if (!this.holding) return void this.#track(this.#deliverAll(out))
    this.#held.push(...out.filter(one => !one.asks))
    this.#track(this.#deliverAll(out.filter(one => one.asks)))
  }

  /** Lets go what is held, in the order in which it came or as `arrange` puts it. */
  async release(arrange = letters => letters) {
    this.holding = false
    const letters = arrange(this.#held)
    this.#held = []
    await this.#track(this.#deliverAll(letters))
  }

  /** Lets go what is held for one number; the others wait on. */
  letGo(to) {
    const mine = this.#held.filter(one => one.to === to)
    this.#held = this.#held.filter(one => one.to !== to)
    return this.#track(this.#deliverAll(mine))
  }

  get held() {
    return this.#held.map(({ event, id, to }) => ({ event, id, to }))
  }

  /** One delivery as it is given: own body, own headers; no retry. For forgeries and for duplicates by hand. */
  async raw(url, body, headers = {}) {
    return post({ url, body }, headers, this.timeout)
  }

  /** The headers of a letter made by hand: {url, body, …}. */
  async signed(letter, { key = this.key, at = this.clock.now() } = {}) {
    return this.headers(letter, { key, at })
  }

  #posted(given) {
    const letter = { ...given, attempts: [] }
    if (letter.asks) return [letter]
    const fault = this.faults.take('hooks', one => one.to === undefined || one.to === letter.to)
    if (fault?.kind === 'never') {
      this.log.push({ ...letter, withheld: true })
      return []
    }
    if (fault?.kind === 'held') {
      this.#held.push(letter)
      return []
    }
    if (fault?.kind === 'unknown_dial') return [this.stranger(letter), letter]
    return fault?.kind === 'twice' ? [letter, { ...letter, attempts: [] }] : [letter]
  }

  async #deliverAll(letters) {
    for (const letter of letters) {
      this.log.push(letter)
      if (!(await this.#attempt(letter))) this.#track(this.#repeat(letter))
    }
  }

  /** Whether that was all. */
  async #attempt(letter) {
    if (this.#stopped.signal.aborted) return true
    const result = await post(letter, await this.signed(letter), letter.timeout ?? this.timeout)
    letter.attempts.push({ at: this.clock.now(), ...result })
    if (letter.asks) this.heard(letter, result)
    return !this.again(result, letter)
  }

  async #repeat(letter) {
    for (const pause of letter.spacing ?? this.spacing) {
      try {
        await sleep(pause, undefined, { signal: this.#stopped.signal })
      } catch {
        return
      }
      if (await this.#attempt(letter)) return
    }
  }

  #track(promise) {
    this.#running.add(promise)
    return promise.finally(() => this.#running.delete(promise))
  }

  /** How many deliveries, or rows of them, are on their way. */
  get busy() {
    return this.#running.size
  }

  /** Until nothing is on its way, retries included. */
  async idle() {
    while (this.#running.size) await Promise.all(this.#running)
  }

  async stop() {
    this.#stopped.abort()
    this.#held = []
    await this.idle()
  }
}
