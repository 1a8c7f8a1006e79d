// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The reader of spoken times reads every case of the corpus that counts as a person does.
import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { test } from 'node:test'
import { installed } from '../scenarios/lib/place.mjs'
import { files } from './instants.mjs'
import { measure, tell } from './run.mjs'

const results = measure(installed().program, files([]))

for (const { path, counted, right, wrong, found } of results)
  test(`${basename(path, '.jsonl')}: ${right} of ${counted}`, () => {
    assert.ok(counted > 0)
    assert.equal(wrong.filter(c => !c.doubt).map(c => tell(c, found.get(c.id))).join('\n'), '')
  })

test(`all: ${results.reduce((sum, one) => sum + one.right, 0)} of ${results.reduce((sum, one) => sum + one.counted, 0)}`, () => {
  assert.ok(results.length >= 15)
})
