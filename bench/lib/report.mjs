// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Tables of medians, with the least and the greatest value beside those that matter.

export const median = values => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const digits = (value, n = 1) => value.toFixed(Math.abs(value) >= 100 ? 0 : n)

/** "12.3 (11.9–13.0)" */
const spread = (values, n) =>
  `${digits(median(values), n)} (${digits(Math.min(...values), n)}–${digits(Math.max(...values), n)})`

function markdown(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n'
}

/** [body, side, runs] in the order of the runs. */
function groups(runs) {
  const found = Map.groupBy(runs, run => `${run.body} ${run.side}`)
  return [...found.values()].map(of => [of[0].body, of[0].side, of])
}

const app = run => run.us.app / run.ok
const postgres = run => run.us.postgres / run.ok
const total = run => app(run) + postgres(run)

/** While the load lasts. */
export function runTable(runs, peer) {
  const all = groups(runs)
  const rows = all.map(([body, side, of]) => {
    const beside = all.find(([size, name]) => size === body && name === peer)?.[2]
    return [
      body,
      side,
      digits(median(of.map(run => run.rate)), 0),
      `${digits(median(of.map(run => run.p50_ms)))} / ${digits(median(of.map(run => run.p99_ms)))}`,
      spread(of.map(app)),
      spread(of.map(postgres)),
      spread(of.map(total)),
      beside ? (median(beside.map(total)) / median(of.map(total))).toFixed(2) : '-'
    ]
  })
  const head = ['bytes', 'side', 'req/s', 'p50 / p99 ms', 'app us', 'postgres us', 'total us', `${peer} / total`]
  return 'While the load lasts, CPU per webhook answered:\n\n' + markdown(head, rows)
}

// What an event cost after the load, when nothing but processing went on.
const price = (run, part) => (run.drained.events ? run.drained.us[part] / run.drained.events : 0)
const ingest = run =>
  (run.us.app + run.us.postgres - run.processed * (price(run, 'app') + price(run, 'postgres'))) / run.ok
const done = run => (run.whole.app + run.whole.postgres) / run.total

/** What the gateway has still to do when the load ends, and what all of it costs. */
export function workTable(runs) {
  const rows = groups(runs)
    .filter(([, , of]) => of.some(run => run.drained.events))
    .map(([body, side, of]) => [
      body,
      side,
      spread(of.map(run => (100 * run.processed) / run.ok)),
      spread(of.map(run => run.drained.events), 0),
      spread(of.map(run => run.drained.seconds)),
      `${digits(median(of.map(run => price(run, 'app'))))} + ${digits(median(of.map(run => price(run, 'postgres'))))}`,
      spread(of.map(ingest)),
      spread(of.map(done))
    ])
  if (rows.length === 0) return ''
  const head = ['bytes', 'side', 'processed in the run %', 'pending at its end', 'then s', 'an event us, app + postgres', 'ingest us', 'done us']
  return 'What is processed, when, and for how much:\n\n' + markdown(head, rows)
}
