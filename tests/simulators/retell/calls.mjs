// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What a call looks like from outside, at each stage of its life: registered → ongoing → over → analyzed. Fields
// appear when the real ones do: a call that never connected has no start, analysis comes last.
import { randomBytes } from 'node:crypto'

export const newCallId = () => 'call_' + randomBytes(14).toString('hex').slice(0, 27)

/** The part that never changes once the call is created. */
export function newCall({ direction = 'outbound', agent, version, from, to, metadata, variables, headers }) {
  return {
    call_id: newCallId(),
    call_type: 'phone_call',
    agent_id: agent.agent_id,
    agent_version: version,
    agent_name: agent.agent_name,
    call_status: 'registered',
    from_number: from,
    to_number: to,
    direction,
    // Omitted, not empty, when they were not set.
    ...(metadata && { metadata }),
    ...(variables && { retell_llm_dynamic_variables: variables }),
    ...(headers && { custom_sip_headers: headers }),
    data_storage_setting: 'everything',
    opt_in_signed_url: false
  }
}

export function connected(call, at) {
  return {
    ...call,
    call_status: 'ongoing',
    telephony_identifier: { twilio_call_sid: 'CA' + randomBytes(16).toString('hex') },
    start_timestamp: at
  }
}

/** `call` as it was while ongoing (or registered, if nobody took it), and the script that ended it. */
export function over(call, script, at) {
  const result = { ...call, call_status: script.status, end_timestamp: at, transcript: '', disconnection_reason: script.reason }
  if (script.reason === null) delete result.disconnection_reason
  if (call.start_timestamp === undefined) return result

  const duration = at - call.start_timestamp
  const said = script.transcript ?? 'Agent: Hello, this is the assistant. \nUser: Yes, speaking. \n'
  const words = said
    .split('\n')
    .filter(Boolean)
    .map(line => ({ role: line.startsWith('Agent:') ? 'agent' : 'user', content: line.replace(/^\w+: /, ''), words: [] }))
  const cost = Math.round((duration / 1000) * 0.19 * 1000) / 1000
  return {
    ...result,
    duration_ms: duration,
    transcript: said,
    transcript_object: words,
    transcript_with_tool_calls: words,
    recording_url: `https://recordings.example.invalid/${call.call_id}/recording.wav`,
    public_log_url: `https://recordings.example.invalid/${call.call_id}/public_log.txt`,
    call_cost: {
      product_costs: [{ product: 'elevenlabs_tts', unit_price: 0.19, cost }],
      total_duration_seconds: Math.round(duration / 1000),
      total_duration_unit_price: 0.19,
      combined_cost: cost
    },
    ...(script.collected && { collected_dynamic_variables: script.collected })
  }
}

/** `fields` names the custom analysis fields in which an agent notes a wish to be called back. */
export function analyzed(call, script, fields, now) {
  const custom = { ...script.analysis.custom_analysis_data }
  if (script.callback) custom[fields.wanted] = true
  const when = script.at ?? (script.in_ms === undefined ? undefined : new Date(now + script.in_ms).toISOString())
  if (when !== undefined) custom[fields.time] = when
  const analysis = { ...script.analysis }
  // Custom fields are not filled for calls without a conversation.
  if (call.start_timestamp !== undefined) analysis.custom_analysis_data = custom
  return { ...call, call_analysis: analysis }
}

const NOT_IN_LISTS = ['transcript', 'transcript_object', 'transcript_with_tool_calls', 'scrubbed_transcript_with_tool_calls']
export const listRow = call => Object.fromEntries(Object.entries(call).filter(([name]) => !NOT_IN_LISTS.includes(name)))
