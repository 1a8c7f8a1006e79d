// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What a call looks like from outside, at each stage of its life: queued → ringing → in-progress → ended → with its report. Fields
// appear when the real ones do: a call that never connected has no start, artifact and analysis come last.
import { randomBytes } from 'node:crypto'
import { iso, newCallId, ORG } from './world.mjs'

const COST_PER_MS = 0.07 / 60000

/** The part that never changes once the call is created. `given` is the body of POST /call. */
export function newCall({ at, type = 'outboundPhoneCall', number, given }) {
  const sid = 'CA' + randomBytes(16).toString('hex')
  const id = newCallId(at)
  return {
    id,
    orgId: ORG,
    type,
    ...(given.name && { name: given.name }),
    status: 'queued',
    ...Object.fromEntries(
      ['assistantId', 'squadId', 'assistantOverrides', 'squadOverrides'].filter(name => given[name]).map(name => [name, given[name]])
    ),
    phoneNumberId: number.id,
    phoneCallProvider: number.provider,
    phoneCallTransport: number.number ? 'pstn' : 'sip',
    customer: given.customer,
    createdAt: iso(at),
    updatedAt: iso(at),
    cost: 0,
    transport: { provider: number.provider, conversationType: 'voice', callSid: sid },
    monitor: { listenUrl: `wss://listen.example.invalid/${id}/listen`, controlUrl: `https://control.example.invalid/${id}/control` }
  }
}

export const ringing = (call, at) => ({ ...call, status: 'ringing', updatedAt: iso(at) })

export const inProgress = (call, at) => ({
  ...call,
  status: 'in-progress',
  startedAt: iso(at),
  updatedAt: iso(at),
  phoneCallProviderId: call.transport.callSid
})

export const over = (call, script, at) => ({
  ...call,
  status: 'ended',
  endedAt: iso(at),
  updatedAt: iso(at),
  ...(script.reason && { endedReason: script.reason })
})

/** Links are signed anew whenever they are shown. */
const presigned = url => ({ presignedMonoUrl: `${url}?sig=${randomBytes(8).toString('hex')}`, presignedUrlsExpiresAt: iso(Date.now() + 3600000) })

function artifact(call, script, outputs) {
  const begin = Date.parse(call.startedAt)
  const messages = script.turns.map(([role, message], i) => ({
    role,
    message,
    time: begin + 1000 * (i + 1),
    endTime: begin + 1000 * (i + 2),
    secondsFromStart: i + 1,
    duration: 1000
  }))
  const recording = `https://storage.example.invalid/${call.id}-mono.wav`
  return {
    messages: [{ role: 'system', message: '(prompt omitted)', time: begin, secondsFromStart: 0 }, ...messages],
    messagesOpenAIFormatted: script.turns.map(([role, content]) => ({ role: role === 'bot' ? 'assistant' : role, content })),
    transcript: script.transcript ?? script.turns.map(([role, said]) => `${role === 'bot' ? 'AI' : 'User'}: ${said}\n`).join(''),
    recordingUrl: recording,
    recording: { mono: { combinedUrl: recording } },
    ...presigned(recording),
    variableValues: { ...call.assistantOverrides?.variableValues, customer: call.customer },
    ...(Object.keys(outputs).length && {
      structuredOutputs: Object.fromEntries(
        Object.entries(outputs).map(([name, result], i) => [`9f6d3c1e-8a2b-4b7d-8e5f-00000000000${i}`, { name, result }])
      )
    }),
    assistantActivations: call.assistantId ? [{ assistantName: 'Reception', assistantId: call.assistantId }] : []
  }
}

/** `fields` names the structured outputs in which an assistant notes a wish to be called back. */
export function reported(call, script, fields, now) {
  if (call.startedAt === undefined) return { ...call, analysis: {}, artifact: { messages: [], transcript: '' } }
  const outputs = { ...script.outputs }
  if (script.callback) outputs[fields.wanted] = true
  const when = script.at ?? (script.in_ms === undefined ? undefined : iso(now + script.in_ms))
  if (when !== undefined) outputs[fields.time] = when
  return {
    ...call,
    cost: Math.round((Date.parse(call.endedAt) - Date.parse(call.startedAt)) * COST_PER_MS * 1e4) / 1e4,
    analysis: { summary: 'They talked.', successEvaluation: 'true' },
    artifact: artifact(call, script, outputs)
  }
}

const LATER = ['startedAt', 'endedAt', 'artifact', 'analysis', 'phoneCallProviderId']

/** The call as messages carry it: no results, and its metadata at times in another place. */
export function inMessage(call, moved) {
  const shown = Object.fromEntries(Object.entries(call).filter(([name]) => !LATER.includes(name)))
  if (!moved) return shown
  const { metadata, ...rest } = call.assistantOverrides ?? {}
  return { ...shown, assistantOverrides: rest, ...(metadata && { metadata }) }
}
