// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Twilio's postman: forms, signed by Twilio's own SDK over the URL and the decoded parameters, without a time. What stands
// behind the '#' of a URL is for him alone: how often he comes again and after what. Without it, once, if he found nobody.
import { randomUUID } from 'node:crypto'
import twilio from 'twilio'
import { readForm } from '../lib/form.mjs'
import { Webhooks } from '../lib/webhooks.mjs'

/** The URL as it is asked for and signed: without the part behind '#', name and password; over https without its port. */
export function signedUrl(url) {
  const [plain] = url.split('#')
  const https = plain.replace(/^(https?:\/\/)[^/@]*@/, '$1')
  return https.startsWith('https://') ? https.replace(/^(https:\/\/(?:\[[^\]]*\]|[^/:?]*)):\d+/, '$1') : https
}

/** {rc, rp}: how many retries, and after what. */
export function overrides(url) {
  const given = new URLSearchParams(url.split('#')[1] ?? '')
  const policies = (given.get('rp') ?? 'ct').split(',')
  const all = policies.includes('all')
  return {
    retries: Number(given.get('rc') ?? 1),
    after: ({ status, error }) =>
      error !== undefined
        ? all || policies.includes(error === 'TimeoutError' ? 'rt' : 'ct')
        : (status >= 500 && (all || policies.includes('5xx'))) || (status >= 400 && status < 500 && (all || policies.includes('4xx')))
  }
}

export class TwilioWebhooks extends Webhooks {
  async headers({ url, body = '', method = 'POST', type = '' }, { key }) {
    const params = method === 'GET' || type.includes('json') ? {} : readForm(body)
    return {
      'x-twilio-signature': twilio.getExpectedTwilioSignature(key, signedUrl(url), params),
      'i-twilio-idempotency-token': randomUUID(),
      'user-agent': 'TwilioProxy/1.1'
    }
  }

  again(result, letter) {
    const { retries, after } = overrides(letter.given ?? letter.url)
    return letter.attempts.length <= retries && after(result)
  }
}
