// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Tables of medians, with the least and the greatest value beside those that matter.

export const median = values => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
export const percentile = (values, p) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))]

/** As many digits as are worth reading. */
export const digits = (value, after = 1) =>
  Math.abs(value) < 0.5 / 10 ** after ? '0' : value.toFixed(Math.abs(value) >= 100 ? 0 : after)

/** "12.3 (11.9–13.0)" */
export const spread = (values, after = 1) =>
  values.length === 1
    ? digits(values[0], after)
    : `${digits(median(values), after)} (${digits(Math.min(...values), after)}–${digits(Math.max(...values), after)})`

export function markdown(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n'
}

/** Groups in the order of their first member. */
export const grouped = (runs, key) => [...Map.groupBy(runs, key).values()]
