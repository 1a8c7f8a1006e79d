// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Retell's postman: signs with the official SDK, waits ten seconds, tries up to three times more when no 2xx came.
// Events are produced in order, but a failed one holds back none that follow.
import { request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { symmetric } from 'retell-sdk/lib/webhook_auth'

const DEFAULT_EVENTS = ['call_started', 'call_ended', 'call_analyzed', 'chat_started', 'chat_ended', 'chat_analyzed']

function post(url, body, headers, timeout) {
  return new Promise(resolve => {
    const started = performance.now()
    const done = result => resolve({ ...result, ms: Math.round(performance.now() - started) })
    const req = (url.startsWith('https:') ? secure : plain)(
      url,
      {
        method: 'POST',
        // A connection each: who answers one delivery need not be there for the next.
        agent: false,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
        signal: AbortSignal.timeout(timeout)
      },
      res => {
        res.resume()
        res.on('end', () => done({ status: res.statusCode }))
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

  /** spacing_ms: pauses before the second, third and fourth delivery, in real time. Retell does not document them. */
  constructor({ key, clock, faults, spacing_ms: spacing = [250, 500, 1000], timeout_ms: timeout = 10000 }) {
    Object.assign(this, { key, clock, faults, spacing, timeout, holding: false })
  }

  /** What goes out for one agent: an agent's own URL silences the account's. */
  static route(agent, accountUrl, variables) {
    const url = agent.webhook_url ?? accountUrl
    const fill = url?.replace(/\{\{(\w+)\}\}/g, (_, name) => encodeURIComponent(variables?.[name] ?? ''))
    return { url: fill, events: agent.webhook_events ?? DEFAULT_EVENTS, timeout: agent.webhook_timeout_ms }
  }

  /** Sends the events one after the other: [{event, call | chat}]. While held they pile up instead. */
  send(route, payloads) {
    const wanted = payloads.filter(one => route.url && route.events.includes(one.event))
    const letters = wanted.flatMap(payload => this.#letters(route, payload))
    if (this.holding) this.#held.push(...letters)
    else this.#track(this.#deliverAll(letters))
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

  /** One delivery as it is given: own body, own signature; no retry. For forgeries and for duplicates by hand. */
  async raw(url, body, headers = {}) {
    return post(url, body, headers, this.timeout)
  }

  async sign(body, { key = this.key, at = this.clock.now() } = {}) {
    return symmetric.sign(body, key, at)
  }

  #letters(route, payload) {
    const letter = {
      url: route.url,
      timeout: route.timeout,
      event: payload.event,
      id: payload.call?.call_id ?? payload.chat?.chat_id,
      to: payload.call?.to_number,
      body: JSON.stringify(payload),
      attempts: []
    }
    const to = payload.call?.to_number
    const fault = this.faults.take('hooks', one => one.to === undefined || one.to === to)
    if (fault?.kind === 'never') {
      this.log.push({ ...letter, withheld: true })
      return []
    }
    if (fault?.kind === 'held') {
      this.#held.push(letter)
      return []
    }
    if (fault?.kind === 'unknown_dial') {
      const body = letter.body.replace(/("sh_(?:dial|callback)_id":")[^"]*/g, (_, name) => name + randomUUID()).replaceAll(letter.id, letter.id + '_')
      return [{ ...letter, id: letter.id + '_', body, attempts: [] }, letter]
    }
    return fault?.kind === 'twice' ? [letter, { ...letter, attempts: [] }] : [letter]
  }

  async #deliverAll(letters) {
    for (const letter of letters) {
      this.log.push(letter)
      if (!(await this.#attempt(letter))) this.#track(this.#again(letter))
    }
  }

  async #attempt(letter) {
    if (this.#stopped.signal.aborted) return true
    const signature = await this.sign(letter.body)
    const result = await post(letter.url, letter.body, { 'x-retell-signature': signature }, letter.timeout ?? this.timeout)
    letter.attempts.push({ at: this.clock.now(), ...result })
    return result.status >= 200 && result.status < 300
  }

  async #again(letter) {
    for (const pause of this.spacing) {
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
