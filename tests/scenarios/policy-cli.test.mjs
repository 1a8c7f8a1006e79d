// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// `switchhook policy check`: what it says of policies, of the packs beside them, and of what is neither. No gateway runs.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Folder, installed, run } from './lib/place.mjs'

const shipped = () => join(installed().prefix, 'etc/switchhook/policies')
const check = (args, input) => run(installed().program, ['policy', 'check', ...args], { input })

/** A folder of policies with the packs that are shipped; each file by its name. */
async function within(files, body) {
  const folder = new Folder()
  try {
    cpSync(join(shipped(), 'jurisdictions'), folder.join('jurisdictions'), { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(folder.join(name), text)
    await body(folder)
  } finally {
    folder.remove()
  }
}

test('a folder is checked with its packs, and so is a file in it', () =>
  within({ 'good.yaml': 'jurisdictions: [us-federal]\n', 'more.yaml': '' }, async folder => {
    const one = await check([folder.join('good.yaml')])
    assert.deepEqual([one.status, one.stdout, one.stderr], [0, `${folder.join('good.yaml')}: no faults\n`, ''])
    const all = await check([shipped(), folder.path])
    assert.equal(all.status, 0, all.stderr)
    assert.match(all.stdout, /default\.yaml: no faults\n[^]*good\.yaml: no faults\n[^]*more\.yaml: no faults\n/)
    writeFileSync(folder.join('jurisdictions/odd.yaml'), 'version: 1\n')
    const odd = await check([folder.path])
    assert.equal(odd.status, 1)
    assert.match(odd.stderr, /jurisdictions\/odd\.yaml:\d+:\d+: /)
    const lines = odd.stderr.split('\n')
    assert.equal(new Set(lines).size, lines.length, 'once for the folder')
  }))

test('a pack that is not there is told with the other faults, in the order of the file', () =>
  within({ 'bad.yaml': 'gap: 4x\njurisdictions: [us-federal, us-state]\nmax_atempts: 3\nmax_attempts: 0\n' }, async folder => {
    const file = folder.join('bad.yaml')
    const { status, stdout, stderr } = await check([file])
    assert.deepEqual([status, stdout], [1, ''])
    assert.deepEqual(stderr.split('\n').map(line => line.replace(file, '')), [
      ':1:6: expected a duration such as 30s, 10m, 4h or 1h30m, found "4x"',
      ':2:29: there is no pack "us-state" in the folder jurisdictions of the policies; did you mean "us-states"?',
      ':3:1: unknown key "max_atempts"; did you mean "max_attempts"?',
      ':4:15: expected a whole number from 1 to 100, found "0"',
      ''
    ])
    mkdirSync(folder.join('elsewhere'))
    const none = await check([file, '--packs', folder.join('elsewhere')])
    assert.match(none.stderr, /2:17: there is no pack "us-federal"/)
    const packs = await check(['-', '--packs', folder.join('jurisdictions')], 'jurisdictions: [ca]\n')
    assert.deepEqual([packs.status, packs.stdout], [0, '-: no faults\n'])
    const gone = await check([file, '--packs', folder.join('nowhere')])
    assert.deepEqual([gone.status, /nowhere/.test(gone.stderr)], [1, true])
  }))

test('standard input, a pack, an odd name, and nothing', () =>
  within({ 'My_Pol.YAML': 'gap: 4h\n' }, async folder => {
    const piped = await check(['-'], 'retry:\n  busi: {delay: 5m}\n')
    assert.equal(piped.status, 1)
    assert.match(piped.stderr, /^-:2:3: unknown key "busi"; did you mean "busy"\?/)
    const pack = await check([folder.join('jurisdictions/us-federal.yaml')])
    assert.deepEqual([pack.status, pack.stdout], [0, `${folder.join('jurisdictions/us-federal.yaml')}: no faults; it is a pack of rules\n`])
    const odd = await check([folder.join('My_Pol.YAML')])
    assert.equal(odd.status, 0)
    assert.match(odd.stderr, /note: no gateway reads a file of this name/)
    mkdirSync(folder.join('empty'))
    for (const [args, status, says] of [
      [[], 2, /no file was named/],
      [[folder.join('none.yaml')], 1, /none\.yaml: cannot be read: No such file/],
      [[folder.join('empty')], 1, /no policy in this folder/]
    ]) {
      const told = await check(args)
      assert.equal(told.status, status)
      assert.match(told.stderr, says)
    }
    const { status, stderr } = await run(installed().program, ['policy', 'validate'])
    assert.deepEqual([status, /there is no verb "validate"/.test(stderr)], [2, true], stderr)
  }))
