// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// One round: orders are placed, failpoints fire, people interfere, processes die; the told clock is driven from one thing
// that is due to the next until everything is decided. What must hold then stands in promises.mjs.
//
// The clock jumps only when nothing moves any more: no statement is written, no request is under way. That a stopped worker
// wakes hours later is the point; that a request takes an hour on the wire would be this machine's fault, not the gateway's.
import { setTimeout as sleep } from 'node:timers/promises'
import { Chance } from './chance.mjs'

const STILL_MS = 35 // without a change for so long: nothing moves
const STUCK_MS = 100 // the same while something is open that may never move, as its worker is dead or stopped
const WAKING_MS = 300 // until one that was stopped has written what it was about to
// For ever: so many jumps of the clock, and so long in real time, in which nothing became of anything.
const EVER_STEPS = 40
const EVER_MS = 10000

export class Round {
  constructor(world, plan) {
    Object.assign(this, { world, plan, steps: 0, log: [], fired: [], stops: [], acks: [], orders: [], asking: 0, lateness: [] })
    this.chance = new Chance(plan.seed, plan.round, 'play')
    this.began = world.clock.now()
    this.logged = world.gateway.log().length
  }

  tell(text) {
    this.log.push(`${new Date(this.world.clock.now()).toISOString().slice(8, 23)} ${text}`)
  }

  // ---- before ----

  #cast() {
    const { retell } = this.world
    retell.forget()
    Object.assign(retell.settings, { list_lag_ms: this.plan.list_lag_ms })
    for (const story of this.plan.stories) {
      const { to } = story
      retell.cast(to, ...story.humans)
      if (story.fault === 'accept_after') retell.fault('create_phone_call', 'accept_after', { to, ms: story.late, drop: true })
      else if (story.fault) retell.fault('create_phone_call', story.fault, { to })
      if (story.hooks !== 'come') retell.fault('hooks', story.hooks, { to, times: ['never', 'held'].includes(story.hooks) ? null : 1 })
      if (story.lists === 'never answer') retell.fault('list_calls', '500', { to, times: null })
    }
  }

  /** Failpoints wait in line where several stories name the same one: a page has one cell for each. */
  #arm() {
    this.armed = new Map()
    this.line = new Map()
    for (const story of this.plan.stories) {
      const add = (name, one) => this.line.set(name, [...(this.line.get(name) ?? []), one])
      if (story.before) add(story.before, { act: 'drop', nth: 1 })
      add(story.name, { story, act: story.does, nth: story.nth, ms: story.ms })
    }
    for (const name of this.line.keys()) this.#armNext(name)
  }

  #armNext(name) {
    const one = this.line.get(name)?.shift()
    if (!one) return this.armed.delete(name)
    const { page } = this.world
    this.armed.set(name, { ...one, fired: page.read(name).fired })
    page.arm(name, one.act, { nth: one.nth, ms: one.ms })
  }

  /** What has fired since the last look. */
  #look() {
    const { page, clock } = this.world
    for (const [name, one] of [...this.armed]) {
      const cell = page.read(name)
      if (cell.fired === one.fired) continue
      this.tell(`fired ${name}:${one.act} in ${cell.pid}`)
      if (one.story) this.fired.push(one.story)
      if (one.act === 'stop') {
        const at = clock.now()
        const { stopped = 61000 } = one.story ?? {}
        // Of this one pause A1 says how long it may be; the others may be of any length.
        this.stops.push({ pid: cell.pid, name, at, wake: at + stopped, latest: name === 'send.after_hook' ? at + stopped + 10000 : Infinity })
      }
      this.#armNext(name)
    }
  }

  #wake(stop) {
    this.stops = this.stops.filter(one => one !== stop)
    try {
      process.kill(stop.pid, 'SIGCONT')
      this.woken = true
      const day = at => new Date(at).toISOString().slice(0, 10)
      if (day(stop.at) !== day(this.world.clock.now())) this.world.sleptOverMidnight = true
      this.tell(`${stop.pid} goes on after ${stop.name}`)
    } catch {
      // Killed in the meantime.
    }
  }

  // ---- people ----

  /** Asks until somebody answers, as a careful client does. */
  async #insist(path, body, headers = {}, key) {
    const { gateway } = this.world
    this.asking++
    try {
      for (let n = 0; n < 40 && !this.over; n++) {
        try {
          const res = await fetch(gateway.url + path, {
            method: 'POST',
            headers: { authorization: `Bearer ${key ?? gateway.key}`, 'content-type': 'application/json', connection: 'close', ...headers },
            body: JSON.stringify(body ?? {}),
            signal: AbortSignal.timeout(2000)
          })
          const answer = { status: res.status, body: await res.json().catch(() => ({})), at: Date.now(), told: this.world.clock.now() }
          if (answer.status !== 429 && answer.status !== 503 && answer.status !== 500) return answer
        } catch {
          // The worker died, or is stopped: again, at another.
        }
        await sleep(Math.min(20 * (n + 1), 200))
      }
    } finally {
      this.asking--
    }
  }

  async #order(story, nth) {
    const body = { from_number: '+14155550100', to_number: story.to }
    if (story.order === 'later' || nth > 0) body.schedule_at = new Date(this.began + 20000).toISOString()
    const key = `${this.plan.round}-${story.n}-${nth}`
    for (let n = 0; n < 4; n++) {
      const answer = await this.#insist('/v1/outbound/calls', body, { 'idempotency-key': key }, this.world.acme.key)
      if (answer?.status !== 409 || n === 3)
        this.tell(`${story.to} ordered: ${answer?.status ?? 'no answer'} ${answer?.body?.state ?? answer?.body?.code ?? ''}`)
      if (answer && answer.status < 300) return this.orders.push({ story, id: answer.body.callback_id, ...answer })
      // The same request, cut off and under way elsewhere, holds key or callee: it is asked about once more.
      if (answer?.status !== 409) return
      await sleep(150)
    }
  }

  async #act(story) {
    const order = this.orders.find(one => one.story === story)
    story.acted = true
    if (story.act === 'suppress') {
      const answer = await this.#insist('/v1/suppressions', { number: story.to, reason: 'asked for it' })
      this.tell(`${story.to} suppressed: ${answer?.status}`)
      if (answer?.status < 300) this.acks.push({ what: 'suppress', story, ...answer })
    } else if (story.act === 'call in') {
      this.world.retell.inbound({ from: story.to, to: '+14155550100' })
      this.tell(`${story.to} calls in`)
    } else if (order) {
      await this.#cancel(story, order.id)
    } else {
      story.acted = this.steps > 12
    }
  }

  async #cancel(story, root) {
    const [last] = await this.#rows(
      `SELECT callback_id AS id FROM callbacks WHERE chain_root_id = '${root}' ORDER BY attempt DESC LIMIT 1`
    )
    const answer = last && (await this.#insist(`/v1/callbacks/${last.id}/cancel`))
    this.tell(`${last?.id} cancelled: ${answer?.status} ${answer?.body?.state ?? answer?.body?.detail}`)
    if (answer?.status < 300) this.acks.push({ what: 'cancel', story, id: last.id, root, ...answer })
  }

  async #again(story, parked) {
    const answer = await this.#insist(`/v1/callbacks/${parked.id}/dial-now`)
    this.tell(`${parked.id} dialled again: ${answer?.status} ${answer?.body?.detail ?? ''}`)
    // Not before no call of it can last any more.
    if (answer && answer.status < 300) story.decided = true
    else story.tries = (story.tries ?? 0) + 1
  }

  /** What is parked waits for a person, who decides as the story says. */
  async #decideParked() {
    const wanted = this.plan.stories.filter(one => one.parked !== 'leave' && !one.decided && (one.tries ?? 0) < 3)
    if (!wanted.length) return
    const parked = await this.#rows(
      `SELECT c.callback_id AS id, c.chain_root_id AS root, extract(epoch FROM max(l.live_until)) * 1000 AS until
         FROM callbacks c JOIN live_dial l USING (bucket, tenant_id, callback_id) WHERE c.state = 'parked' GROUP BY 1, 2`
    )
    for (const one of parked) {
      const story = wanted.find(story => this.orders.some(order => order.story === story && order.id === one.root))
      if (!story) continue
      if (story.parked === 'close') {
        story.decided = true
        this.#soon(this.#cancel(story, one.root))
      } else if (this.world.clock.now() > one.until) {
        this.#soon(this.#again(story, one))
      } else {
        this.waitFor = Math.min(this.waitFor ?? Infinity, Number(one.until))
      }
    }
  }

  #soon(promise) {
    this.open = [...(this.open ?? []), promise]
    return promise
  }

  #letGo({ to }) {
    const { webhooks } = this.world.retell
    if (!webhooks.held.some(one => one.to === to)) return
    this.tell(`${to}: what was held back is sent`)
    webhooks.letGo(to)
  }

  // ---- the database ----

  async #rows(question) {
    for (let n = 0; ; n++) {
      try {
        return await this.world.wire.rows(question)
      } catch (error) {
        // It may be starting again.
        if (n > 200) throw error
        await sleep(25)
      }
    }
  }

  async #state() {
    const now = `to_timestamp(${this.world.clock.now()} / 1000.0)`
    const ms = text => `(SELECT extract(epoch FROM min(${text})) * 1000`
    const [state] = await this.#rows(
      `SELECT pg_current_wal_insert_lsn() AS lsn,
         ${ms('due_at')} FROM due WHERE due_at > ${now}) AS due,
         (SELECT count(*) FROM due WHERE due_at <= ${now}) AS ready,
         ${ms('lease_until')} FROM callbacks WHERE state = 'claimed') AS claimed,
         ${ms('lease_until')} FROM live_dial WHERE state IN ('intent', 'sent')) AS dialling,
         ${ms('lease_until')} FROM inbox WHERE state = 'pending') AS pending,
         (SELECT count(*) FROM callbacks WHERE state NOT IN ('completed', 'cancelled', 'suppressed', 'expired', 'parked')) AS open,
         (SELECT count(*) FROM live_dial WHERE state NOT IN ('parked', 'closed')) AS dials,
         (SELECT count(*) FROM intents) AS intents`
    )
    return state
  }

  /** Until nothing moves. */
  async #settle() {
    const { retell } = this.world
    const began = performance.now()
    let before
    let since = began
    for (;;) {
      this.#look()
      const state = await this.#state()
      const now = performance.now()
      const shape = [state.lsn, retell.requests.length, retell.webhooks.busy, this.asking, this.acks.length, this.fired.length].join()
      if (shape !== before) since = now
      before = shape
      const told = this.world.clock.now()
      const open =
        this.asking > 0 ||
        retell.webhooks.busy > 0 ||
        state.ready > 0 ||
        [state.claimed, state.dialling, state.pending].some(one => one !== null) ||
        (retell.agenda.next ?? Infinity) <= told
      if (now - since > (open ? STUCK_MS : STILL_MS) && now - began > STILL_MS) return state
      if (now - began > 6000) return state
      await sleep(6)
    }
  }

  // ---- time ----

  /** When the next thing is due; undefined: nothing is. */
  #next(state) {
    const now = this.world.clock.now()
    const times = [state.due, state.claimed, state.dialling, state.pending, this.world.retell.agenda.next, this.waitFor]
      .concat(this.stops.map(one => one.wake))
      .filter(one => one !== null && one !== undefined)
    this.waitFor = undefined
    const ahead = times.map(Number).filter(one => one > now)
    if (!ahead.length) return times.length ? now + 1000 : undefined
    return Math.min(...ahead)
  }

  async #forward(next) {
    const { clock } = this.world
    const now = clock.now()
    let to = next + this.chance.int(20, 1500)
    // Now and then far beyond it, as after a night in which nobody worked; and further the longer nothing comes of it.
    if (this.chance.maybe(0.15)) to += this.chance.int(1000, 600000)
    if (this.idle > 3) to = Math.max(to, now + Math.min(5000 * 1.7 ** this.idle, 6 * 3600000))
    to = Math.min(to, ...this.stops.map(one => Math.max(one.latest, now + 1)))
    await clock.set(Math.max(to, clock.now() + 1))
  }

  async #mishap({ what, ms }) {
    const { world } = this
    await sleep(ms)
    this.tell(`${what} is killed`)
    try {
      if (what === 'worker' || what === 'keyholder') world.gateway.kill(what)
      if (what === 'backend') {
        const [one] = await this.#rows("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'switchhook%' ORDER BY random() LIMIT 1")
        if (one) process.kill(one.pid, 'SIGKILL')
      }
    } catch {
      // There is none just now.
    }
    if (what === 'master') {
      world.gateway.process.kill('SIGKILL')
      await world.relaunch()
    }
    if (what === 'postmaster') {
      world.pg.process.kill('SIGKILL')
      await world.relaunchPostgres()
    }
  }

  // ---- the round ----

  async play() {
    this.#cast()
    this.#arm()
    this.tell(`round ${this.plan.round}, ${this.plan.list ? 'authoritative list' : 'no authoritative list'}`)
    for (const story of this.plan.stories)
      for (let n = 0; n <= (story.twin ? 1 : 0); n++) this.#soon(this.#order(story, n))
    this.idle = 0
    let before
    let since = performance.now()
    for (; this.idle < EVER_STEPS || performance.now() - since < EVER_MS; this.steps++) {
      for (const one of this.plan.mishaps) if (one.step === this.steps) await this.#mishap(one)
      for (const one of this.plan.stories) if (one.hooks === 'held' && one.released <= this.steps) this.#letGo(one)
      for (const one of this.plan.stories) if (one.act && !one.acted && one.step <= this.steps) this.#soon(this.#act(one))
      for (const one of this.plan.stories)
        if (one.lists === 'empty')
          for (const call of this.world.retell.calls.values()) if (call.call.to_number === one.to) call.hidden = true
      this.woken = false
      const state = await this.#settle()
      const { asking } = this
      await this.#decideParked()
      for (const stop of [...this.stops]) if (stop.wake <= this.world.clock.now() || this.stops.length > 1) this.#wake(stop)
      const next = this.#next(state)
      const shape = [state.intents, state.open, state.dials, this.fired.length].join()
      this.idle = shape === before ? this.idle + 1 : 0
      if (this.idle === 0) since = performance.now()
      before = shape
      // What was asked when the database was looked at may have been answered since.
      if (next === undefined && state.open === 0 && state.dials === 0 && asking === 0 && this.asking === 0) {
        // Who still sleeps may have something to say.
        if (!this.woken && !this.stops.length && !this.world.retell.webhooks.busy && !this.world.retell.webhooks.held.length) break
        for (const one of this.plan.stories) this.#letGo(one)
        this.world.page.disarm()
        for (const stop of [...this.stops]) this.#wake(stop)
        await sleep(WAKING_MS)
        continue
      }
      if (this.asking === 0 || this.idle > 2) await this.#forward(next ?? this.world.clock.now() + 61000)
    }
    this.over = true
    this.world.page.disarm()
    for (const stop of [...this.stops]) this.#wake(stop)
    await Promise.all(this.open)
    this.unfired = this.plan.stories.filter(one => !this.fired.includes(one))
    return this
  }
}
