// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The commands of docs/driver-guide.md, run as they stand there, one after the other, with the installed program, header and pkg-config
// file. What the guide shows of their output must be there, too: each line of a block `text` behind them, in this order.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Folder, installed, run } from './lib/place.mjs'

const GUIDE = fileURLToPath(new URL('../../docs/driver-guide.md', import.meta.url))

/** [{commands, shown: lines}], in the order of the document. */
function steps(text) {
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, kind, body]) => ({ kind, body }))
  const found = []
  for (const { kind, body } of blocks)
    if (kind === 'sh') found.push({ commands: body, shown: [] })
    else if (kind === 'text') found.at(-1).shown = body.trimEnd().split('\n')
  return found
}

test('the guide to writing a driver says what works', async () => {
  const { prefix } = installed()
  const folder = new Folder()
  try {
    const all = steps(readFileSync(GUIDE, 'utf8'))
    assert.ok(all.length >= 8 && all.filter(one => one.shown.length).length >= 7, 'the guide has its steps')
    // As after `make install`; the tree may have been staged elsewhere than where it was configured to live.
    const env = { PATH: `${join(prefix, 'bin')}:${process.env.PATH}`, PKG_CONFIG_PATH: join(prefix, 'lib/pkgconfig') }
    const script = ['set -eu', `cd ${folder.path}`]
    all.forEach(({ commands }, i) => script.push(`echo "== step ${i}"`, commands))
    const { status, stdout, stderr } = await run('sh', ['-c', script.join('\n')], { env, limit: 600000 })
    assert.equal(status, 0, `the commands failed:\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`)
    all.forEach(({ shown }, i) => {
      const after = stdout.split(`== step ${i}\n`)[1].split(`== step ${i + 1}\n`)[0]
      let at = 0
      for (const line of shown) {
        const found = after.indexOf(line.trimEnd(), at)
        assert.ok(found >= 0, `step ${i} shows "${line}", which is not there:\n${after}`)
        at = found + line.trimEnd().length
      }
    })
  } finally {
    folder.remove()
  }
})
