// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The way in: an empty database gets its first tenant and an admin key, once.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { conninfoString, dump, sql } from './lib/database.mjs'
import { run, USER } from './lib/place.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const bootstrap = (gateway, ...more) => gateway.cli('bootstrap', '--config', gateway.configFile, ...more)

for (const database of ['embedded', 'shared'])
  test(
    `bootstrap works once (${database} database)`,
    scenario(
      async ({ gateway }) => {
        const told = await bootstrap(gateway, '--name', 'Acme Group', '--json')
        assert.equal(told.status, 0, told.stderr)
        const { tenant_id, name, key } = JSON.parse(told.stdout)
        assert.match(key, /^shk_/)
        gateway.key = key

        const tenant = await gateway.get('/v1/tenant')
        assert.deepEqual([tenant.id, tenant.name, name], [tenant_id, 'Acme Group', 'Acme Group'])

        const again = await bootstrap(gateway, '--json')
        assert.equal(again.status, 1)
        assert.match(again.stderr, /has a tenant already/)
        assert.doesNotMatch(again.stdout + again.stderr, /shk_/)
        assert.deepEqual(await gateway.sql('SELECT count(*) AS n FROM tenant'), [{ n: 1 }])
        assert.ok(!(await dump(gateway.conninfo)).includes(key), 'only the hash of the key is kept')
      },
      { account: false, database }
    )
  )

test(
  'two at once: one wins',
  scenario(
    async ({ gateway }) => {
      const both = await Promise.all([bootstrap(gateway, '--json'), bootstrap(gateway, '--json')])
      assert.deepEqual(both.map(one => one.status).toSorted(), [0, 1], JSON.stringify(both.map(one => one.stderr)))
      assert.deepEqual(await gateway.sql('SELECT count(*) AS n FROM tenant'), [{ n: 1 }])
    },
    { account: false }
  )
)

test(
  'what stands in the way is said',
  scenario(
    async ({ gateway, folder }) => {
      const { status, stderr } = await gateway.cli('bootstrap', '--config', folder.join('none.yaml'))
      assert.equal(status, 1)
      assert.match(stderr, /none\.yaml/)
      await gateway.stop()
      const later = await bootstrap(gateway)
      assert.equal(later.status, 1)
      assert.match(later.stderr, /runs only while the gateway does/)
    },
    { account: false, database: 'embedded' }
  )
)

test(
  'an ordinary owner of the database may do it: row-level security binds owners too',
  scenario(
    async ({ gateway, folder }) => {
      const alone = text => sql(gateway.conninfo, text, [], { alone: true })
      await alone('CREATE ROLE ordinary LOGIN NOSUPERUSER NOINHERIT CREATEROLE')
      await alone('CREATE DATABASE ordinary OWNER ordinary')
      const conninfo = { ...gateway.conninfo, user: 'ordinary', dbname: 'ordinary' }
      try {
        await sql({ ...gateway.conninfo, dbname: 'ordinary' }, 'GRANT pg_read_all_settings TO ordinary', [], { alone: true })
        const file = folder.join('ordinary.yaml')
        writeFileSync(file, JSON.stringify({ ...gateway.config, database: conninfoString(conninfo) }))
        const early = await gateway.cli('bootstrap', '--config', file)
        assert.equal(early.status, 1)
        assert.match(early.stderr, /no schema yet/)
        const recover = () => gateway.cli('recover', '--config', file)
        assert.match((await recover()).stderr, /^switchhook recover: the database refused: .*`switchhook migrate` makes them\n$/)
        const migrated = await gateway.cli('migrate', '--config', file)
        assert.equal(migrated.status, 0, migrated.stderr)
        const told = await gateway.cli('bootstrap', '--config', file, '--json')
        assert.equal(told.status, 0, told.stderr)
        assert.match(JSON.parse(told.stdout).key, /^shk_/)
        const again = await gateway.cli('bootstrap', '--config', file)
        assert.match(again.stderr, /has a tenant already/)
        assert.equal((await recover()).status, 0)
      } finally {
        await alone('DROP DATABASE ordinary WITH (FORCE)')
        await alone('REVOKE switchhook_api, switchhook_ingest, switchhook_engine FROM ordinary')
        await alone('DROP OWNED BY ordinary')
        await alone('DROP ROLE ordinary')
      }
    },
    { account: false }
  )
)

test(
  'another key file than the database’s is told at once, not by the first read that fails',
  scenario(
    async ({ gateway, folder }) => {
      await gateway.bootstrap()
      assert.equal((await gateway.stop()).status, 0)
      const other = folder.join('other-key')
      assert.equal((await run(gateway.program, ['key', 'new', other], { as: USER })).status, 0)
      const right = gateway.config.key_file
      gateway.configure({ key_file: other })
      await gateway.launch({ ready: false })
      const keys = async () => {
        const { body } = await gateway.ask('GET', '/readyz?verbose', undefined, { key: null })
        return body.checks?.find(one => one.name === 'keys')
      }
      const told = await eventually(async () => {
        const check = await keys().catch(() => null)
        return check?.state === 'failed' && check
      }, 'readiness failed')
      assert.match(told.text, /key_file is not the key of this database/)
      assert.equal((await gateway.ask('GET', '/readyz', undefined, { key: null })).status, 503)
      await eventually(() => gateway.parsed.some(one => one.event === 'keys.wrong' && one.level === 'error'), 'the log said so')
      await gateway.stop()
      gateway.configure({ key_file: right })
      await gateway.launch()
      assert.equal((await keys()).state, 'ok')
    },
    { account: false }
  )
)
