// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What a call looks like from outside, at each stage of its life: queued → started → over. The report is the call as it is when
// it is over; a list shows a few members of it.
import { randomUUID } from 'node:crypto'
import { zoned, zulu } from './world.mjs'

/** body: what was asked for (of an inbound call: what its number says). */
export function newCall({ inbound = false, from, to, body, at }) {
  const id = randomUUID()
  return {
    call_id: id,
    c_id: id,
    call_length: null,
    batch_id: null,
    to,
    from,
    completed: false,
    created_at: zoned(at),
    inbound,
    queue_status: 'queued',
    max_duration: body.max_duration ?? 30,
    error_message: null,
    variables: { ...system({ id, from, to, inbound, at }), ...body.request_data },
    answered_by: null,
    record: body.record ?? false,
    recording_url: null,
    metadata: body.metadata ?? {},
    summary: null,
    price: null,
    started_at: null,
    local_dialing: false,
    call_ended_by: null,
    pathway_logs: null,
    pathway_tags: [],
    pathway_id: body.pathway_id ?? null,
    pathway_version: body.pathway_version ?? null,
    voice_id: '745f0000-0000-4000-8000-0000000000aa',
    status: null,
    is_proxy_agent_call: false,
    is_canary: false,
    citation_schema_ids: body.citation_schema_ids ?? [],
    warm_transfer_call: null,
    transferred_to: null,
    concatenated_transcript: '',
    transcripts: [],
    corrected_duration: null,
    end_at: null,
    disposition_tag: null
  }
}

function system({ id, from, to, inbound, at }) {
  const short = number => number.replace(/^\+1/, '')
  return {
    now_utc: new Date(at).toUTCString(),
    short_from: short(from),
    short_to: short(to),
    from,
    to,
    call_id: id,
    phone_number: inbound ? from : to,
    country: 'US',
    language: 'English',
    timestamp: zoned(at),
    timezone: 'America/Los_Angeles'
  }
}

export const started = (call, at) => ({ ...call, queue_status: 'started', started_at: zulu(at) })

/** `fields` names the variables in which a pathway notes a wish to be called back. */
export function over(call, script, fields, { at, started_at, now }) {
  const seconds = started_at === undefined ? 0 : Math.round((at - started_at) / 1000)
  const said = started_at === undefined ? [] : script.said
  const wish = {}
  if (script.callback) wish[fields.wanted] = true
  const when = script.at ?? (script.in_ms === undefined ? undefined : new Date(now + script.in_ms).toISOString())
  if (when !== undefined) wish[fields.time] = when
  return {
    ...call,
    completed: true,
    status: script.status,
    queue_status: script.queue_status ?? 'complete',
    answered_by: script.answered_by,
    error_message: script.error_message ?? null,
    call_ended_by: script.call_ended_by ?? null,
    disposition_tag: script.disposition_tag ?? null,
    variables: { ...call.variables, ...wish, ...script.collected },
    call_length: seconds / 60,
    corrected_duration: String(seconds),
    end_at: started_at === undefined ? null : zulu(at),
    price: Math.max(0.015, Math.round(seconds * 1.5) / 1000),
    summary: said.length ? 'They spoke.' : null,
    transcripts: said.map(([user, text], n) => ({ id: 900001 + n, user, text, created_at: zoned((started_at ?? at) + n * 3000) })),
    concatenated_transcript: said.map(([user, text]) => `${user}: ${text} \n `).join('')
  }
}

const IN_LISTS = ['call_id', 'created_at', 'call_length', 'to', 'from', 'completed', 'inbound', 'queue_status', 'error_message', 'answered_by', 'batch_id']
export const listRow = call => Object.fromEntries(IN_LISTS.map(name => [name, call[name]]))
