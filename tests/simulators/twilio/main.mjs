#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A simulated Twilio on a port of its own: lib/main.mjs. The API key is given as SID:SECRET.
import { main } from '../lib/main.mjs'
import { TwilioSimulator } from './simulator.mjs'

await main(TwilioSimulator, {
  flags: { 'caller-ids': { type: 'string', default: '' } },
  usage: '[--caller-ids +14155550190,…]',
  begun: (twilio, given) => {
    for (const number of given['caller-ids'].split(',').filter(Boolean)) twilio.allow(number)
  }
})
