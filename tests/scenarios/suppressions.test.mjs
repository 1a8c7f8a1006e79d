// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The do-not-call list: lists of numbers, what waits for them, and that nobody can read a number from it.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'

const importing = (gateway, body, query = '') =>
  gateway.ask('POST', `/v1/suppressions/import${query}`, undefined, { raw: body, headers: { 'content-type': 'text/csv' } })

test(
  'a list is taken as a whole, ends what waits, and is stored as hashes alone',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast('*', 'voicemail')
    const call = await acme.place()
    const next = await acme.scheduled(call.callback_id, { attempt: 2 })
    const list = `number,reason,expires_at\r\n+12135550999,"asked, twice",\r\n${CALLEE},,2030-01-01T00:00:00Z\r\n${CALLEE},,\r\n`
    const answer = await importing(gateway, list)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.deepEqual(answer.body, { numbers: 2, added: 2, callbacks_ended: 1 })
    assert.equal((await acme.callback(next.id)).state, 'suppressed')
    const again = await importing(gateway, list)
    assert.deepEqual(again.body, { numbers: 2, added: 0, callbacks_ended: 0 })
    const refused = await acme.request({ to_number: '+12135550999' })
    assert.deepEqual([refused.status, refused.body.code], [409, 'suppressed'])
    const { data } = await gateway.get('/v1/suppressions')
    assert.deepEqual(data.map(one => JSON.stringify([one.source, one.reason, one.expires_at])).sort(), ['["csv","asked, twice",null]', '["csv",null,null]'])
    const told = await gateway.get(`/v1/callbacks/${next.id}/explain`)
    assert.match(told.data.at(-1).text, /do-not-call list of the tenant; source: csv/)

    const file = gateway.folder.join('list.csv')
    writeFileSync(file, '\uFEFFNumber\n+12135550998\n')
    const cli = await gateway.cli('suppression', 'import', file)
    assert.equal(cli.status, 0, cli.stderr)
    assert.match(cli.stdout, /added\s+1/)
  })
)

test(
  'a list with a fault changes nothing, and every fault has its line',
  scenario(async ({ gateway }) => {
    const faults = async body => {
      const answer = await importing(gateway, body)
      assert.equal(answer.status, 422, JSON.stringify(answer.body))
      return answer.body.errors.map(one => one.detail)
    }
    assert.deepEqual(await faults('number,reason\n+12135550999,x\n2135550998,\n+12135550997,y,z\n'), [
      'line 3, number: expected a number in E.164, such as +14155550123',
      'line 4: more fields than columns'
    ])
    assert.match((await faults('phone\n+12135550999\n'))[0], /the first line names the columns/)
    assert.match((await faults(''))[0], /there is no number/)
    assert.match((await faults('number\n'))[0], /there is no number/)
    assert.match((await faults('number\n"+1213555"0999\n'))[0], /no CSV/)
    assert.match((await faults('number,expires_at\n+12135550999,2020-01-01T00:00:00Z\n'))[0], /a time to come/)
    assert.match((await faults('number,reason\n+12135550999,a\0b\n'))[0], /without NUL/)
    assert.match((await faults(`number\n${'+12135550999\n'.repeat(20001)}`))[0], /more than 20,000 lines/)
    assert.equal((await gateway.get('/v1/suppressions')).data.length, 0)
  })
)
