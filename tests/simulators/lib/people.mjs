// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The people whom simulated providers ring up. A script says what one of them does with one call; which script plays is
// chosen by the number that is called. What they do is here; in which words a provider tells of it is the provider's table.
// A script is a name of the table, an ending of the provider's, or an object with either of them as `script` and whatever
// shall be different.

// connected: somebody or something took the call, so that it has a beginning and a length. rings: a phone rang at all.
export const CONNECTED = { connected: true, rings: true }
export const UNCONNECTED = { connected: false, rings: true }
export const NEVER_RANG = { connected: false, rings: false }

const PEOPLE = {
  answers: CONNECTED,
  busy: UNCONNECTED,
  no_answer: UNCONNECTED,
  never_picks_up: { ...UNCONNECTED, always: true },
  declines: UNCONNECTED,
  voicemail: CONNECTED,
  // The agent talks to a machine without noticing; only the analysis knows.
  voicemail_unnoticed: CONNECTED,
  asks_for_callback: { ...CONNECTED, callback: true },
  do_not_call: CONNECTED,
  silent: CONNECTED,
  // These two wait until they are told how it goes on (`play`).
  keeps_ringing: { ...UNCONNECTED, waits: 'ringing' },
  keeps_talking: { ...CONNECTED, waits: 'talking' }
}

/** The same facts for many endings. */
export const endings = (facts, names) => Object.fromEntries(names.map(name => [name, facts]))

/**
 * A reader of scripts for one provider. people: {name: its words for it}, only those whom this provider can tell of;
 * outcomes: {ending: facts}; base: what every script has. A script in full is
 * {name, reason, connected, rings, always, waits, duration_ms, callback, at, in_ms, …the provider's words}.
 */
export function scriptReader({ people, outcomes, base = {} }) {
  const read = wanted => {
    const given = typeof wanted === 'string' ? { script: wanted } : { ...wanted }
    const name = given.script ?? given.reason
    const words = people[name] ?? (outcomes[name] && { reason: name })
    if (!words && !given.status)
      throw new Error(`no such script: ${name}; there are ${[...Object.keys(people), ...Object.keys(outcomes)].join(', ')}`)
    delete given.script
    const reason = given.reason ?? (words ? words.reason : name)
    return {
      name,
      duration_ms: 30000,
      ...base,
      ...CONNECTED,
      ...(people[name] && PEOPLE[name]),
      ...outcomes[reason],
      ...words,
      ...given,
      reason,
      ...(base.analysis && { analysis: { ...base.analysis, ...words?.analysis, ...given.analysis } })
    }
  }
  return Object.assign(read, { people: Object.keys(people) })
}

/** Who takes the next call to this number? First what is queued for it, then what is queued for any, then what always holds. */
export class Cast {
  #queues = new Map()
  #always = new Map()
  constructor(read, fallback = 'no_answer') {
    Object.assign(this, { read, fallback })
  }

  add(to, ...scripts) {
    for (const one of scripts.map(this.read)) {
      if (one.always) this.#always.set(to, one)
      else this.#queues.set(to, [...(this.#queues.get(to) ?? []), one])
    }
  }

  next(to) {
    for (const key of [to, '*']) {
      const queued = this.#queues.get(key)?.shift()
      if (queued) return queued
    }
    return this.#always.get(to) ?? this.#always.get('*') ?? this.read(this.fallback)
  }

  clear() {
    this.#queues.clear()
    this.#always.clear()
  }

  waiting() {
    return Object.fromEntries(
      [...this.#queues].filter(([, list]) => list.length).map(([to, list]) => [to, list.map(one => one.name)])
    )
  }
}
