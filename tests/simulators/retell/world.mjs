// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What an account at the simulated Retell holds: numbers and agents. Made up, and small.

const pretty = number => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 ($1) $2-$3')

/** A number as GET /v2/list-phone-numbers shows it, bound to these agents by weight. */
export function newNumber(number, { agents = [], type = 'retell-twilio', nickname = null, at }) {
  const bound = agents.map(({ agent_id: id, agent_version: version = 'latest_published' }) => ({
    agent_id: id,
    agent_version: version,
    weight: 1 / agents.length
  }))
  return {
    phone_number: number,
    phone_number_type: type,
    phone_number_pretty: pretty(number),
    ...(number.startsWith('+1') && { area_code: Number(number.slice(2, 5)) }),
    inbound_agents: bound,
    outbound_agents: bound,
    inbound_sms_agents: null,
    outbound_sms_agents: null,
    nickname,
    inbound_webhook_url: null,
    inbound_sms_webhook_url: null,
    allowed_inbound_country_list: null,
    allowed_outbound_country_list: null,
    fallback_number: null,
    last_modification_timestamp: at
  }
}

/** The older form of the same row: one agent in each direction, and no arrays. */
export function legacyNumber({
  inbound_agents: inbound,
  outbound_agents: outbound,
  inbound_sms_agents: _a,
  outbound_sms_agents: _b,
  ...rest
}) {
  return {
    ...rest,
    ...(inbound?.[0] && { inbound_agent_id: inbound[0].agent_id, inbound_agent_version: 7 }),
    ...(outbound?.[0] && { outbound_agent_id: outbound[0].agent_id, outbound_agent_version: 7 })
  }
}

/** Version 9 is a draft on top of the published 7: who asks without a version gets the draft. */
export function newAgent(id, name, { channel = 'voice', at, webhook_url: url = null }) {
  const version = number => ({
    agent_id: id,
    agent_name: name,
    version: number,
    is_published: number === 7,
    assigned_tags: number === 7 ? ['prod'] : ['staging'],
    last_modification_timestamp: at,
    response_engine: { type: 'retell-llm', llm_id: 'llm_' + id, version: number },
    language: 'en-US',
    webhook_url: url,
    webhook_timeout_ms: 10000,
    data_storage_setting: 'everything',
    ...(channel === 'voice'
      ? {
          voice_id: 'voice_sample',
          webhook_events: ['call_started', 'call_ended', 'call_analyzed'],
          voicemail_option: { action: { type: 'hangup' } },
          ivr_option: { action: { type: 'hangup' } },
          ring_duration_ms: 30000,
          end_call_after_silence_ms: 600000,
          max_call_duration_ms: 3600000,
          post_call_analysis_data: [{ type: 'system-presets', name: 'call_summary', description: 'Two sentences.' }]
        }
      : { webhook_events: ['chat_started', 'chat_ended', 'chat_analyzed'], end_chat_after_silence_ms: 3600000 })
  })
  return { agent_id: id, agent_name: name, channel, user_modified_timestamp: at, versions: [version(9), version(7)] }
}

export const defaultAgents = at => [
  newAgent('agent_0f3a9c51d27e4b86a1c2d3e4f5', 'Reminder Agent', { at }),
  newAgent('agent_ab_variant', 'Reminder B', { at }),
  newAgent('agent_chat_77', 'SMS Helper', { at, channel: 'chat' })
]

/** A version by number, tag, `latest` or `latest_published`; undefined means the newest, draft or not. */
export function agentVersion(agent, wanted = 'latest') {
  if (wanted === 'latest') return agent.versions[0]
  if (wanted === 'latest_published') return agent.versions.find(one => one.is_published)
  return agent.versions.find(one => one.version === Number(wanted) || one.assigned_tags.includes(wanted))
}
