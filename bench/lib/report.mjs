// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Tables of medians, with the least and the greatest value beside those that matter.

const median = values => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const digits = value => (Math.abs(value) < 0.05 ? '0' : value.toFixed(Math.abs(value) >= 100 ? 0 : 1))

/** "12.3 (11.9–13.0)" */
const spread = values => `${digits(median(values))} (${digits(Math.min(...values))}–${digits(Math.max(...values))})`

function markdown(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n'
}

const each = (run, part) => run.us[part] / run.ok
const total = run => each(run, 'app') + each(run, 'postgres')
// Without the backend that processes; the gateway's own share of processing is still in it.
const ingest = run => total(run) - (run.us.engine ? each(run, 'engine') : 0)

/** Postgres by backend, "ingest + engine + rest"; one figure where there is no such split. */
function parts(of) {
  const all = of.map(run => each(run, 'postgres'))
  if (of[0].us.ingest === undefined) return spread(all)
  const [ingesting, processing] = ['ingest', 'engine'].map(part => median(of.map(run => each(run, part))))
  const rest = median(of.map((run, i) => all[i] - each(run, 'ingest') - each(run, 'engine')))
  return `${spread(all)} = ${[ingesting, processing, rest].map(digits).join(' + ')}`
}

/** CPU in microseconds per webhook answered, while the load lasts. */
export function runTable(runs, peer) {
  const groups = [...Map.groupBy(runs, run => `${run.body} ${run.side}`).values()]
  const rows = groups.map(of => {
    const { body, side } = of[0]
    const beside = groups.find(other => other[0].body === body && other[0].side === peer)
    const ratio = what => (beside ? (median(beside.map(what)) / median(of.map(what))).toFixed(2) : '-')
    return [
      body,
      side,
      digits(median(of.map(run => run.rate))),
      `${digits(median(of.map(run => run.p50_ms)))} / ${digits(median(of.map(run => run.p99_ms)))}`,
      spread(of.map(run => each(run, 'app'))),
      parts(of),
      `${spread(of.map(total))}, ${ratio(total)}`,
      `${spread(of.map(ingest))}, ${ratio(ingest)}`,
      of[0].drained ? digits(median(of.map(run => (100 * run.processed) / run.ok))) : '-',
      of[0].drained
        ? `${digits(median(of.map(run => run.drained.pending)))}, ${digits(median(of.map(run => run.drained.left)))} after ${digits(median(of.map(run => run.drained.seconds)))} s`
        : '-'
    ]
  })
  const head = ['bytes', 'side', 'req/s', 'p50 / p99 ms', 'app us', 'postgres us = ingest + engine + rest']
  head.push(`total us, ${peer} / it`, `total without engine, ${peer} / it`, 'processed in the run %', 'pending at its end')
  return markdown(head, rows)
}
