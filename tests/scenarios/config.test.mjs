// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A configuration that is not right is refused, by check-config and by the start alike, with file, line, column and the
// nearest right key.
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Folder, installed, run, USER } from './lib/place.mjs'

const CASES = [
  // what is wrong, the file, where (line:column), what the fault says
  ['an unknown key', 'workers: 2\nlissten: [127.0.0.1:8080]\n', '2:1', /lissten.*listen/],
  ['an unknown key inside', 'log:\n  levle: info\n', '2:3', /levle.*level/],
  ['a wrong type', 'listen: [127.0.0.1:8080]\nworkers: many\n', '2:10', /many/],
  ['a list where a text belongs', 'state_dir: [a, b]\n', '1:12', /state_dir/],
  ['a number out of range', 'workers: 900\n', '1:10', /64/],
  ['a key given twice', 'workers: 1\nuser: nobody\nworkers: 2\n', '3:1', /workers/],
  ['not YAML', 'workers: [1\n', '2:1', /./],
  ['an address twice', 'workers: 2\nlisten: [127.0.0.1:8080, 0.0.0.0:8080]\n', '2:9', /0\.0\.0\.0:8080\W+is taken by\W+127\.0\.0\.1:8080/],
  ['an address without a port', 'listen: [127.0.0.1]\n', '1:10', /127\.0\.0\.1/]
]

function withFile(text, body) {
  return async () => {
    const { prefix, program } = installed()
    const folder = new Folder()
    try {
      const file = folder.join('switchhook.yaml')
      // PREFIX: the tree may have been staged elsewhere than where it was configured to live.
      writeFileSync(file, text.replaceAll('PREFIX', prefix))
      await body({ program, file, folder })
    } finally {
      folder.remove()
    }
  }
}

for (const [what, text, where, says] of CASES) {
  test(
    what,
    withFile(text, async ({ program, file }) => {
      for (const args of [
        ['check-config', '--config', file],
        ['serve', '--config', file]
      ]) {
        const { status, stdout, stderr } = await run(program, args, { as: USER })
        const told = stdout + stderr
        assert.notEqual(status, 0, `${args[0]} took it`)
        assert.notEqual(status, null, `${args[0]} did not end`)
        const line = told.split('\n').find(one => one.includes(`${file}:${where}`))
        assert.ok(line, `${args[0]} does not name ${file}:${where}:\n${told}`)
        assert.match(line, says)
      }
    })
  )
}

test(
  'every fault of a file is told at once',
  withFile('lissten: x\nworkers: many\nuser: 3\nuser: 4\n', async ({ program, file }) => {
    const { stdout, stderr } = await run(program, ['check-config', '--config', file], { as: USER })
    for (const line of ['1:1', '2:10', '4:1']) assert.ok((stdout + stderr).includes(`${file}:${line}`), stdout + stderr)
  })
)

test(
  'TLS without a certificate is told once',
  withFile('listen_tls: [127.0.0.1:8443]\n', async ({ program, file }) => {
    const { stderr } = await run(program, ['check-config', '--config', file], { as: USER })
    assert.deepEqual(stderr.match(/tls\.certificate/g), ['tls.certificate'], stderr)
  })
)

test(
  'a right file passes; without a key it does not',
  withFile(
    'workers: 2\nlog: {level: warn}\ndrivers: [PREFIX/lib/switchhook/drivers]\npolicies: PREFIX/etc/switchhook/policies\n',
    async ({ program, file, folder }) => {
      const check = () => run(program, ['check-config', '--config', file], { as: USER })
      const without = await check()
      assert.equal(without.status, 1)
      assert.match(without.stderr, /key_file: no key/)

      const key = folder.join('key')
      await run(program, ['key', 'new', key], { as: USER })
      appendFileSync(file, `key_file: ${key}\n`)
      const { status, stdout, stderr } = await check()
      assert.equal(status, 0, stdout + stderr)
    }
  )
)

test(
  'the data that says whose clock counts is named; an overlay of number prefixes is read as strictly as the file itself',
  withFile('log: {level: warn}\n', async ({ program, file, folder }) => {
    const overlay = folder.join('numbers')
    const check = () => run(program, ['check-config', '--config', file], { as: USER })
    const plain = await check()
    assert.match(plain.stdout, /^time zones: \d{4}[a-z]+, \d+ names$/m)
    const rows = Number(/^number prefixes: (\d+), python3-phonenumbers /m.exec(plain.stdout)[1])

    writeFileSync(overlay, '1999 America/Chicago\n1998 America/Chicgo\n')
    appendFileSync(file, `number_overlay: ${overlay}\n`)
    const wrong = await check()
    assert.equal(wrong.status, 1)
    assert.ok(wrong.stderr.includes(`${overlay}:2:6: expected a time zone such as America/Chicago, found "America/Chicgo"`), wrong.stderr)

    writeFileSync(overlay, '1999 America/Chicago\n1999 state US-AL\n1998 -\n')
    const right = await check()
    assert.ok(!right.stderr.includes(overlay), right.stderr)
    assert.match(right.stdout, new RegExp(`^number prefixes: ${rows + 2}, `, 'm'))
  })
)

test(
  'packs of laws are named with their versions; one of the operator\'s own is read as strictly as the file itself',
  withFile('log: {level: warn}\n', async ({ program, file, folder }) => {
    const policies = folder.join('policies'), own = `${policies}/jurisdictions/own.yaml`
    const check = () => run(program, ['check-config', '--config', file], { as: USER })
    cpSync(`${installed().prefix}/etc/switchhook/policies`, policies, { recursive: true })
    appendFileSync(file, `policies: ${policies}\n`)
    const plain = await check()
    for (const name of ['us-federal', 'us-states', 'ca']) assert.match(plain.stdout, new RegExp(`^jurisdictions: ${name}, \\d+\\.\\d+\\.\\d+$`, 'm'))

    const rule = (id, hours) => `  - {id: ${id}, where: US-NY, hours: "${hours}", source: S, checked: 2026-11-21, verified: no}\n`
    const head = 'name: own\nversion: 2026.11.1\ntitle: Our own\nrules:\n'
    writeFileSync(own, head + rule('wide', '06:00-18:00') + rule('good', '09:00-18:00').replace('verified', 'verifyed'))
    const wrong = await check()
    assert.equal(wrong.status, 1)
    for (const fault of ['5:37: wider than the federal hours', '6:84: unknown key "verifyed"; did you mean "verified"?'])
      assert.ok(wrong.stderr.includes(`${own}:${fault}`), `${fault}\n${wrong.stderr}`)

    // Whichever is read first has the name.
    writeFileSync(own, head + rule('us-fl-501.616', '09:00-18:00'))
    assert.match((await check()).stderr, /us-states\.yaml:\d+:9: there is another rule "us-fl-501\.616", in the pack own/)

    writeFileSync(own, head + rule('good', '09:00-18:00'))
    const right = await check()
    assert.ok(!right.stderr.includes(own), right.stderr)
    assert.match(right.stdout, /^jurisdictions: own, 2026\.11\.1$/m)
  })
)

test(
  'a folder of policies without the packs that they have is refused at the start, with what to do',
  withFile('log: {level: warn}\n', async ({ program, file, folder }) => {
    const policies = folder.join('policies')
    mkdirSync(policies)
    appendFileSync(file, `policies: ${policies}\n`)
    const faults = async () => {
      const { status, stdout, stderr } = await run(program, ['check-config', '--config', file], { as: USER })
      return status && (stdout + stderr).split('\n').filter(one => one.startsWith(policies))
    }
    writeFileSync(`${policies}/default.yaml`, 'max_attempts: 2\n')
    writeFileSync(`${policies}/house.yaml`, 'jurisdictions: [house]\n')
    assert.deepEqual(await faults(), [
      `${policies}/default.yaml: jurisdictions: not said, so that the built-in packs hold, and the folder ${policies}/jurisdictions lacks ` +
        'us-federal, us-states, ca: put them there, or say "jurisdictions: []" in this file',
      `${policies}/house.yaml: jurisdictions: there is no pack "house" in the folder jurisdictions of the policies: put house.yaml there, or name it no more`
    ])

    // Whoever wants no law says so, in a policy or in all plans.
    writeFileSync(`${policies}/house.yaml`, 'jurisdictions: []\n')
    writeFileSync(folder.join('plans.yaml'), 'free: {policy: {jurisdictions: []}}\nhouse: {}\n')
    assert.equal((await faults()).length, 1)
    writeFileSync(folder.join('plans.yaml'), 'free: {policy: {jurisdictions: []}}\n')
    assert.ok(!(await faults())?.length)
    rmSync(folder.join('plans.yaml'))
    writeFileSync(`${policies}/default.yaml`, 'max_attempts: 2\njurisdictions: []\n')
    assert.ok(!(await faults())?.length)
  })
)
