// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// ./quickstart is the first thing that a new user runs. Here its story is told on the installed tree, beside each provider, without the
// packages and the build: every step happens, and nothing is left.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { PROVIDERS } from '../simulators/providers.mjs'
import { Folder, USER, freePort, installed, run } from './lib/place.mjs'

const TREE = fileURLToPath(new URL('../..', import.meta.url))

/** The story on a stage of its own: what it printed, how it ended, and where it played. */
async function story(...more) {
  const folder = new Folder()
  try {
    mkdirSync(folder.join('usr'))
    symlinkSync(installed().prefix, folder.join('usr/local'))
    const args = [join(TREE, 'script/quickstart/main.mjs'), '--stage', folder.path, '--exit', ...(USER ? ['--user', USER.name] : []), ...more]
    return { ...(await run(process.execPath, args, { limit: 600000, env: { NO_COLOR: '1' } })), left: existsSync(folder.path) }
  } finally {
    folder.remove()
  }
}

for (const provider of Object.keys(PROVIDERS))
  test(`the story of ./quickstart, beside ${provider}`, async () => {
    const { status, stdout, stderr, left } = await story('--provider', provider, '--port', String(await freePort()))
    const steps = stdout.match(/^\d+\. /gm)?.length
    assert.match(stdout, /^(\d+) of \1 steps happened\.$/m, stdout.slice(-4000) + stderr)
    assert.equal(stdout.match(/^(\d+) of/m)[1], String(steps))
    assert.ok(steps >= 10)
    assert.deepEqual([status, left], [0, false])
  })

test('a story that cannot be told says so, and leaves nothing', async () => {
  const server = createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address()
    const { status, stdout, left } = await story('--port', String(port))
    assert.match(stdout, new RegExp(`port ${port} is taken; --port names another one`))
    assert.match(stdout, /^0 of \d+ steps happened\.$/m)
    assert.deepEqual([status, left], [1, false])
  } finally {
    server.close()
  }
})

test('what ./quickstart is asked wrongly it says before it builds anything', async () => {
  const quickstart = (...args) => run('bash', [join(TREE, 'quickstart'), ...args])
  const help = await quickstart('--help')
  assert.deepEqual([help.status, /--provider NAME/.test(help.stdout)], [0, true])
  const nobody = await quickstart('--provider', 'nobody')
  assert.notEqual(nobody.status, 0)
  assert.match(nobody.stderr + nobody.stdout, /--provider wants one of: .*retell/)
  assert.equal((await quickstart('--nonsense')).status, 2)
})
