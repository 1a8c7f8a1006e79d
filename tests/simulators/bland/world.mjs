// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What the account owns before anything happens: numbers of each kind, personas, pathways, agents of the web.
export const PATHWAY = '0b3a7c11-5d2e-4f6a-9b8c-7d6e5f4a3b21'
export const PERSONA = '9a8b7c6d-1e2f-4a3b-8c4d-5e6f7a8b9c01'

/** Bland's two ways to write an instant. */
export const zoned = at => new Date(at).toISOString().replace('Z', '+00:00')
export const zulu = at => new Date(at).toISOString()

/** A row of one of the three lists: inbound, outbound, sip. own: of the organisation's own Twilio. */
export function newNumber(number, { list = 'inbound', own = false, at }) {
  const row = { phone_number: number, created_at: zoned(at) }
  if (list === 'outbound') return { list, own, row: { ...row, last_initiated: null } }
  if (list === 'sip')
    return {
      list,
      own,
      row: { phone_number: number, directions: ['inbound', 'outbound'], sip_endpoint: 'sip:trunk.example.net', health_status: 'healthy' }
    }
  return {
    list,
    own,
    row: {
      created_at: zoned(at),
      phone_number: number,
      prompt: null,
      pathway_id: PATHWAY,
      webhook: null,
      voice_id: 2,
      dynamic_data: null,
      interruption_threshold: null,
      first_sentence: null,
      reduce_latency: true,
      transfer_phone_number: null,
      voice_settings: null,
      record: false,
      max_duration: 30
    }
  }
}

const persona = (id, name, at, more = {}) => ({
  id,
  name,
  role: 'Reception',
  description: null,
  tags: [],
  image_url: null,
  created_at: zulu(at),
  updated_at: zulu(at),
  deleted_at: null,
  user_id: '11111111-2222-4333-8444-555566667777',
  current_production_version_id: 'aaaaaaaa-0000-4000-8000-000000000001',
  current_draft_version_id: null,
  inbound_numbers: [],
  current_production_version: { persona_id: id, version_type: 'production', version_number: 3, call_config: { voice: 'June', max_duration: 30 } },
  ...more
})

export const defaultPersonas = at => [
  persona(PERSONA, 'Front desk', at),
  persona('9a8b7c6d-1e2f-4a3b-8c4d-5e6f7a8b9c02', 'Night desk', at),
  persona('9a8b7c6d-1e2f-4a3b-8c4d-5e6f7a8b9c03', 'Retired desk', at, { deleted_at: zulu(at) })
]

/** versions: those that `pathway_version` may name, beside production and staging. */
export const defaultPathways = () => [
  { id: PATHWAY, name: 'Appointments', description: null, nodes: [], edges: [], versions: [1, 2, 3] },
  { id: '0b3a7c11-5d2e-4f6a-9b8c-7d6e5f4a3b22', name: 'Surveys', description: null, nodes: [], edges: [], versions: [1] }
]

export const defaultAgents = () => [
  { agent_id: '46f30000-7d12-44be-b343-6e6827400000', webhook: null, prompt: 'Be kind.', model: 'base', voice: 'maya', max_duration: 30, language: 'ENG', tools: null }
]
