// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// In which words Bland tells of the people of lib/people.mjs, and its endings. Bland has no name for an ending: it is what
// several members of the report say together, and the names here are ours.
import { CONNECTED, NEVER_RANG, scriptReader, UNCONNECTED } from '../lib/people.mjs'

const failed = text => ({ status: 'failed', queue_status: 'call_error', error_message: `Call failed. ${text}`, disposition_tag: 'FAILED' })
const TALKED = { ...CONNECTED, status: 'completed', queue_status: 'complete', answered_by: 'human' }
const UNREACHED = { ...UNCONNECTED, queue_status: 'complete', answered_by: null }

const GREETED = [
  ['assistant', 'Hello, this is the front desk.'],
  ['user', 'Hi, that suits me.'],
  ['assistant', 'Goodbye.'],
  ['agent-action', 'Ended call']
]
const MACHINE = [
  ['user', 'Please leave a message after the tone.'],
  ['assistant', 'Please call us back.']
]
const ALONE = GREETED.filter(([who]) => who === 'assistant')

const OUTCOMES = {
  user_hung_up: { ...TALKED, call_ended_by: 'USER', disposition_tag: 'INTERESTED', said: GREETED },
  agent_hung_up: { ...TALKED, call_ended_by: 'ASSISTANT', disposition_tag: 'COMPLETED_ACTION', said: GREETED },
  transferred: { ...TALKED, call_ended_by: 'USER', disposition_tag: 'TRANSFERRED', said: GREETED },
  do_not_contact: { ...TALKED, call_ended_by: 'USER', disposition_tag: 'DO_NOT_CONTACT', said: GREETED },
  voicemail: { ...TALKED, answered_by: 'voicemail', call_ended_by: 'ASSISTANT', disposition_tag: 'NO_CONTACT_MADE', said: MACHINE },
  silent: { ...TALKED, answered_by: 'unknown', call_ended_by: 'ASSISTANT', disposition_tag: null, said: ALONE },
  no_answer: { ...UNREACHED, status: 'no-answer', answered_by: 'no-answer', disposition_tag: 'NO_ANSWER' },
  busy: {
    ...UNREACHED,
    ...failed('The number you dialed is busy. Please try again later.'),
    status: 'busy',
    disposition_tag: 'BUSY'
  },
  canceled: { ...UNREACHED, status: 'canceled', disposition_tag: 'CANCELED' },
  number_not_found: { ...UNREACHED, ...NEVER_RANG, ...failed('The number you dialed is not found.') },
  temporarily_unavailable: { ...UNREACHED, ...NEVER_RANG, ...failed('The number you dialed is temporarily unavailable.') },
  spam_blocked: {
    ...UNREACHED,
    ...NEVER_RANG,
    ...failed('Service Provider Blocked Call due to Spam or Number Reputation. Try a different number.')
  },
  not_started: { ...UNREACHED, ...NEVER_RANG, ...failed('Unable to start call.') },
  // Before a call there is no status.
  pre_queue_error: { ...UNREACHED, ...NEVER_RANG, status: undefined, queue_status: 'pre_queue_error' },
  queue_error: { ...UNREACHED, ...NEVER_RANG, status: undefined, queue_status: 'queue_error' }
}

const PEOPLE = {
  answers: { reason: 'user_hung_up' },
  busy: { reason: 'busy' },
  no_answer: { reason: 'no_answer' },
  never_picks_up: { reason: 'no_answer' },
  voicemail: { reason: 'voicemail' },
  asks_for_callback: { reason: 'user_hung_up', disposition_tag: 'CALL_BACK_SCHEDULED' },
  do_not_call: { reason: 'do_not_contact' },
  silent: { reason: 'silent' },
  keeps_ringing: { reason: null },
  keeps_talking: { reason: null }
}

export const script = scriptReader({ people: PEOPLE, outcomes: OUTCOMES, base: { answered_by: null, said: [] } })
