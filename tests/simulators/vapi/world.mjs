// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What an organisation at the simulated Vapi holds: numbers, assistants, squads. Made up, and small.
import { randomUUID } from 'node:crypto'

export const ORG = '7d1f4f0e-6f0b-4a8e-9f39-0c3f0f5b7a10'
export const ASSISTANT = '3b0f6a52-5a0e-4a0c-8f0e-2f7f1c9d4e11'
export const SQUAD = 'c0a9e6b3-0d7d-4f0a-b1b7-6b6d5f3a2e21'
// Numbers that were brought along hold their carrier's token, which lists show and webhooks carry.
export const CARRIER_TOKEN = 'twilio_auth_token_of_the_customer'

export const iso = ms => new Date(ms).toISOString()

/** Ids of calls begin with the time, as UUIDs of version 7 do. */
export function newCallId(ms) {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

export function newNumber(number, { at, provider = 'twilio', assistantId = ASSISTANT, ...more }) {
  return {
    id: randomUUID(),
    orgId: ORG,
    provider,
    ...(number && { number }),
    ...(provider === 'twilio' && { twilioAccountSid: 'AC00000000000000000000000000000001', twilioAuthToken: CARRIER_TOKEN }),
    ...(assistantId && { assistantId }),
    status: 'active',
    createdAt: iso(at),
    updatedAt: iso(at),
    ...more
  }
}

const assistant = (id, name, at, more = {}) => ({
  id,
  orgId: ORG,
  ...(name && { name }),
  createdAt: iso(at),
  updatedAt: iso(at),
  latestVersion: 'v3',
  firstMessage: 'Hello, this is the front desk.',
  model: { provider: 'openai', model: 'gpt-4o', messages: [{ role: 'system', content: '(prompt omitted)' }] },
  ...more
})

export const defaultAssistants = at => [
  assistant(ASSISTANT, 'Reception', at - 3000),
  assistant('5d2c1b0a-9f8e-4d7c-8b6a-594837261504', undefined, at - 2000),
  assistant('9e8d7c6b-5a49-4838-8271-605f4e3d2c1b', 'Reminder', at - 1000)
]

export const defaultSquads = at => [
  {
    id: SQUAD,
    orgId: ORG,
    name: 'Desk squad',
    members: [{ assistantId: ASSISTANT }, { assistantId: '5d2c1b0a-9f8e-4d7c-8b6a-594837261504', assistantOverrides: {} }],
    createdAt: iso(at),
    updatedAt: iso(at)
  }
]
