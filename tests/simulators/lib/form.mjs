// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors

/** The pairs of an application/x-www-form-urlencoded body as an object; a name that comes more than once has a list. */
export function readForm(raw) {
  const read = {}
  for (const [name, value] of new URLSearchParams(raw)) read[name] = read[name] === undefined ? value : [read[name], value].flat()
  return read
}
