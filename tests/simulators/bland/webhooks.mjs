// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Bland's postman: a hex HMAC of the body and of nothing else, if a secret was made. How often he comes again, and how long he
// waits, Bland does not say.
import { createHmac } from 'node:crypto'
import { Webhooks } from '../lib/webhooks.mjs'

export class BlandWebhooks extends Webhooks {
  sign(body, { key = this.key } = {}) {
    return createHmac('sha256', key).update(body).digest('hex')
  }

  async headers({ body }, options) {
    return { 'x-webhook-signature': this.sign(body, options) }
  }
}
