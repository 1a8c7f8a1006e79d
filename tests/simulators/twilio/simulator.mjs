// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A Twilio to try things on. Written from Twilio's published facts alone; it shares no code with the gateway.
//
//   const twilio = await TwilioSimulator.start({ apiKey: 'SK…:secret', webhookKey: 'auth token', numbers: ['+14155550100'] })
//
// The account's own SID and auth token may ask, too. Nothing of a caller's stands in a call; what it wrote into its callback URLs
// comes back in them, and a quarter of an hour after the end in the call's events.
import { Refusal } from '../lib/refusal.mjs'
import { readForm } from '../lib/form.mjs'
import { Simulator } from '../lib/simulator.mjs'
import { asCreated, ending, newCall, over, progress, told } from './calls.mjs'
import { script } from './humans.mjs'
import { ROUTES } from './routes.mjs'
import { TwilioWebhooks } from './webhooks.mjs'
import { ACCOUNT, date, newCallerId, newNumber, newSid, PATH } from './world.mjs'

const CODES = { 401: 20003, 403: 20403, 404: 20404, 429: 20429, 500: 20500, 503: 20503 }
/** Where the pages of a list are told. */
const LISTS = { list_calls: 'calls', list_numbers: 'incoming_phone_numbers', list_caller_ids: 'outgoing_caller_ids' }

/** {name: value} of the <Parameter>s in TwiML. */
export function parametersOf(twiml) {
  const text = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  const plain = xml => xml.replace(/&(\w+);/g, (_, name) => text[name])
  return Object.fromEntries(
    [...twiml.matchAll(/<Parameter name="([^"]*)" value="([^"]*)"\/>/g)].map(([, name, value]) => [plain(name), plain(value)])
  )
}

export class TwilioSimulator extends Simulator {
  static script = script
  static Webhooks = TwilioWebhooks
  static routes = ROUTES
  static settings = {
    detection_late: false, // the result of machine detection comes after the end, and not with it
    metadata: { dial: 'sh_dial_id', callback: 'sh_callback_id', attempt: 'sh_attempt' }
  }

  callerIds = new Map()
  #bodies = new Map() // call → the request that made it, or what its number says

  /** callerIds: numbers that are not the account's but may be called from. */
  constructor({ numbers = [], callerIds = [], ...options }) {
    super(options)
    for (const number of numbers) this.numbers.set(number, newNumber(number, this.clock.now()))
    for (const number of callerIds) this.allow(number)
  }

  // ---- its dashboard ----

  actions = {
    //   PUT /_sim/numbers/NUMBER   {voice_url, voice_fallback_url, status_callback …}   what answers a number
    'PUT numbers': (sim, { id, body }) => Object.assign(sim.numbers.get(id), body)
  }

  /** A number that was proven to be the account owner's. */
  allow(number) {
    this.callerIds.set(number, newCallerId(number, this.clock.now()))
  }

  // ---- its words ----

  pages = {
    isLater: ({ query }) => /[?&]PageToken=/.test(query),
    promising: (body, { route, path }) => ({
      ...body,
      [LISTS[route]]: [],
      next_page_uri: `${path}?PageSize=50&Page=1&PageToken=PACA%2Bthe%2Bnext`
    })
  }

  read(raw, { headers }) {
    if (!/^application\/x-www-form-urlencoded/.test(headers['content-type'] ?? '')) throw new Error('Twilio takes forms')
    return readForm(raw)
  }

  authorize({ headers: { authorization = '' } }) {
    const given = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()
    if (!this.apiKeys.includes(given) && given !== `${ACCOUNT}:${this.webhooks.key}`)
      throw new Refusal(401, 'Authenticate', { code: 20003 })
  }

  refusalBody({ status, message, more = {} }) {
    const code = more.code ?? CODES[status] ?? 20422
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }
  }

  concerns({ body, query }, [, sid]) {
    return this.calls.get(sid)?.to ?? body?.To ?? new URLSearchParams(query).get('To') ?? undefined
  }

  createdId(body) {
    return body.sid
  }

  body({ id }) {
    return this.#bodies.get(id)
  }

  /** The caller's own words stand in its callback URLs alone. */
  marks(_call, entry) {
    const body = this.body(entry)
    const { dial, callback, attempt } = this.settings.metadata
    const given = new URLSearchParams((body.StatusCallback ?? body.Url ?? '').split('#')[0].split('?')[1])
    return { dial: given.get(dial) ?? undefined, callback: given.get(callback) ?? undefined, attempt: given.get(attempt) ?? undefined }
  }

  get state() {
    return { ...super.state, caller_ids: [...this.callerIds.keys()] }
  }

  forget() {
    super.forget()
    this.#bodies.clear()
  }

  // ---- calls ----

  /** POST …/Calls.json, accepted. */
  place(body, at = this.clock.now()) {
    const { From: from, To: to } = body
    const call = newCall({ from, to, number: this.numbers.get(from), at })
    this.#bodies.set(call.sid, body)
    this.dialled({ id: call.sid, call, from, to, at })
    // The request itself is the first of the call's events.
    this.#asked(call.sid, { given: `https://api.twilio.com${PATH}/Calls.json`, params: body, status: 201, type: 'application/json' })
    return asCreated(call)
  }

  /** Somebody calls one of the numbers. */
  inbound({ from, to, script: wanted = 'answers' }) {
    const number = this.numbers.get(to)
    const call = newCall({ from, to, direction: 'inbound', number, at: this.clock.now() })
    this.#bodies.set(call.sid, {
      Url: number.voice_url,
      FallbackUrl: number.voice_fallback_url,
      StatusCallback: number.status_callback
    })
    this.begin({ id: call.sid, call, from, to, direction: 'inbound', script: script(wanted) })
    return call
  }

  hangUp(entry, status) {
    entry.script = script(entry.answered ? 'hung_up_by_api' : 'canceled')
    entry.script.status = entry.answered ? 'completed' : status
    this.finish(entry)
  }

  // ---- stages ----

  placed(entry, at) {
    if (entry.direction === 'inbound') return { voice: told(entry.call, { CallStatus: 'ringing' }) }
    entry.call = { ...entry.call, status: entry.script.rings ? 'ringing' : 'queued', start_time: date(at) }
    const initiated = progress(entry.call, 'initiated', at)
    return entry.script.rings ? { initiated, ringing: progress(entry.call, 'ringing', at) } : { initiated }
  }

  answered(entry, at) {
    entry.answered_at = at
    entry.call = { ...entry.call, status: 'in-progress', date_updated: date(at) }
    if (entry.direction === 'inbound') return {}
    const answered = { voice: told(entry.call, { CallStatus: 'in-progress' }), answered: progress(entry.call, 'in-progress', at) }
    return this.settings.detection_late || !this.#detects(entry) ? answered : { ...answered, ...this.#detected(entry) }
  }

  #detects(entry) {
    return this.body(entry).MachineDetection !== undefined
  }

  #detected({ call, script: { answered_by: by = 'unknown' } }) {
    return { amd: { AccountSid: ACCOUNT, CallSid: call.sid, AnsweredBy: by, MachineDetectionDuration: '2380' } }
  }

  ended(entry, at) {
    const when = { at, answered_at: entry.answered_at, detected: !this.settings.detection_late && this.#detects(entry) }
    const completed = ending(entry.call, entry.script, when)
    entry.call = over(entry.call, entry.script, when)
    return { completed }
  }

  settled(entry) {
    const late = this.settings.detection_late && entry.answered && this.#detects(entry)
    const sid = newSid('RE')
    return {
      ...(late && this.#detected(entry)),
      ...(entry.answered && {
        recording: {
          AccountSid: ACCOUNT,
          CallSid: entry.call.sid,
          RecordingSid: sid,
          RecordingStatus: 'completed',
          RecordingUrl: `https://api.twilio.com${PATH}/Recordings/${sid}`,
          RecordingDuration: '41'
        }
      })
    }
  }

  // ---- letters ----

  /** Where an event goes, if anybody wants it; inline TwiML needs no question. */
  #address(entry, event) {
    const body = this.body(entry)
    if (event === 'voice') return [body.Twiml ? undefined : body.Url, body.Method]
    if (event === 'amd') return [body.AsyncAmdStatusCallback, body.AsyncAmdStatusCallbackMethod]
    if (event === 'recording') return [body.Record === 'true' ? body.RecordingStatusCallback : undefined, body.RecordingStatusCallbackMethod]
    const wanted = entry.direction === 'inbound' ? ['completed'] : [body.StatusCallbackEvent ?? 'completed'].flat()
    return [wanted.includes(event) ? body.StatusCallback : undefined, body.StatusCallbackMethod]
  }

  letter(entry, event, payload) {
    const [given, method = 'POST'] = this.#address(entry, event)
    if (!given) return {}
    entry.sequence ??= {}
    // It counts what was sent; the same event sent again keeps its number.
    if (payload.CallbackSource) entry.sequence[event] ??= Object.keys(entry.sequence).length
    const params = { ...payload, ...(payload.CallbackSource && { SequenceNumber: String(entry.sequence[event]) }) }
    return this.#written(entry, { given, method, params, asks: event === 'voice' })
  }

  #written(entry, { given, method, params, asks }) {
    const [url] = given.split('#')
    const form = new URLSearchParams(params).toString()
    this.#asked(entry.id, { given, method, params, status: 204 })
    if (method === 'GET') return { given, method, url: url + (url.includes('?') ? '&' : '?') + form, body: '', asks }
    return { given, method, url, body: form, type: 'application/x-www-form-urlencoded; charset=UTF-8', asks }
  }

  #asked(id, { given: url, ...request }) {
    const entry = this.calls.get(id)
    entry.asked = [...(entry.asked ?? []), { url, at: this.clock.now(), ...request }]
  }

  /** TwiML, or not: then the fallback is asked, once. */
  heard(letter, { status, error: lost, type = '', body = '' }) {
    const entry = this.calls.get(letter.id)
    if (!entry) return
    const { FallbackUrl: fallback, FallbackMethod: method = 'POST' } = this.body(entry)
    const good = status === 200 && /xml/.test(type) && /<Response[\s/>]/.test(body)
    if (good) {
      entry.twiml = body
      entry.parameters = parametersOf(body)
    } else if (!letter.fallback && fallback && !this.webhooks.again({ status, error: lost }, letter)) {
      const error = status === 200 ? { ErrorCode: '12100' } : { ErrorCode: '11200' }
      const params = { ...Object.fromEntries(new URLSearchParams(letter.body)), ...error, ErrorUrl: letter.url }
      const { event, id, to } = letter
      const written = this.#written(entry, { given: fallback, method, params, asks: true })
      this.webhooks.send([{ event, id, to, fallback: true, ...written }])
    }
  }
}
