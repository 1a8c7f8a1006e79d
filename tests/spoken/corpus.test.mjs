// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The corpus of spoken times: its expectations hold by the calendar and the tables of time zones.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { files, instantOf, slips } from './instants.mjs'

test('each expected instant is that of its local time, each weekday that of its date', () => {
  const { count, all } = slips(files([]))
  assert.deepEqual(all, [])
  assert.ok(count >= 200, `${count} cases`)
})

test('a skipped minute moves forward, and of two the first counts', () => {
  assert.equal(instantOf('2026-03-29 02:15', 'Europe/Berlin'), '2026-03-29T01:15:00Z')
  assert.equal(instantOf('2026-11-01 01:30', 'America/Chicago'), '2026-11-01T06:30:00Z')
  assert.equal(instantOf('2026-10-04 02:15', 'Australia/Lord_Howe'), '2026-10-03T15:45:00Z')
  assert.equal(instantOf('2026-06-18 15:00', '-03:00'), '2026-06-18T18:00:00Z')
})

test('slips of the hand are found', t => {
  const folder = mkdtempSync(join(tmpdir(), 'sh-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const good = JSON.parse(readFileSync(files([])[0], 'utf8').split('\n')[0])
  const bad = (id, change) => JSON.stringify({ ...good, id, ...change }) + '\n'
  const path = join(folder, 'bad.jsonl')
  writeFileSync(
    path,
    bad('a', {}) +
      bad('a', {}) +
      bad('b', { expect: { ...good.expect, instant: '2026-01-01T00:00:00Z' } }) +
      bad('c', { now: good.now.replace(/[+-]\d\d:\d\d$/, '+13:00') }) +
      bad('d', { note: 'said Nonday, call Nonday' }) +
      bad('e', { expect: { intent: 'callback' }, note: undefined }) +
      bad('f', { transcript: 'User: now' })
  )
  const found = slips([path]).all.map(slip => slip.slice(path.length + 2).split(':')[0])
  assert.deepEqual([...new Set(found)], ['a', 'b', 'c', 'd', 'e', 'f'])
})
