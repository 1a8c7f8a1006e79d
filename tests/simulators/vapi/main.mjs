#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A simulated Vapi on a port of its own: lib/main.mjs.
import { main } from '../lib/main.mjs'
import { VapiSimulator } from './simulator.mjs'

await main(VapiSimulator, {
  flags: { 'webhook-url': { type: 'string' } },
  usage: '[--webhook-url URL]',
  begun: (vapi, given) => vapi.setServer('org', given['webhook-url'] ?? null)
})
