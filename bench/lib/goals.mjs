// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The goals of issue 3 and of the design, each beside its figure. A goal is an upper bound unless it says otherwise.
import { digits, markdown } from './report.mjs'

/** {id, what, least or most, value, unit} → a row. */
export const goal = (id, what, { most, least, value, unit = '' }) => ({ id, what, most, least, value, unit })

const number = (value, unit) => (Number.isFinite(value) ? digits(value, 2) + unit : '-')

export function goalTable(goals) {
  const rows = goals.map(({ id, what, most, least, value, unit }) => {
    const reached = most !== undefined ? value <= most : value >= least
    const bound = most !== undefined ? `at most ${digits(most, 2)}${unit}` : `at least ${digits(least, 2)}${unit}`
    return [id, what, bound, number(value, unit), Number.isFinite(value) ? (reached ? 'reached' : '**missed**') : 'not measured']
  })
  return '## Goals\n\n' + markdown(['', 'what', 'goal', 'figure', ''], rows)
}
