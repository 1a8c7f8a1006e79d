#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A simulated Bland on a port of its own: lib/main.mjs.
import { main } from '../lib/main.mjs'
import { BlandSimulator } from './simulator.mjs'

await main(BlandSimulator, {
  flags: { 'webhook-url': { type: 'string' } },
  usage: '[--webhook-url URL]',
  begun: (bland, given) => {
    bland.account.webhook_url = given['webhook-url'] ?? null
  }
})
