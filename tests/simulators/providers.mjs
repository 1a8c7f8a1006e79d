// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The providers that there are simulators of. A row is what a person does on both sides to connect an account, and where the
// gateway's dials are to be found:
//
//   name, title   as the driver has them
//   numbers       three of its own, in E.164, which no other row has
//   start         options → a running simulator with that row's keys; options: trialClock, numbers, webhooks, settings …
//   credentials   simulator → the body of PUT /v1/workspaces/ID/credentials
//   secrets       simulator → what of that must never come out again
//   agent         the provider's id of the agent that speaks; or
//   makeAgent     async acme → the gateway's agent, where the provider has no list of them
//   point         (simulator, url): the agent's webhook URL goes into the provider's dashboard; nothing where each dial names it
//   dialRoute     the route by which calls are placed, as the simulator calls it
//   dial          (request, simulator) → {from_number, to_number, variables}: what was asked
//   variablesOnAnswer: true where the provider asks for the variables when somebody answers; of other dials they are undefined then
import { bland } from './bland/account.mjs'
import { retell } from './retell/account.mjs'
import { twilio } from './twilio/account.mjs'
import { vapi } from './vapi/account.mjs'

export const PROVIDERS = { retell, bland, twilio, vapi }
