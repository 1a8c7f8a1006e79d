// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The main job once more, by an operator at a shell: every step is a `switchhook` command.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { AGENT, CALLEE, FROM, ZONE } from './lib/acme.mjs'
import { Folder, freePort, installed, run, USER } from './lib/place.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'
import { certificate } from './lib/tls.mjs'

/** Runs a command that must succeed; asks for JSON and parses it. */
const shell = (gateway, key = () => gateway.key) => {
  const plain = (args, { input, as = key() } = {}) =>
    run(gateway.program, args, { as: USER, input, env: { SWITCHHOOK_URL: gateway.url, SWITCHHOOK_KEY: as } })
  const json = async (args, options) => {
    const { status, stdout, stderr } = await plain([...args, '--json'], options)
    assert.equal(status, 0, `${args.join(' ')}: ${stderr}`)
    return stdout ? JSON.parse(stdout) : undefined
  }
  return { plain, json }
}

test(
  'the story by commands',
  scenario(
    async ({ gateway, retell, clock, folder }) => {
      await gateway.bootstrap()
      const { plain, json } = shell(gateway)
      assert.ok((await json(['provider', 'list'])).data.some(one => one.name === 'retell'))

      const workspace = await json(['workspace', 'create', '--name', 'Acme', '--provider', 'retell', '--timezone', ZONE])
      const secret = folder.join('webhook-key')
      writeFileSync(secret, retell.webhooks.key + '\n', { mode: 0o600 })
      folder.own(secret)
      // On the command line everybody could read it: refused by the gateway's own table of settings, before anything is sent.
      const literal = ['workspace', 'credentials', workspace.id, '--set', `base_url=${retell.url}`, '--set', 'api_key=key_literal']
      const refused = await plain(literal)
      assert.equal(refused.status, 1)
      assert.match(refused.stderr, /api_key is a secret.*@FILE/)
      assert.ok(!refused.stderr.includes('key_literal'))
      assert.deepEqual((await json(['workspace', 'show', workspace.id])).secrets_set, [])

      const set = ['--set', 'api_key=-', '--secret', `webhook_key=@${secret}`, '--set', `base_url=${retell.url}`]
      const told = await plain(['workspace', 'credentials', workspace.id, ...set], { input: retell.apiKeys[0] + '\n' })
      assert.equal(told.status, 0, told.stderr)
      for (const one of [retell.apiKeys[0], retell.webhooks.key]) assert.ok(!(told.stdout + told.stderr).includes(one))
      assert.equal((await plain(['workspace', 'test', workspace.id])).status, 0)

      const found = (await json(['number', 'importable', '--workspace', workspace.id])).data.map(one => one.provider_id)
      assert.equal(found.length, 3)
      await json(['number', 'import', '--workspace', workspace.id, '--numbers', found.join(',')])
      const number = (await json(['number', 'list'])).data.find(one => one.number === FROM)
      const customer = await json(['customer', 'create', '--name', 'Acme Dental'])
      await json(['customer', 'grant', customer.id, '--amount', '10', '--note', 'to begin with'])
      await json(['number', 'assign', number.id, '--customer', customer.id])
      await json(['agent', 'sync', '--workspace', workspace.id])
      const agent = (await json(['agent', 'list'])).data.find(one => one.provider_agent_id === AGENT)
      await json(['number', 'agent', number.id, '--agent', agent.id, '--inbound', 'true', '--outbound', 'true'])
      const minted = await json(['outbound-key', 'create', number.id, '--name', 'website'])
      assert.match(minted.key, /^owk_/)
      retell.setAgentWebhook(AGENT, (await json(['agent', 'webhook-url', agent.id])).url)

      retell.cast(CALLEE, 'no_answer', 'answers')
      const place = ['call', 'place', '--from', FROM, '--to', CALLEE, '--var', 'customer_name=Zoë', '--idempotency-key', 'one']
      const call = await json(place, { as: minted.key })
      assert.deepEqual(await json(place, { as: minted.key }), call, 'the same key, the same call')
      assert.equal(call.state, 'placed')

      const chain = async () => (await json(['callback', 'chain', call.callback_id])).data
      const second = await eventually(async () => (await chain()).find(one => one.state === 'scheduled'), 'attempt 2 was scheduled')
      const table = await plain(['callback', 'list', '--state', 'scheduled'])
      assert.match(table.stdout, /^id +attempt +state +due_at/)
      assert.ok(table.stdout.includes(second.id))
      await json(['callback', 'dial-now', second.id])
      await eventually(async () => (await chain()).at(-1).state === 'completed', 'attempt 2 was answered')
      assert.equal((await json(['call', 'list', '--chain', call.callback_id])).data.length, 2)
      assert.match((await plain(['activity', '--limit', '100'])).stdout, /chain closed/)
      assert.equal((await json(['customer', 'show', customer.id])).balance, 8)
      const heard = await json(['event', 'list', '--state', 'processed'])
      assert.ok(heard.data.length > 0)
      assert.match((await plain(['event', 'replay', heard.data[0].id])).stderr, /^wrong_state: .*only a dead one/)
      const own = await plain(['policy', 'set-workspace', workspace.id, '--file', '-'], { input: '{"max_attempts": 2}' })
      assert.equal(own.status, 0, own.stderr)
      assert.match(JSON.stringify(await json(['policy', 'show-workspace', workspace.id])), /"max_attempts":2/)
      assert.match((await plain(['policy', 'explain', agent.id])).stdout, /^key +value +from +name\n.*\nmax_attempts +2 +workspace *\n/s)
      assert.match((await plain(['policy', 'list'])).stdout, /^name +default\n(.*\n)*default +true *\n/)
      const wrong = await plain(['policy', 'set-workspace', workspace.id, '--file', '-'], { input: '{"max_atempts": 2}' })
      assert.deepEqual([wrong.status, /max_attempts/.test(wrong.stderr)], [1, true], wrong.stderr)
      assert.deepEqual([await json(['tenant'])].map(one => typeof one.name), ['string'])
      await clock.forward('1s')
    },
    { account: false }
  )
)

test(
  'what is wrong is said on standard error, with status 1 or 2',
  scenario(
    async ({ gateway, folder }) => {
      await gateway.bootstrap()
      const { plain } = shell(gateway)
      const cases = [
        // arguments, status, what standard error says
        [['callback', 'show', '01890000-0000-7000-8000-000000000000'], 1, /^not_found: /],
        [['workspace', 'create', '--name', '', '--provider', 'retell', '--timezone', 'Mars'], 1, /^invalid: [^\n]*\n  --name: /],
        [['workspace', 'create', '--name', 'x'], 2, /--provider is needed/],
        [['workspace', 'lst'], 2, /did you mean "list"/],
        [['callback', 'list', '--url', 'http://ops:password@127.0.0.1:1'], 1, /holds no user and no password/],
        [['callback', 'list', '--url', 'HTTP://ops:password@127.0.0.1:1'], 1, /holds no user and no password/],
        [['callback', 'list', '--url', 'ops:password@127.0.0.1:1'], 1, /holds no user and no password/],
        [['migrate', '--database', 'postgres://ops:password@127.0.0.1:1/db'], 2, /--database holds a password.*pgpass/],
        [['callback', 'list', '--url', 'http://127.0.0.1:1'], 1, /no answer from http:\/\/127\.0\.0\.1:1: .*is the gateway running there\? --url or SWITCHHOOK_URL/],
        [['callback', 'list', '--url', gateway.url.replace('http', 'https')], 1, /no answer from https:.*does it listen with TLS there/]
      ]
      for (const [args, wanted, says] of cases) {
        const { status, stdout, stderr } = await plain(args)
        assert.equal(status, wanted, `${args.join(' ')}: ${stderr}`)
        assert.match(stderr, says)
        assert.ok(!stderr.includes('ops:password'))
        assert.equal(stdout, '')
      }
      assert.match((await plain(['callback', 'list'], { as: '' })).stderr, /there is no key/)
      assert.match((await plain(['callback', 'list'], { as: gateway.key.slice(0, -1) })).stderr, /^unauthorized: /)

      const file = folder.join('admin-key')
      writeFileSync(file, gateway.key + '\n', { mode: 0o600 })
      folder.own(file)
      assert.equal((await plain(['workspace', 'list', '--key-file', file], { as: '' })).status, 0)
      const help = await plain(['callback', '--help'])
      assert.deepEqual([help.status, /dial-now/.test(help.stdout)], [0, true])
    },
    { account: false }
  )
)

test(
  'agents are made by a command where the provider has none, and their settings set',
  scenario(
    async ({ gateway, accounts }) => {
      const { plain, json } = shell(gateway)
      const { retell, twilio } = accounts
      const make = (workspace, ...more) => ['agent', 'create', '--workspace', workspace.id, '--name', 'Front desk', ...more]
      const made = await json(make(twilio.workspace, '--set', 'connect_url=wss://a.example/x?y=z', '--set', 'record=true'))
      assert.equal(made.provider_agent_id, null)
      assert.deepEqual(made.settings, { connect_url: 'wss://a.example/x?y=z', record: 'true' })
      const changed = await json(['agent', 'update', made.id, '--set', 'machine_detection=off'])
      assert.equal(changed.settings.machine_detection, 'off')
      const odd = await plain(['agent', 'update', made.id, '--set', 'machine_detection=maybe'])
      assert.match(odd.stderr, /--set machine_detection: .*expected one of off\|Enable\|DetectMessageEnd/)
      const late = await plain(['agent', 'update', made.id, '--set', 'ring_timeout_s=soon'])
      assert.deepEqual([late.status, late.stdout], [1, ''])
      assert.match(late.stderr, /--set ring_timeout_s: .*"soon", expected a whole number from 5 to 600/)
      const twiml = '<Response>\n\t<Say>Hello</Say>\n</Response>\n'
      const several = await json(['agent', 'update', made.id, '--set', `twiml=${twiml}`, '--set', 'ring_timeout_s=20'])
      assert.deepEqual([several.settings.twiml, several.settings.ring_timeout_s], [twiml, '20'])
      const credentials = value => plain(['workspace', 'credentials', retell.workspace.id, '--set', `signature_window_s=${value}`])
      assert.match((await credentials('-5')).stderr, /\/signature_window_s: .*"-5", expected a whole number from 1 to 300/)
      assert.equal((await credentials('60')).status, 0)
      assert.equal((await json(['agent', 'update', made.id, '--name', 'Back desk'])).name, 'Back desk')
      const both = await json(['agent', 'update', made.id, '--name', 'Side desk', '--set', 'record=false'])
      assert.deepEqual([both.name, both.settings.record], ['Side desk', 'false'])
      for (const name of ['two\nlines', '  ', ''])
        assert.match((await plain(['agent', 'update', made.id, '--name', name])).stderr, /^invalid: [^]*--name: /, name)
      const [theirs] = retell.agents
      assert.match((await plain(['agent', 'update', theirs.id, '--name', 'Mine'])).stderr, /--name: the provider names this agent/)
      assert.match((await plain(['agent', 'delete', theirs.id])).stderr, /^conflict: this agent is the provider's/)
      const mapped = await plain(['agent', 'delete', twilio.agent.id])
      assert.deepEqual([mapped.status, mapped.stdout], [1, ''])
      assert.match(mapped.stderr, /^conflict: this agent is in use: 1 number is mapped to it/)
      assert.equal((await plain(['agent', 'delete', made.id])).status, 0)
      assert.match((await plain(['agent', 'show', made.id])).stderr, /^not_found: /)
      assert.match((await plain(['agent', 'delete', made.id])).stderr, /^not_found: /)
      assert.match((await plain(make(retell.workspace))).stderr, /^unsupported: Retell AI has agents of its own/)
      assert.match((await plain(['agent', 'sync', '--workspace', twilio.workspace.id])).stderr, /^unsupported: .*cannot list agents/)
      const here = ['--config', gateway.configFile]
      const table = await plain(['driver', 'list', ...here])
      const can = table.stdout.split('\n').find(line => line.startsWith('twilio'))
      assert.match(can, /number_import,webhooks/)
      assert.doesNotMatch(can, /agent_roster/)
      const { stdout: rows } = await plain(['driver', 'inspect', ...here, 'twilio'])
      assert.match(rows, /^agents +made here/m)
      assert.match(rows, /^ring_timeout_s +agent +number +60\n +a whole number from 5 to 600$/m)
      assert.match(rows, /^twiml +agent +lines +-$/m)
    },
    { providers: ['retell', 'twilio'] }
  )
)

test(
  'inside TLS the gateway must show a certificate that is trusted',
  scenario(
    async ({ gateway, folder }) => {
      await gateway.bootstrap()
      const url = `https://${gateway.config.listen_tls[0]}`
      const own = gateway.config.tls.certificate
      const { certificate: other } = await certificate(folder, 'other')
      const list = (at, ca, env) =>
        run(gateway.program, ['customer', 'list', '--url', at, ...(ca ? ['--ca-file', ca] : [])], {
          as: USER,
          env: { SWITCHHOOK_KEY: gateway.key, SWITCHHOOK_CA_FILE: '', ...env }
        })
      assert.equal((await list(url, own)).status, 0)
      assert.equal((await list(url, null, { SWITCHHOOK_CA_FILE: own })).status, 0)
      const cases = [
        // whom it trusts, what standard error says
        [null, /no answer from https:.*--ca-file or SWITCHHOOK_CA_FILE names/],
        [other, /--ca-file or SWITCHHOOK_CA_FILE names/],
        [folder.join('nowhere'), /--ca-file .*nowhere cannot be read: No such file/],
        [gateway.configFile, /holds no certificate in PEM/]
      ]
      for (const [ca, says] of cases) {
        const { status, stderr } = await list(url, ca)
        assert.equal(status, 1, stderr)
        assert.match(stderr, says)
      }
      assert.match((await list(url.replace('127.0.0.1', 'localhost'), own)).stderr, /for another name than the URL's/)
      assert.match((await list(url.replace('https', 'http'))).stderr, /does it listen with TLS there\? then the URL begins with https/)
    },
    {
      account: false,
      config: async folder => {
        const { certificate: file, key } = await certificate(folder, 'own')
        return { listen_tls: [`127.0.0.1:${await freePort()}`], tls: { certificate: file, key } }
      }
    }
  )
)

test('the help of a word that is a command and a noun names the verbs of both', async () => {
  const { program } = installed()
  const verbs = { key: ['new', 'create', 'list', 'revoke'], driver: ['list', 'inspect', 'check', 'new', 'record', 'status', 'release'] }
  for (const [noun, names] of Object.entries(verbs)) {
    const { status, stdout } = await run(program, [noun, '--help'])
    assert.equal(status, 0)
    for (const name of names) assert.match(stdout, new RegExp(`^  ${name} `, 'm'))
    const bare = await run(program, [noun])
    assert.deepEqual([bare.status, /verb: new|expected list, inspect, check, new, record, status or release/.test(bare.stderr)], [2, true], bare.stderr)
  }
  assert.match((await run(program, ['key', 'new', '--help'])).stdout, /write a new random key/)
  const check = (await run(program, ['policy', 'check', '--help'])).stdout
  assert.deepEqual([/^usage: switchhook policy check FILE/.test(check), /--packs DIR/.test(check), /callback-time|--jsonl|VERB/.test(check)], [true, true, false])
  const record = (await run(program, ['driver', 'record', '--help'])).stdout
  assert.deepEqual([/--samples DIR/.test(record), /Exit status 1/.test(record), /--rounds/.test(record)], [true, true, false])
  assert.match((await run(program, ['key', 'create', '--help'])).stdout, /--scopes/)
})

test('a database that is away: which one, what failed, what to look at, and no password', async () => {
  const { program } = installed()
  const folder = new Folder()
  try {
    const configured = database => {
      const file = folder.join('switchhook.yaml')
      writeFileSync(file, JSON.stringify({ state_dir: folder.join('state'), ...(USER && { user: USER.name }), ...(database && { database }) }))
      return file
    }
    const away = configured('postgres://ops:hunter2@127.0.0.1:1/switchhook')
    for (const args of [['recover'], ['migrate'], ['migrate', '--plan'], ['bootstrap']]) {
      const { status, stderr } = await run(program, [...args, '--config', away], { as: USER })
      assert.equal(status, 1)
      assert.match(stderr, /^switchhook \S+: cannot connect to the database that `database` in \S+ names: .*port 1 failed: Connection refused; is it running there.*\n$/)
      assert.ok(!stderr.includes('hunter2'))
    }
    const embedded = configured()
    for (const args of [['recover'], ['migrate'], ['bootstrap']]) {
      const { status, stderr } = await run(program, [...args, '--config', embedded], { as: USER })
      assert.equal(status, 1)
      assert.match(stderr, /^switchhook \S+: the embedded database of \S+ \(`state_dir`\) does not answer: .*`switchhook serve`.*\n$/)
    }
    const given = await run(program, ['migrate', '--database', 'host=127.0.0.1 port=1'], { as: USER })
    assert.match(given.stderr, /that --database names: .*Connection refused; is it running there.*\n$/)
    const wrong = await run(program, ['migrate', '--database', "password='hunter2"], { as: USER })
    assert.match(wrong.stderr, /--database is no connection string.*\n$/)
    assert.ok(!wrong.stderr.includes('hunter2'))
  } finally {
    folder.remove()
  }
})
