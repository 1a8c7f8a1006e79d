// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// CPU per durable webhook in a closed loop: the gateway, strict and with keys.cache, beside express and tuned fastify.
//
// The sides run in turn, round after round, each alone with the load, freshly started on a Postgres of its own that was
// filled a little and analyzed. The gateway also processes what it took, in transactions of their own: as far as there is room
// while the load lasts, and the rest after it. So Postgres's CPU is told by backend, and beside the figure of the load stands
// that of the whole: from the load's begin until nothing was pending, by webhooks stored. Peers keep the raw body, whatever
// the event is called: they run with the first event only.
import { goal } from '../lib/goals.mjs'
import { digits, grouped, markdown, median, spread } from '../lib/report.mjs'
import { drained, fill, isGateway, load, withSide } from '../lib/sides.mjs'
import { cpu, between } from '../lib/cpu.mjs'

/** One run of one side. */
async function once(side, o, body, event) {
  await fill(side, o)
  const had = await side.stored()
  const whole = cpu(side.roots)
  const processed = {}
  const told = await load(side, { s: body, e: event, c: o.connections, t: o.seconds }, {
    atStart: async () => (processed.start = await side.processed()),
    atEnd: async () => (processed.end = await side.processed())
  })
  const pending = side.processes ? await side.pending() : 0
  const began = Date.now()
  const left = side.processes ? await drained(side, 90) : 0
  const stored = (await side.stored()) - had
  // Each connection may have one webhook that was stored while nobody read the answer any more.
  if (told.bad || stored < told.stored || stored > told.stored + o.connections)
    throw new Error(`${side.name}: ${told.stored} accepted, ${stored} stored, ${told.bad} refused`)
  return {
    ...told,
    processed: processed.end - processed.start,
    pending,
    left,
    drain_s: (Date.now() - began) / 1000,
    whole: Object.fromEntries(Object.entries(between(whole, cpu(side.roots))).map(([name, us]) => [name, us / stored]))
  }
}

const each = (run, part) => run.us[part] / run.ok
export const total = run => each(run, 'app') + each(run, 'postgres')
// Without the backend that processes; the gateway's own share of processing is still in it.
const intake = run => total(run) - (run.us.engine ? each(run, 'engine') : 0)
const whole = run => run.whole.app + run.whole.postgres

/** Postgres by backend, "ingest + engine + rest"; one figure where there is no such split. */
function postgres(of) {
  const all = of.map(run => each(run, 'postgres'))
  if (of[0].us.ingest === undefined) return spread(all)
  const [taking, processing] = ['ingest', 'engine'].map(part => median(of.map(run => each(run, part))))
  const rest = median(of.map((run, i) => all[i] - each(run, 'ingest') - each(run, 'engine')))
  return `${spread(all)} = ${[taking, processing, rest].map(value => digits(value)).join(' + ')}`
}

function table(runs, of) {
  const peer = of.find(group => group[0].side === 'express')
  return of.map(group => {
    const { side, event } = group[0]
    const beside = what => (peer ? `, ${(median(peer.map(total)) / median(group.map(what))).toFixed(1)}` : '')
    return [
      side + (isGateway(side) ? `, ${event}` : ''),
      digits(median(group.map(run => run.rate))),
      `${digits(median(group.map(run => run.p50_ms)))} / ${digits(median(group.map(run => run.p99_ms)))}`,
      spread(group.map(run => each(run, 'app'))),
      postgres(group),
      spread(group.map(total)) + beside(total),
      isGateway(side) ? spread(group.map(intake)) + beside(intake) : '',
      isGateway(side) ? `${digits(median(group.map(run => (100 * run.processed) / run.ok)))} %` : '',
      isGateway(side) ? `${spread(group.map(whole))}${beside(whole)} after ${digits(median(group.map(run => run.drain_s)))} s` : ''
    ]
  })
}

const HEAD = ['side', 'req/s', 'p50 / p99 ms', 'app us', 'postgres us = ingest + engine + rest', 'total us, express / it']
HEAD.push('without engine', 'processed meanwhile', 'total with all processed')

export async function measure(o) {
  const runs = []
  for (const body of o.bodies)
    for (let round = 0; round < o.rounds; round++)
      for (const event of o.events)
        for (const side of o.sides) {
          if (!isGateway(side) && event !== o.events[0]) continue
          const run = { side, body, event, round, ...(await withSide(side, one => once(one, o, body, event), o)) }
          runs.push(run)
          o.record('ingest', run)
          o.say(`ingest, ${side}, ${event}, ${run.body} bytes, round ${round + 1}: ${run.rate} req/s, ${digits(total(run))} us`)
        }
  const text = grouped(runs, run => run.body).map(
    of => `### ${of[0].body} bytes\n\n${markdown(HEAD, table(of, grouped(of, run => run.side + run.event)))}`
  )
  return { text: `## Ingest: closed loop, ${o.connections} connections\n\n${text.join('\n')}`, goals: goals(runs, o) }
}

function goals(runs, o) {
  const of = (side, body, what, event = o.events[0]) => {
    const found = runs.filter(run => run.side === side && run.asked === body && (!isGateway(side) || run.event === event))
    return found.length ? median(found.map(what)) : NaN
  }
  const rows = []
  for (const event of o.events)
    for (const [body, id, most, tuned] of [
      [2048, 'G1', 1 / 6, 1 / 1.8],
      [20000, 'G2', 1 / 5, 1 / 3]
    ])
      for (const [name, what] of [
        ['while it takes in', total],
        ['with all processed', run => (run.whole && isGateway(run.side) ? whole(run) : total(run))]
      ]) {
        const mine = of('gateway', body, what, event)
        rows.push(
          goal(id, `CPU beside express, ${body} bytes, ${event}, ${name}`, { most, value: mine / of('express', body, total) }),
          goal('G3', `CPU beside tuned fastify, ${body} bytes, ${event}, ${name}`, { most: tuned, value: mine / of('fastify', body, total) })
        )
      }
  const rate = run => run.rate
  rows.push(
    goal('G6', 'requests a second beside tuned fastify, 2048 bytes', { least: 1.3, value: of('gateway', 2048, rate) / of('fastify', 2048, rate) }),
    goal('G6', 'requests a second beside express, 2048 bytes', { least: 4, value: of('gateway', 2048, rate) / of('express', 2048, rate) })
  )
  return rows.filter(row => Number.isFinite(row.value))
}
