// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Vapi's postman: proves itself as the credential says, waits 20 seconds, and tries once, unless the server has a back-off plan.
// The official SDK has no signer and no verifier; what is signed is written from the schema of the credential
// (HMACAuthenticationPlan, BearerAuthenticationPlan).
import { createHmac, randomUUID } from 'node:crypto'
import { Webhooks } from '../lib/webhooks.mjs'

/** The defaults of the published schema. */
export const HMAC = {
  type: 'hmac',
  algorithm: 'sha256',
  signatureHeader: 'x-signature',
  timestampHeader: 'x-timestamp',
  signaturePrefix: '',
  includeTimestamp: true,
  payloadFormat: '{timestamp}.{body}',
  signatureEncoding: 'hex',
  secretIsBase64: false
}

function signed(plan, key, { method = 'POST', url, body }, at) {
  const given = { body, timestamp: String(Math.floor(at / 1000)), method, url, 'svix-id': `msg_${randomUUID()}` }
  const text = plan.payloadFormat.replace(/\{(body|timestamp|method|url|svix-id)\}/g, (_, name) => given[name])
  const secret = plan.secretIsBase64 ? Buffer.from(key, 'base64') : key
  return {
    [plan.signatureHeader]: plan.signaturePrefix + createHmac(plan.algorithm, secret).update(text).digest(plan.signatureEncoding),
    ...(plan.includeTimestamp && { [plan.timestampHeader]: given.timestamp }),
    ...(plan.messageIdHeader && { [plan.messageIdHeader]: given['svix-id'] })
  }
}

export class VapiWebhooks extends Webhooks {
  /** The custom credential; null: none is attached, and the header of old comes empty. */
  credential = HMAC

  constructor({ spacing_ms: spacing = [], timeout_ms: timeout = 20000, ...options }) {
    super({ ...options, spacing_ms: spacing, timeout_ms: timeout })
  }

  async headers(letter, { key, at }) {
    const plan = this.credential
    if (!plan) return { 'x-vapi-secret': '' }
    if (plan.type === 'hmac') return signed({ ...HMAC, ...plan }, key, letter, at)
    return { [plan.headerName ?? 'authorization']: (plan.bearerPrefixEnabled === false ? '' : 'Bearer ') + key }
  }

  /** Any answer but a 2xx, and no answer; how often is the plan's. */
  again({ status }, { asks, excluded = [] }) {
    return !asks && !(status >= 200 && status < 300) && !excluded.includes(status)
  }
}
