// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Reads the questions of `switchhook policy callback-time --jsonl` and answers with the last date that chrono-node finds in each.
import * as chrono from 'chrono-node'
import { createInterface } from 'node:readline'

for await (const line of createInterface({ input: process.stdin })) {
  const { id, text, transcript, now } = JSON.parse(line)
  const found = chrono.parse(text ?? transcript, new Date(now), { forwardDate: true })
  process.stdout.write(JSON.stringify({ id, instant: found.at(-1)?.start.date() ?? null }) + '\n')
}
