// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A simulated provider's back door, for stories told from a shell. All of it is under /_sim/ and needs no key, since
// the server listens on the loopback alone. A provider adds its dashboard (`actions` of its simulator).
//
//   GET    /_sim/state                                everything it knows; ?only=rings,calls picks
//   POST   /_sim/scripts   {to, scripts: […]}         who takes the next calls
//   POST   /_sim/faults    {on, kind, times, ms, …}   what goes wrong next; DELETE clears
//   PATCH  /_sim/settings  {list_lag_ms, instant, …}  how it behaves
//   POST   /_sim/calls/ID/play    {script}            goes on with a call that waits
//   POST   /_sim/calls/ID/resend  {events: […]}       sends its webhooks once more
//   POST   /_sim/inbound   {from, to, script}         somebody calls
//   POST   /_sim/hooks/hold, /_sim/hooks/release      webhooks wait, and go
//   DELETE /_sim/state                                forgets calls, requests, scripts and faults

const ACTIONS = {
  'GET state': (sim, { url }) => {
    const only = url.searchParams.get('only')?.split(',')
    return only ? Object.fromEntries(only.map(name => [name, sim.state[name]])) : sim.state
  },
  'DELETE state': sim => sim.forget(),
  'POST scripts': (sim, { body: { to = '*', script, scripts = [script] } }) => sim.cast(to, ...scripts),
  'POST faults': (sim, { body: { on, kind, ...rest } }) => sim.fault(on, kind, rest),
  'DELETE faults': sim => sim.clearFaults(),
  'PATCH settings': (sim, { body }) => Object.assign(sim.settings, body),
  'POST calls play': (sim, { id, body }) => sim.play(id, body.script),
  'POST calls resend': (sim, { id, body }) => sim.resend(id, ...(body.events ?? [])),
  'POST inbound': (sim, { body }) => sim.inbound(body),
  'POST hooks hold': sim => sim.hold(),
  'POST hooks release': sim => sim.release()
}

export async function control(sim, { req, res, url, raw }) {
  const [what, second, third] = url.pathname.slice('/_sim/'.length).split('/').map(decodeURIComponent)
  const [id, verb] = what === 'hooks' ? [undefined, second] : [second, third]
  const name = [req.method, what, verb].filter(Boolean).join(' ')
  const action = ACTIONS[name] ?? sim.actions[name]
  const answer = (status, body) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body, unbounded) + '\n')
  if (!action) return answer(404, { error: `no ${req.method} ${url.pathname}` })
  try {
    answer(200, (await action(sim, { id, url, body: raw ? JSON.parse(raw) : {} })) ?? {})
  } catch (error) {
    answer(400, { error: error.message })
  }
}

const unbounded = (_, value) => (value === Infinity ? 'always' : value)
