// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A call as the REST API shows it and as callbacks tell of it. Every number is a text; what is not known yet is null.
import { ACCOUNT, date, newSid, PATH } from './world.mjs'

const SUBRESOURCES = {
  notifications: 'Notifications',
  recordings: 'Recordings',
  payments: 'Payments',
  events: 'Events',
  siprec: 'Siprec',
  streams: 'Streams',
  transcriptions: 'Transcriptions',
  user_defined_message_subscriptions: 'UserDefinedMessageSubscriptions',
  user_defined_messages: 'UserDefinedMessages'
}
const formatted = number => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3')

export function newCall({ from, to, direction = 'outbound-api', number, at }) {
  const sid = newSid('CA')
  const path = `${PATH}/Calls/${sid}`
  return {
    account_sid: ACCOUNT,
    annotation: null,
    answered_by: null,
    api_version: '2010-04-01',
    caller_name: null,
    date_created: date(at),
    date_updated: date(at),
    direction,
    duration: null,
    end_time: null,
    forwarded_from: null,
    from,
    from_formatted: formatted(from),
    group_sid: null,
    parent_call_sid: null,
    phone_number_sid: number?.sid ?? null,
    price: null,
    price_unit: 'USD',
    queue_time: '0',
    sid,
    start_time: null,
    status: direction === 'inbound' ? 'ringing' : 'queued',
    subresource_uris: Object.fromEntries(Object.entries(SUBRESOURCES).map(([name, part]) => [name, `${path}/${part}.json`])),
    to,
    to_formatted: formatted(to),
    trunk_sid: null,
    uri: `${path}.json`
  }
}

/** The answer to the request that made it: its own date is not known yet. */
export const asCreated = call => ({ ...call, status: 'queued', date_created: null, date_updated: null, start_time: null })

/** Twilio's minutes are begun ones. */
const minutes = seconds => Math.ceil(seconds / 60)

export function over(call, { status, answered_by: by }, { at, answered_at: since, detected }) {
  const seconds = since === undefined ? 0 : Math.round((at - since) / 1000)
  return {
    ...call,
    status,
    answered_by: detected && since !== undefined ? (by ?? null) : null,
    duration: String(seconds),
    end_time: date(at),
    date_updated: date(at),
    price: seconds ? `-${(minutes(seconds) * 0.014).toFixed(5)}` : null
  }
}

const PLACES = ['City', 'State', 'Zip', 'Country']
const WHERE = { City: 'OAKLAND', State: 'CA', Zip: '', Country: 'US' }

/** What every callback about a call holds; of what is not a phone number no place is known. */
export function told(call, more = {}) {
  const places = {}
  for (const [side, number] of Object.entries({ From: call.from, Caller: call.from, To: call.to, Called: call.to }))
    if (/^\+/.test(number)) for (const place of PLACES) places[side + place] = WHERE[place]
  return {
    AccountSid: call.account_sid,
    ApiVersion: call.api_version,
    CallSid: call.sid,
    Direction: call.direction,
    From: call.from,
    To: call.to,
    Caller: call.from,
    Called: call.to,
    ...places,
    ...more
  }
}

/** A status callback, less its sequence number, which it gets when it is sent. */
export const progress = (call, status, at, more = {}) =>
  told(call, { CallStatus: status, CallbackSource: 'call-progress-events', Timestamp: date(at), ...more })

export function ending(call, { status, sip, answered_by: by }, { at, answered_at: since, detected }) {
  const seconds = since === undefined ? 0 : Math.round((at - since) / 1000)
  return progress(call, status, at, {
    CallDuration: String(seconds),
    Duration: String(minutes(seconds)),
    ...(sip && { SipResponseCode: sip }),
    ...(detected && since !== undefined && by && { AnsweredBy: by })
  })
}

const snake = name => name.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase()
/** A request as a call's events show it, a quarter of an hour after its end. */
export const asEvent = ({ url, method = 'POST', params, status, type, body, at }) => ({
  request: { method, url, parameters: Object.fromEntries(Object.entries(params).map(([name, value]) => [snake(name), value])) },
  response: { content_type: type ?? null, date_created: date(at), response_body: body ?? '', response_code: status, request_duration: 50 }
})
