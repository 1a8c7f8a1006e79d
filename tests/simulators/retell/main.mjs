#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A simulated Retell on a port of its own: lib/main.mjs.
import { main } from '../lib/main.mjs'
import { RetellSimulator } from './simulator.mjs'

await main(RetellSimulator, {
  flags: { 'webhook-url': { type: 'string' } },
  usage: '[--webhook-url URL]',
  begun: (retell, given) => {
    retell.account.webhook_url = given['webhook-url'] ?? null
  }
})
