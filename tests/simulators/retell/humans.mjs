// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The people whom the simulated Retell rings up. A script says what one of them does with one call; which script plays
// is chosen by the number that is called. A script is a name of the table, a reason of Retell's, or an object with
// either of them as `script` and whatever shall be different.

// connected: somebody or something took the call, so there is a call_started and a length. rings: a phone rang at all.
const CONNECTED = { connected: true, rings: true, status: 'ended' }
const UNCONNECTED = { connected: false, rings: true, status: 'not_connected' }
const FAILED = { connected: false, rings: false, status: 'error' }

const REASONS = {
  ...all(CONNECTED, [
    'user_hangup',
    'agent_hangup',
    'call_transfer',
    'transfer_bridged',
    'transfer_cancelled',
    'call_take_over',
    'max_duration_reached',
    'manual_stopped',
    'voicemail_reached',
    'ivr_reached',
    'inactivity',
    'user_requested_dnc'
  ]),
  ...all(UNCONNECTED, ['dial_no_answer', 'dial_busy', 'user_declined', 'dial_failed', 'marked_as_spam']),
  ...all({ ...UNCONNECTED, rings: false }, [
    'telephony_provider_unavailable',
    'telephony_provider_permission_denied',
    'sip_routing_error',
    'invalid_destination'
  ]),
  ...all({ ...CONNECTED, status: 'error' }, [
    'error_llm_websocket_open',
    'error_llm_websocket_lost_connection',
    'error_llm_websocket_runtime',
    'error_llm_websocket_corrupt_payload',
    'error_no_audio_received',
    'error_asr',
    'error_retell',
    'error_unknown'
  ]),
  ...all(FAILED, ['registered_call_timeout', 'concurrency_limit_reached', 'no_valid_payment', 'scam_detected'])
}

const HUMANS = {
  answers: { reason: 'user_hangup', analysis: { user_sentiment: 'Positive', call_successful: true } },
  busy: { reason: 'dial_busy' },
  no_answer: { reason: 'dial_no_answer' },
  never_picks_up: { reason: 'dial_no_answer', always: true },
  declines: { reason: 'user_declined' },
  voicemail: {
    reason: 'voicemail_reached',
    analysis: { in_voicemail: true, call_summary: 'Reached voicemail.', user_sentiment: 'Unknown', call_successful: false }
  },
  // The agent talks to a machine without noticing; only the analysis knows.
  voicemail_unnoticed: {
    reason: 'agent_hangup',
    analysis: { in_voicemail: true, call_summary: 'Reached voicemail.', user_sentiment: 'Unknown', call_successful: false }
  },
  asks_for_callback: { reason: 'user_hangup', callback: true, analysis: { user_sentiment: 'Neutral', call_successful: false } },
  do_not_call: { reason: 'user_requested_dnc', analysis: { user_sentiment: 'Negative', call_successful: false } },
  silent: { reason: 'inactivity', analysis: { user_sentiment: 'Unknown', call_successful: false } },
  // These two wait until they are told how it goes on (`play`).
  keeps_ringing: { reason: null, waits: 'ringing', rings: true },
  keeps_talking: { reason: null, waits: 'talking', rings: true, connected: true }
}

function all(facts, reasons) {
  return Object.fromEntries(reasons.map(reason => [reason, facts]))
}

/** The script in full: {name, reason, status, connected, rings, analysis, always, waits, duration_ms, callback, at, in_ms}. */
export function script(wanted) {
  const given = typeof wanted === 'string' ? { script: wanted } : { ...wanted }
  const name = given.script ?? given.reason
  const human = HUMANS[name] ?? (REASONS[name] && { reason: name })
  if (!human && !given.status)
    throw new Error(`no such script: ${name}; there are ${[...Object.keys(HUMANS), ...Object.keys(REASONS)].join(', ')}`)
  delete given.script
  const reason = given.reason ?? human?.reason ?? name
  return {
    name,
    duration_ms: 30000,
    ...(REASONS[reason] ?? CONNECTED),
    ...human,
    ...given,
    reason,
    analysis: { in_voicemail: false, call_successful: false, ...human?.analysis, ...given.analysis }
  }
}

/** Who takes the next call to this number? First what is queued for it, then what is queued for any, then what always holds. */
export class Cast {
  #queues = new Map()
  #always = new Map()
  constructor(fallback = 'no_answer') {
    this.fallback = fallback
  }

  add(to, ...scripts) {
    for (const one of scripts.map(script)) {
      if (one.always) this.#always.set(to, one)
      else this.#queues.set(to, [...(this.#queues.get(to) ?? []), one])
    }
  }

  next(to) {
    for (const key of [to, '*']) {
      const queued = this.#queues.get(key)?.shift()
      if (queued) return queued
    }
    return this.#always.get(to) ?? this.#always.get('*') ?? script(this.fallback)
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
