// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// In which words Retell tells of the people of lib/people.mjs, and all its endings (`disconnection_reason`).
import { CONNECTED, endings, NEVER_RANG, scriptReader, UNCONNECTED } from '../lib/people.mjs'

const TALKED = { ...CONNECTED, status: 'ended' }
const UNREACHED = { ...UNCONNECTED, status: 'not_connected' }

const OUTCOMES = {
  ...endings(TALKED, [
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
  ...endings(UNREACHED, ['dial_no_answer', 'dial_busy', 'user_declined', 'dial_failed', 'marked_as_spam']),
  ...endings({ ...NEVER_RANG, status: 'not_connected' }, [
    'telephony_provider_unavailable',
    'telephony_provider_permission_denied',
    'sip_routing_error',
    'invalid_destination'
  ]),
  ...endings({ ...CONNECTED, status: 'error' }, [
    'error_llm_websocket_open',
    'error_llm_websocket_lost_connection',
    'error_llm_websocket_runtime',
    'error_llm_websocket_corrupt_payload',
    'error_no_audio_received',
    'error_asr',
    'error_retell',
    'error_unknown'
  ]),
  ...endings({ ...NEVER_RANG, status: 'error' }, [
    'registered_call_timeout',
    'concurrency_limit_reached',
    'no_valid_payment',
    'scam_detected'
  ])
}

const MACHINE = { in_voicemail: true, call_summary: 'Reached voicemail.', user_sentiment: 'Unknown' }

const PEOPLE = {
  answers: { reason: 'user_hangup', analysis: { user_sentiment: 'Positive', call_successful: true } },
  busy: { reason: 'dial_busy' },
  no_answer: { reason: 'dial_no_answer' },
  never_picks_up: { reason: 'dial_no_answer' },
  declines: { reason: 'user_declined' },
  voicemail: { reason: 'voicemail_reached', analysis: MACHINE },
  voicemail_unnoticed: { reason: 'agent_hangup', analysis: MACHINE },
  asks_for_callback: { reason: 'user_hangup', analysis: { user_sentiment: 'Neutral' } },
  do_not_call: { reason: 'user_requested_dnc', analysis: { user_sentiment: 'Negative' } },
  silent: { reason: 'inactivity', analysis: { user_sentiment: 'Unknown' } },
  keeps_ringing: { reason: null },
  keeps_talking: { reason: null }
}

export const script = scriptReader({
  people: PEOPLE,
  outcomes: OUTCOMES,
  base: { status: 'ended', analysis: { in_voicemail: false, call_successful: false } }
})
