// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The way in: an empty database gets its first tenant and an admin key, once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dump } from './lib/database.mjs'
import { scenario } from './lib/scenario.mjs'

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
