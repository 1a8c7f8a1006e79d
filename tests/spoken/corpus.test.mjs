// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The corpus of spoken times: its expectations hold by the calendar and the tables of time zones, and the reader has them.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { installed } from '../scenarios/lib/place.mjs'
import { files, instantOf, read, slips } from './instants.mjs'
import { answers, fits, measure, tell } from './run.mjs'

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

test('the reader reads what a person reads, 98 times of 100 and more', t => {
  const results = measure(installed().program, files([]))
  for (const { wrong, found } of results) for (const c of wrong) t.diagnostic(tell(c, found.get(c.id)))
  const sum = key => results.reduce((total, result) => total + result[key], 0)
  assert.ok(sum('right') >= 0.98 * sum('counted'), `${sum('right')} of ${sum('counted')}`)
})

test('who wants no call gets none', () => {
  // The hold-out set is measured, not mended by: it counts above.
  const mended = files([]).filter(path => !path.endsWith('holdout.jsonl'))
  const cases = mended.flatMap(read)
  const found = answers(installed().program, cases)
  const unwanted = cases.filter(c => !c.doubt && ['refused', 'none'].includes(c.expect.intent))
  assert.ok(unwanted.length >= 80, `${unwanted.length} cases`)
  for (const c of unwanted) assert.notEqual(found.get(c.id).intent, 'callback', tell(c, found.get(c.id)))
  for (const c of unwanted.filter(c => c.expect.intent === 'refused')) assert.equal(found.get(c.id).intent, 'refused', c.id)
})

test('a wrong answer does not fit', () => {
  const call = { expect: { intent: 'callback', instant: '2026-06-18T15:00:00Z' } }
  assert.ok(fits(call, { intent: 'callback', instant: '2026-06-18T15:00:00.000Z' }))
  assert.ok(!fits(call, { intent: 'callback', instant: '2026-06-18T15:01:00Z' }))
  assert.ok(!fits(call, { intent: 'callback', instant: null }))
  assert.ok(!fits(call, undefined))
  assert.ok(!fits({ expect: { intent: 'refused' } }, { intent: 'none' }))
})
