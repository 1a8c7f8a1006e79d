// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// In which words Twilio tells of the people of lib/people.mjs: a status, the SIP code behind it, and who answered. A carrier
// knows of nobody who asks to be called back, stays silent, or is a machine that nobody noticed.
import { CONNECTED, endings, NEVER_RANG, scriptReader, UNCONNECTED } from '../lib/people.mjs'

const answered = by => ({ ...CONNECTED, status: 'completed', sip: '200', answered_by: by })
const unreached = (status, sip, facts = UNCONNECTED) => ({ ...facts, status, sip })
const failed = sip => unreached('failed', sip, NEVER_RANG)

// Names of ours: Twilio has none.
const OUTCOMES = {
  human: answered('human'),
  machine_start: answered('machine_start'),
  machine_end_beep: answered('machine_end_beep'),
  fax: answered('fax'),
  undecided: answered('unknown'),
  busy: unreached('busy', '486'),
  no_answer: unreached('no-answer', '487'),
  declined: unreached('busy', '603'),
  unwanted: unreached('failed', '607'),
  canceled: unreached('canceled', '487'),
  failed: unreached('failed', undefined, NEVER_RANG),
  ...Object.fromEntries(['403', '404', '503', '608'].map(sip => [`sip_${sip}`, failed(sip)])),
  ...endings(answered('human'), ['hung_up_by_api'])
}

const PEOPLE = {
  answers: { reason: 'human' },
  busy: { reason: 'busy' },
  no_answer: { reason: 'no_answer' },
  never_picks_up: { reason: 'no_answer' },
  declines: { reason: 'declined' },
  voicemail: { reason: 'machine_start' },
  do_not_call: { reason: 'unwanted', ...UNCONNECTED },
  keeps_ringing: { reason: null, status: 'no-answer' },
  keeps_talking: { reason: null, status: 'completed', answered_by: 'human' }
}

export const script = scriptReader({ people: PEOPLE, outcomes: OUTCOMES })
