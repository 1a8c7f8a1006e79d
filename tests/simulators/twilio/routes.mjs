// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The routes of Twilio that a gateway uses, as a table. An answer is {status, body}; what Twilio would refuse throws.
import { Refusal } from '../lib/refusal.mjs'
import { asEvent } from './calls.mjs'
import { ACCOUNT, PATH } from './world.mjs'

const E164 = /^\+[1-9]\d{6,14}$/
const EVENTS = ['initiated', 'ringing', 'answered', 'completed']
const STATUSES = ['queued', 'ringing', 'in-progress', 'canceled', 'completed', 'failed', 'busy', 'no-answer']
const EVENTS_AFTER_MS = 15 * 60000
const ok = (body, status = 200) => ({ status, body })
const bad = (code, message, status = 400) => new Refusal(status, message, { code })
const under = path => new RegExp(`^/2010-04-01/Accounts/([^/]+)/${path}\\.json$`)

/** Of an account that is another's nothing is told. */
function own(sid) {
  if (sid !== ACCOUNT) throw bad(20404, `The requested resource /2010-04-01/Accounts/${sid} was not found`, 404)
}

/** One page of a list: the next one is named by a path. */
function page(name, rows, { url, path = url.pathname }) {
  const given = url.searchParams
  const size = Number(given.get('PageSize') ?? 50)
  if (!(size >= 1 && size <= 1000)) throw bad(20422, 'PageSize must be 1 to 1000')
  const token = given.get('PageToken')
  const from = token === null ? 0 : rows.findIndex(row => `PA${row.sid}` === token) + 1
  const shown = rows.slice(from, from + size)
  const number = Number(given.get('Page') ?? 0)
  const at = (page, after) => {
    const query = new URLSearchParams(given)
    query.set('PageSize', size)
    query.set('Page', page)
    query.delete('PageToken')
    if (after) query.set('PageToken', `PA${after}`)
    return `${path}?${query}`
  }
  const more = from + size < rows.length
  return ok({
    [name]: shown,
    end: from + shown.length - 1,
    first_page_uri: at(0),
    next_page_uri: more ? at(number + 1, shown.at(-1).sid) : null,
    page: number,
    page_size: size,
    previous_page_uri: null,
    start: from,
    uri: `${path}?${given}`
  })
}

// ---- placing a call ----

const url = value => /^https?:\/\/[^\s_/]+(\/|\?|#|$)/.test(value)
/** {parameter: [the code of what is wrong with it, test]}; a parameter that is not here is not known. */
const PARAMETERS = {
  To: [21211, value => E164.test(value) || /^(sip|client):/.test(value)],
  From: [21212, value => E164.test(value) || /^client:/.test(value)],
  Url: [21205, url],
  Method: [21209, value => ['GET', 'POST'].includes(value)],
  Twiml: [21200, value => value.length <= 4000 && value.includes('<Response')],
  FallbackUrl: [21205, url],
  FallbackMethod: [21209, value => ['GET', 'POST'].includes(value)],
  StatusCallback: [21205, url],
  StatusCallbackMethod: [21209, value => ['GET', 'POST'].includes(value)],
  StatusCallbackEvent: [21626, value => [value].flat().every(one => EVENTS.includes(one))],
  Timeout: [21208, value => value >= 5 && value <= 600],
  TimeLimit: [21208, value => value > 0 && value <= 86400],
  MachineDetection: [21234, value => ['Enable', 'DetectMessageEnd'].includes(value)],
  AsyncAmd: [21234, value => ['true', 'false'].includes(value)],
  AsyncAmdStatusCallback: [21205, url],
  AsyncAmdStatusCallbackMethod: [21209, value => ['GET', 'POST'].includes(value)],
  Record: [20422, value => ['true', 'false'].includes(value)],
  RecordingStatusCallback: [21205, url],
  RecordingStatusCallbackMethod: [21209, value => ['GET', 'POST'].includes(value)],
  SendDigits: [21206, value => /^[0-9#*wW]{1,32}$/.test(value)]
}

function checked(sim, body = {}) {
  if (!body.To) throw bad(21201, "No 'To' number is specified")
  if (!body.From) throw bad(21213, "'From' phone number is required")
  for (const [name, value] of Object.entries(body)) {
    const [code, good] = PARAMETERS[name] ?? []
    if (!good) throw new Error(`${name} is no parameter that this simulator knows`)
    if (!good(value)) throw bad(code, `${name} is not right: ${value}`)
  }
  if (!sim.numbers.has(body.From) && !sim.callerIds.has(body.From)) throw bad(21210, `${body.From} is not a verified number`)
  if (sim.numbers.get(body.From)?.capabilities.voice === false) throw bad(21210, `${body.From} cannot call`)
  if (!body.Url && !body.Twiml) throw bad(21205, 'Url parameter is required')
  if (body.AsyncAmd === 'true' && !body.AsyncAmdStatusCallback) throw bad(21262, 'AsyncAmd needs AsyncAmdStatusCallback')
  return body
}

// ---- calls ----

function found(sim, sid) {
  const entry = sim.calls.get(sid)
  if (!entry) throw bad(20404, `The requested resource ${PATH}/Calls/${sid}.json was not found`, 404)
  return entry
}

/** By day: a call that has not begun has no such time, and a filter hides it. */
function days(given) {
  const day = text => text && Date.parse(text.slice(0, 10))
  const bounds = [day(given.get('StartTime>')), day(given.get('StartTime<')), day(given.get('StartTime'))]
  return ({ start_time: started }) => {
    const at = started === null ? NaN : Math.floor(Date.parse(started) / 86400000) * 86400000
    const [from, until, on] = bounds
    return (from === null || at >= from) && (until === null || at <= until) && (on === null || at === on)
  }
}

function listed(sim, given) {
  const status = given.get('Status')
  if (status !== null && !STATUSES.includes(status)) throw bad(20422, `Status ${status}`)
  const on = days(given)
  return sim.listable
    .map(one => one.call)
    .filter(call => (given.get('To') ?? call.to) === call.to && (given.get('From') ?? call.from) === call.from)
    .filter(call => (status ?? call.status) === call.status && on(call))
    .toReversed()
}

export const ROUTES = [
  [
    'list_numbers',
    'GET',
    under('IncomingPhoneNumbers'),
    (sim, { params, url }) => {
      own(params[0])
      return page('incoming_phone_numbers', [...sim.numbers.values()], { url })
    }
  ],
  [
    'list_caller_ids',
    'GET',
    under('OutgoingCallerIds'),
    (sim, { params, url }) => {
      own(params[0])
      return page('outgoing_caller_ids', [...sim.callerIds.values()], { url })
    }
  ],
  [
    'create_call',
    'POST',
    under('Calls'),
    (sim, { params, body, at }) => {
      own(params[0])
      return ok(sim.place(checked(sim, body), at), 201)
    }
  ],
  [
    'list_calls',
    'GET',
    under('Calls'),
    (sim, { params, url }) => {
      own(params[0])
      return page('calls', listed(sim, url.searchParams), { url })
    }
  ],
  [
    'get_call',
    'GET',
    under('Calls/([^/]+)'),
    (sim, { params }) => {
      own(params[0])
      return ok(found(sim, params[1]).call)
    }
  ],
  [
    'update_call',
    'POST',
    under('Calls/([^/]+)'),
    (sim, { params, body }) => {
      own(params[0])
      const entry = found(sim, params[1])
      if (!['canceled', 'completed'].includes(body?.Status)) throw bad(20422, 'Status must be canceled or completed')
      if (entry.ended_at !== undefined) throw bad(21220, 'Call is not in-progress. Cannot redirect.')
      sim.hangUp(entry, body.Status)
      return ok(entry.call)
    }
  ],
  [
    'list_call_events',
    'GET',
    under('Calls/([^/]+)/Events'),
    (sim, { params, url }) => {
      own(params[0])
      const { ended_at: ended, asked = [] } = found(sim, params[1])
      const there = ended !== undefined && sim.clock.now() >= ended + EVENTS_AFTER_MS
      return page('events', there ? asked.map(asEvent) : [], { url })
    }
  ]
]
