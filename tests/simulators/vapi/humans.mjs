// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// In which words Vapi tells of the people of lib/people.mjs, and those of its endings (`endedReason`) that a story may want. There
// is no word for a callee who declines, or for a machine that was talked to unnoticed: nobody can be cast as one.
import { CONNECTED, endings, NEVER_RANG, scriptReader, UNCONNECTED } from '../lib/people.mjs'

const OUTCOMES = {
  ...endings(CONNECTED, [
    'customer-ended-call',
    'assistant-ended-call',
    'assistant-ended-call-after-message-spoken',
    'assistant-said-end-call-phrase',
    'assistant-forwarded-call',
    'customer-ended-call-during-transfer',
    'exceeded-max-duration',
    'manually-canceled',
    'voicemail',
    'silence-timed-out',
    'call.in-progress.error-assistant-did-not-receive-customer-audio',
    'call.in-progress.error-providerfault-openai-503-server-overloaded-error',
    'call.in-progress.error-vapifault-openai-429-exceeded-quota',
    'call.in-progress.error-vapifault-worker-died',
    'call.in-progress.error-transfer-failed',
    'pipeline-error-eleven-labs-quota-exceeded',
    'pipeline-error-openai-llm-failed',
    'phone-call-provider-closed-websocket',
    'worker-shutdown'
  ]),
  ...endings(UNCONNECTED, [
    'customer-did-not-answer',
    'customer-busy',
    'call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable',
    'call.in-progress.error-sip-outbound-call-failed-to-connect',
    'twilio-failed-to-connect-call',
    'vonage-rejected'
  ]),
  ...endings(NEVER_RANG, [
    'twilio-reported-customer-misdialed',
    'call.in-progress.error-providerfault-outbound-sip-403-forbidden',
    'call.in-progress.error-providerfault-outbound-sip-503-service-unavailable',
    'call.start.error-subscription-concurrency-limit-reached',
    'call.start.error-subscription-insufficient-credits',
    'call.start.error-vapi-number-outbound-daily-limit',
    'call.start.error-vapifault-database-error',
    'assistant-request-failed',
    'assistant-request-returned-error',
    'assistant-request-returned-no-assistant'
  ])
}

const SPOKE = [
  ['bot', 'Hello, this is the front desk.'],
  ['user', 'Hi, can I move my appointment to ten?'],
  ['bot', 'Done. Goodbye.']
]
const ALONE = [['bot', 'Hello, this is the front desk.']]

const PEOPLE = {
  answers: { reason: 'customer-ended-call', turns: SPOKE },
  busy: { reason: 'customer-busy' },
  no_answer: { reason: 'customer-did-not-answer' },
  never_picks_up: { reason: 'customer-did-not-answer' },
  // What a machine says is in the transcript, and is no turn of the user.
  voicemail: { reason: 'voicemail', transcript: 'User: The person you called is not available.\n' },
  asks_for_callback: { reason: 'customer-ended-call', turns: SPOKE },
  do_not_call: { reason: 'customer-ended-call', turns: SPOKE, outputs: { switchhook_do_not_call: true } },
  silent: { reason: 'silence-timed-out', turns: ALONE },
  keeps_ringing: { reason: null },
  keeps_talking: { reason: null, turns: ALONE }
}

export const script = scriptReader({ people: PEOPLE, outcomes: OUTCOMES, base: { turns: [] } })
