// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Where the gateway's time goes, by perf: at a rate at which all is processed, and in a closed loop. Not among the parts that run
// without being named.
import { profile } from '../lib/profile.mjs'
import { drained, fill, load, withSide } from '../lib/sides.mjs'

export async function measure(o) {
  const flags = { c: o.connections, t: o.seconds }
  await withSide(
    'gateway',
    side =>
      profile(side, {
        bodies: o.bodies,
        load: more => load(side, { ...flags, ...more }),
        fill: () => fill(side, o),
        drain: () => drained(side, 60)
      }),
    o
  )
  return { text: '' }
}
