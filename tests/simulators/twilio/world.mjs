// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What stands in the simulated Twilio's account before anybody calls, and the small things that its answers are made of.
import { randomBytes } from 'node:crypto'

export const ACCOUNT = 'AC00000000000000000000000000000a01'
export const PATH = `/2010-04-01/Accounts/${ACCOUNT}`

export const newSid = kind => kind + randomBytes(16).toString('hex')

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = n => String(n).padStart(2, '0')

/** "Fri, 20 Nov 2026 23:20:18 +0000": whole seconds. */
export function date(ms) {
  if (ms === undefined) return null
  const at = new Date(ms)
  const day = `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
}

/** A number of the account. Some references are empty texts rather than null, as Twilio has them. */
export function newNumber(number, at, more = {}) {
  return {
    account_sid: ACCOUNT,
    address_requirements: 'none',
    address_sid: null,
    api_version: '2010-04-01',
    beta: false,
    bundle_sid: null,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    date_created: date(at),
    date_updated: date(at),
    emergency_address_sid: null,
    emergency_address_status: 'unregistered',
    emergency_status: 'Inactive',
    friendly_name: number,
    identity_sid: null,
    origin: 'twilio',
    phone_number: number,
    sid: newSid('PN'),
    sms_application_sid: '',
    sms_fallback_method: 'POST',
    sms_fallback_url: '',
    sms_method: 'POST',
    sms_url: '',
    status: 'in-use',
    status_callback: '',
    status_callback_method: 'POST',
    trunk_sid: null,
    type: 'local',
    voice_application_sid: null,
    voice_caller_id_lookup: false,
    voice_fallback_method: 'POST',
    voice_fallback_url: '',
    voice_method: 'POST',
    voice_receive_mode: 'voice',
    voice_url: 'https://demo.example.net/welcome/voice/',
    ...more
  }
}

export const newCallerId = (number, at) => ({
  account_sid: ACCOUNT,
  date_created: date(at),
  date_updated: date(at),
  friendly_name: number,
  phone_number: number,
  sid: newSid('PN')
})
